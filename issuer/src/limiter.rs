//! How often something may be tried. The memory is fixed: whoever tries falls into one of so many places, by a hash that nobody
//! outside can compute, and shares it with whoever else does.

use crate::clock::Moment;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher as _, Hash};
use std::sync::atomic::{AtomicU64, Ordering};

/// Places of one limiter: half a megabyte.
const PLACES: usize = 1 << 16;

/// A limit for each who tries: `burst` at once, then one every `interval` milliseconds. The generic cell rate algorithm: a place holds
/// the moment, in milliseconds, at which it would be as if nothing had been tried.
pub(crate) struct Limiter {
    interval: u64,
    burst: u64,
    keys: RandomState,
    places: Vec<AtomicU64>,
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Limiter({} ms, {})", self.interval, self.burst)
    }
}

impl Limiter {
    pub(crate) fn new(interval: u64, burst: u64) -> Self {
        Self {
            interval,
            burst,
            keys: RandomState::new(),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Whether there is room for one more try; takes none.
    ///
    /// # Errors
    /// In how many seconds there is.
    pub(crate) fn room(&self, key: &impl Hash, now: Moment) -> Result<(), u64> {
        let place = self.place(key).map_or(0, |place| place.load(Ordering::Relaxed));
        self.next(place, now).map(drop)
    }

    /// Takes one try.
    ///
    /// # Errors
    /// In how many seconds there is room for it.
    pub(crate) fn take(&self, key: &impl Hash, now: Moment) -> Result<(), u64> {
        let Some(place) = self.place(key) else {
            return Ok(());
        };
        let taken = place.try_update(Ordering::Relaxed, Ordering::Relaxed, |place| self.next(place, now).ok());
        taken.map_or_else(|place| self.next(place, now).map(drop), |_| Ok(()))
    }

    /// What a place holds after one more try.
    fn next(&self, place: u64, now: Moment) -> Result<u64, u64> {
        let full = now.millis + self.interval.saturating_mul(self.burst);
        let next = place.max(now.millis).saturating_add(self.interval);
        if next <= full {
            return Ok(next);
        }
        Err((next - full).div_ceil(1000).max(1))
    }

    fn place(&self, key: &impl Hash) -> Option<&AtomicU64> {
        let hash = usize::try_from(self.keys.hash_one(key)).unwrap_or_default();
        self.places.get(hash % PLACES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Moment {
        Moment { millis }
    }

    #[test]
    fn a_burst_passes_and_then_one_every_interval() {
        let limiter = Limiter::new(200, 10);
        for _ in 0..10 {
            assert_eq!(limiter.room(&"a", at(1_000)), Ok(()));
            assert_eq!(limiter.take(&"a", at(1_000)), Ok(()));
        }
        assert_eq!(limiter.room(&"a", at(1_000)), Err(1));
        assert_eq!(limiter.take(&"a", at(1_199)), Err(1));
        assert_eq!(limiter.take(&"a", at(1_200)), Ok(()));
        assert_eq!(limiter.take(&"a", at(1_200)), Err(1));
    }

    #[test]
    fn others_have_their_own() {
        let limiter = Limiter::new(60_000, 1);
        assert_eq!(limiter.take(&"a", at(0)), Ok(()));
        assert_eq!(limiter.take(&"a", at(0)), Err(60));
        assert_eq!(limiter.take(&"b", at(0)), Ok(()));
    }
}
