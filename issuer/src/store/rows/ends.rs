//! The ends of the histories that others follow.

use crate::audit::ChainHead;

/// The durable ends of the histories that others follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryEnds {
    /// Number of the latest revocation.
    pub revocation: u64,
    /// The last event of the audit chain.
    pub head: ChainHead,
}
