//! Random durations that a seed repeats.

use std::env;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

const SEED: &str = "EDGEWRIT_SEED";

/// The generator SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    /// From the environment, or new. The seed is printed, which is shown when the test fails.
    #[expect(clippy::disallowed_macros, reason = "a test prints for people who run it")]
    pub(crate) fn new() -> Self {
        let given = env::var(SEED).ok().map(|seed| seed.parse().unwrap());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(SEED));
        println!("{SEED}={seed} chooses the same moments again");
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub(crate) fn duration_up_to(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(longest.as_micros()).unwrap()))
    }
}
