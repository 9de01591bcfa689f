//! Ids of requests.

use core::fmt;

/// The id of a request, unique among all edges with different seeds.
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
