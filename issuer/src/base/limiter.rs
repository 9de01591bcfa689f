//! A limiter of rates. Its memory is fixed: each key falls into one of so many places, by a keyed
//! hash that no client can compute. Keys that fall into the same place share its limit.

use crate::base::clock::Moment;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher as _, Hash};
use std::sync::atomic::{AtomicU64, Ordering};

/// Places of one limiter: half a megabyte.
const PLACES: usize = 1 << 16;

/// `burst` at once, then one every `interval` milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Milliseconds between two.
    pub(crate) interval: u64,
    pub(crate) burst: u64,
}

impl Rate {
    /// The value of a place after one more (the generic cell rate algorithm): the moment, in
    /// milliseconds, from which on it is as if nothing had happened.
    fn next(self, place: u64, now: Moment) -> Result<u64, u64> {
        let full = self.full(now);
        let next = place.max(now.millis).saturating_add(self.interval);
        if next <= full {
            return Ok(next);
        }
        Err((next - full).div_ceil(1000).max(1))
    }

    /// The value of a place from which a whole burst was just taken.
    fn full(self, now: Moment) -> u64 {
        now.millis.saturating_add(self.interval.saturating_mul(self.burst))
    }
}

/// A limit of one rate for each key.
#[derive(Debug)]
pub(crate) struct Limiter {
    rate: Rate,
    places: RatePlaces,
}

impl Limiter {
    pub(crate) fn new(rate: Rate) -> Self {
        let places = RatePlaces::new();
        Self { rate, places }
    }

    /// Whether there is room for one more try; takes none.
    ///
    /// # Errors
    /// In how many seconds there is.
    pub(crate) fn check_room(&self, key: &impl Hash, now: Moment) -> Result<(), u64> {
        self.places.check_room(key, self.rate, now)
    }

    /// Takes one try.
    ///
    /// # Errors
    /// In how many seconds there is room for it.
    pub(crate) fn take(&self, key: &impl Hash, now: Moment) -> Result<(), u64> {
        self.places.take(key, self.rate, now)
    }
}

/// A limit for each key, whose rate the caller names. One key has one rate.
pub(crate) struct RatePlaces {
    keys: RandomState,
    places: Vec<AtomicU64>,
}

impl fmt::Debug for RatePlaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Places({PLACES})")
    }
}

impl RatePlaces {
    pub(crate) fn new() -> Self {
        Self {
            keys: RandomState::new(),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// As [`Limiter::check_room`].
    pub(crate) fn check_room(&self, key: &impl Hash, rate: Rate, now: Moment) -> Result<(), u64> {
        let place = self.place(key).map_or(0, |place| settle(place, rate, now));
        rate.next(place, now).map(drop)
    }

    /// Gives back one that was taken, where what it was taken for did not happen.
    pub(crate) fn give_back(&self, key: &impl Hash, rate: Rate) {
        if let Some(place) = self.place(key) {
            let earlier = |place: u64| Some(place.saturating_sub(rate.interval));
            let _always = place.try_update(Ordering::Relaxed, Ordering::Relaxed, earlier);
        }
    }

    /// As [`Limiter::take`].
    pub(crate) fn take(&self, key: &impl Hash, rate: Rate, now: Moment) -> Result<(), u64> {
        let Some(place) = self.place(key) else {
            return Ok(());
        };
        settle(place, rate, now);
        let taken = place.try_update(Ordering::Relaxed, Ordering::Relaxed, |place| rate.next(place, now).ok());
        taken.map_or_else(|place| rate.next(place, now).map(drop), |_| Ok(()))
    }

    fn place(&self, key: &impl Hash) -> Option<&AtomicU64> {
        let hash = usize::try_from(self.keys.hash_one(key)).unwrap_or_default();
        self.places.get(hash % PLACES)
    }
}

/// The value of a place. A value beyond a whole burst is from before the clock was set back: from
/// now on it is exactly full, so that there is room again after one interval, and not only when the
/// clock has caught up.
fn settle(place: &AtomicU64, rate: Rate, now: Moment) -> u64 {
    let full = rate.full(now);
    place.fetch_min(full, Ordering::Relaxed).min(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Moment {
        Moment { millis }
    }

    #[test]
    fn a_burst_passes_and_then_one_every_interval() {
        let limiter = Limiter::new(Rate {
            interval: 200,
            burst: 10,
        });
        for _ in 0..10 {
            assert_eq!(limiter.check_room(&"a", at(1_000)), Ok(()));
            assert_eq!(limiter.take(&"a", at(1_000)), Ok(()));
        }
        assert_eq!(limiter.check_room(&"a", at(1_000)), Err(1));
        assert_eq!(limiter.take(&"a", at(1_199)), Err(1));
        assert_eq!(limiter.take(&"a", at(1_200)), Ok(()));
        assert_eq!(limiter.take(&"a", at(1_200)), Err(1));
    }

    #[test]
    fn every_key_has_a_limit_of_its_own() {
        let limiter = Limiter::new(Rate {
            interval: 60_000,
            burst: 1,
        });
        assert_eq!(limiter.take(&"a", at(0)), Ok(()));
        assert_eq!(limiter.take(&"a", at(0)), Err(60));
        assert_eq!(limiter.take(&"b", at(0)), Ok(()));
    }
    #[test]
    fn a_clock_that_is_set_back_leaves_a_limit_full_and_no_more() {
        let limiter = Limiter::new(Rate {
            interval: 200,
            burst: 10,
        });
        for _ in 0..10 {
            assert_eq!(limiter.take(&"a", at(10_000_000)), Ok(()));
        }
        assert_eq!(limiter.check_room(&"a", at(1_000)), Err(1), "full");
        assert_eq!(
            limiter.check_room(&"a", at(1_200)),
            Ok(()),
            "an interval later there is room"
        );
        assert_eq!(limiter.take(&"a", at(1_200)), Ok(()));
        assert_eq!(limiter.take(&"a", at(1_200)), Err(1));
        for _ in 0..10 {
            assert_eq!(limiter.take(&"a", at(3_200)), Ok(()), "all of it is there again");
        }
        // Far below the rate, without a question in between.
        assert_eq!(limiter.take(&"b", at(10_000_000)), Ok(()));
        assert_eq!(limiter.take(&"b", at(0)), Err(1));
        for second in 1..10 {
            assert_eq!(limiter.take(&"b", at(second * 1_000)), Ok(()));
        }
    }
}
