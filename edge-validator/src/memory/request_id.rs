//! Names of requests.

use core::fmt;

/// A request's name: unique among all that edges with different seeds give out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestId {
    seed: u64,
    counter: u64,
}

impl RequestId {
    pub(crate) fn new(seed: u64, counter: u64) -> Self {
        Self { seed, counter }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.seed, self.counter)
    }
}
