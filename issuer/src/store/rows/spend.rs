//! Uses that edges spend.

use edgewrit_shared::bundle::revocation::Target;
use edgewrit_shared::time::UnixSeconds;

/// The uses that an edge wants to spend.
#[derive(Clone, Debug)]
pub struct SpendRequest {
    /// The id of the edge.
    pub edge_id: String,
    /// The boot that numbers the request.
    pub boot_id: String,
    /// The number.
    pub counter: u64,
    /// SHA-256 of the request.
    pub request: [u8; 32],
    /// The targets by whose revocation the writ is revoked.
    pub targets: Vec<Target>,
    /// Time at which the writ was issued.
    pub iat: UnixSeconds,
    /// Time at which the writ expires.
    pub exp: UnixSeconds,
    /// For each attempt the allowances that could be debited.
    pub attempts: Vec<Vec<String>>,
}

/// The answer to the same number of a boot before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierSpend {
    /// SHA-256 of the request that it answered.
    pub request: [u8; 32],
    /// The allowances that were debited.
    pub spent: Vec<String>,
}

/// The outcome of a spend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpendOutcome {
    /// The allowances that were debited, one for each attempt; now, or when the same was asked
    /// before.
    Debited(Vec<String>),
    /// Not every attempt has an allowance left. Nothing was debited.
    Exhausted,
    /// The boot is not one of this edge.
    UnknownBoot,
    /// The edge used this number for another request.
    CounterReused,
    /// The writ was ended while the edge asked.
    Ended,
}
