//! What one VM or isolate keeps between requests.

/// Verified writs, counters, the boot id. One thread, no host.
#[derive(Debug)]
pub struct Memory {
    _seed: u64,
}

impl Memory {
    /// Nothing remembered. `seed` is the host's randomness; request ids are `<seed as 16 hex digits>-<counter>`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { _seed: seed }
    }
}
