//! The one limiter in front of the audit: an event whose cause can be repeated is kept up to a
//! rate, and counted beyond it. It neither delays nor rejects what the event is of.

use super::Event;
use super::keeping::{Keeping, Rates};
use super::tally::{LimitKey, Omitted, Tally};
use crate::base::clock::Moment;
use crate::base::limiter::RatePlaces;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The decisions of the limiter in a transaction, which may be undone.
#[derive(Debug, Default)]
pub(crate) struct Admissions {
    omitted: Tally,
    admitted: Vec<(LimitKey, Rates)>,
}

impl Admissions {
    /// Adds those of another part of the transaction.
    pub(crate) fn merge(&mut self, other: Self) {
        self.omitted.merge(other.omitted);
        self.admitted.extend(other.admitted);
    }
}

/// The limiter.
#[derive(Debug)]
pub(crate) struct EventLimiter {
    causes: RatePlaces,
    parties: RatePlaces,
    tally: Mutex<Tally>,
    total: AtomicU64,
}

impl EventLimiter {
    pub(crate) fn new() -> Self {
        Self {
            causes: RatePlaces::new(),
            parties: RatePlaces::new(),
            tally: Mutex::default(),
            total: AtomicU64::new(0),
        }
    }

    /// Whether `event` is kept. `admissions` notes it.
    pub(crate) fn admit(&self, event: &Event, now: Moment, admissions: &mut Admissions) -> bool {
        let Keeping::Limited(rates) = event.kind.keeping() else {
            return true;
        };
        let cause = LimitKey::of(event);
        match self.take(&cause, rates, now) {
            Ok(()) => {
                admissions.admitted.push((cause, rates));
                true
            }
            Err(exhausted) => {
                admissions.omitted.add(exhausted.key(cause), Omitted::one(now));
                false
            }
        }
    }

    /// As [`Self::admit`], for an event that goes with no change, before a write is asked for:
    /// takes nothing, and counts it here.
    pub(crate) fn has_room(&self, event: &Event, now: Moment) -> bool {
        let Keeping::Limited(rates) = event.kind.keeping() else {
            return true;
        };
        let cause = LimitKey::of(event);
        let Err(exhausted) = self.check_room(&cause, rates, now) else {
            return true;
        };
        let mut omitted = Tally::default();
        omitted.add(exhausted.key(cause), Omitted::one(now));
        self.count(omitted);
        false
    }

    fn check_room(&self, cause: &LimitKey, rates: Rates, now: Moment) -> Result<(), Exhausted> {
        // Both are asked: either follows a clock that was set back from the first question on.
        let of_cause = self.causes.check_room(cause, rates.cause, now);
        let of_party = self.parties.check_room(&cause.party(), rates.party, now);
        of_cause.map_err(|_| Exhausted::Cause)?;
        of_party.map_err(|_| Exhausted::Party)
    }

    /// A cause that has no room takes nothing of its party's. Only the writer takes.
    fn take(&self, cause: &LimitKey, rates: Rates, now: Moment) -> Result<(), Exhausted> {
        self.check_room(cause, rates, now)?;
        let taken = self.parties.take(&cause.party(), rates.party, now);
        taken.map_err(|_| Exhausted::Party)?;
        let taken = self.causes.take(cause, rates.cause, now);
        taken.map_err(|_| Exhausted::Cause)
    }

    /// Takes in that a transaction was committed.
    pub(crate) fn commit(&self, admissions: Admissions) {
        self.count(admissions.omitted);
    }

    /// Takes in that a transaction was undone: nothing was omitted, and nothing was kept.
    pub(crate) fn undo(&self, admissions: Admissions) {
        for (cause, rates) in admissions.admitted {
            self.parties.give_back(&cause.party(), rates.party);
            self.causes.give_back(&cause, rates.cause);
        }
    }

    fn count(&self, omitted: Tally) {
        if !omitted.is_empty() {
            self.total.fetch_add(omitted.count(), Ordering::Relaxed);
            self.put_back(omitted);
        }
    }

    /// The number of events that were omitted since the start.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Counts again what could not be recorded.
    pub(crate) fn put_back(&self, omitted: Tally) {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).merge(omitted);
    }

    /// The events that were omitted since the last call.
    pub(crate) fn take_omitted(&self) -> Tally {
        std::mem::take(&mut *self.tally.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The limit that is exhausted.
enum Exhausted {
    Cause,
    Party,
}

impl Exhausted {
    /// Under what the event is counted. By the client alone where the client has no room: an agent
    /// can name as many tasks as it likes, and each would be counted apart.
    fn key(&self, cause: LimitKey) -> LimitKey {
        match self {
            Self::Cause => cause,
            Self::Party => cause.party(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::EventKind;

    const NOON: Moment = Moment { millis: 1_000_000 };

    fn refused(client: &str, task: &str) -> Event {
        Event::denied(EventKind::RequestRefused).client(client).task(task, "o")
    }

    /// The number of the `count` events that pass.
    fn passed(limiter: &EventLimiter, count: usize, event: impl Fn(usize) -> Event) -> usize {
        let mut admissions = Admissions::default();
        let passed = (0..count).filter(|number| limiter.admit(&event(*number), NOON, &mut admissions));
        let passed = passed.count();
        limiter.commit(admissions);
        passed
    }

    #[test]
    fn a_task_and_its_client_have_shares_and_others_have_their_own() {
        let limiter = EventLimiter::new();
        assert_eq!(passed(&limiter, 150, |_| refused("c", "t")), 100);
        assert_eq!(
            passed(&limiter, 2_000, |number| refused("c", &format!("t-{}", number % 12))),
            900
        );
        assert_eq!(passed(&limiter, 150, |_| refused("d", "t")), 100);
        let other = |_: usize| Event::denied(EventKind::TaskRefused).client("c");
        assert_eq!(passed(&limiter, 150, other), 100, "kinds do not share");
        assert_eq!(limiter.total(), 50 + 1_100 + 50 + 50);
        let events = limiter.take_omitted().events();
        assert_eq!(events.len(), 4, "two tasks, a client, another kind: {events:?}");
        assert!(limiter.take_omitted().is_empty());
    }

    #[test]
    fn what_was_undone_is_not_counted_and_has_its_room_again() {
        let limiter = EventLimiter::new();
        for _ in 0..20 {
            let mut admissions = Admissions::default();
            for _ in 0..150 {
                limiter.admit(&refused("c", "t"), NOON, &mut admissions);
            }
            limiter.undo(admissions);
        }
        assert_eq!((limiter.total(), limiter.take_omitted().is_empty()), (0, true));
        assert_eq!(passed(&limiter, 150, |_| refused("c", "t")), 100);
        assert_eq!(
            passed(&limiter, 2_000, |number| refused("c", &format!("t-{}", number % 12))),
            900
        );
    }

    #[test]
    fn room_is_asked_without_taking_any() {
        let limiter = EventLimiter::new();
        for _ in 0..1_000 {
            assert!(limiter.has_room(&refused("c", "t"), NOON));
        }
        assert_eq!(passed(&limiter, 101, |_| refused("c", "t")), 100);
        assert!(!limiter.has_room(&refused("c", "t"), NOON));
        assert_eq!(limiter.total(), 2);
        let later = Moment {
            millis: NOON.millis + 1_000,
        };
        assert!(limiter.has_room(&refused("c", "t"), later));
    }
}
