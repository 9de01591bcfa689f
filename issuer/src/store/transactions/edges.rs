//! Transactions that edges ask for.

use super::Stored;
use crate::audit::Event;
use crate::store::rows::reporting_edge::ReportingEdge;
use crate::store::rows::spend::{SpendOutcome, SpendRequest};
use edgewrit_shared::edge_api::record_line::RecordLine;
use edgewrit_shared::time::UnixSeconds;

/// An edge that starts.
#[derive(Clone, Debug)]
pub struct BeginBoot {
    /// The id of the boot.
    pub boot_id: String,
    /// The id of the edge.
    pub edge_id: String,
    /// The time of the start.
    pub at: UnixSeconds,
    /// The event of the start.
    pub event: Event,
}

/// A debit of uses.
#[derive(Clone, Debug)]
pub struct DebitUses {
    /// The uses.
    pub spend: SpendRequest,
    /// The time at which the edge asked.
    pub at: UnixSeconds,
    /// The event of the debit. The store adds the allowances.
    pub event: Event,
}

/// Records of one boot, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct TakeRecords {
    /// The edge.
    pub edge: ReportingEdge,
    /// The boot that numbers the records.
    pub boot_id: String,
    /// The number of the first record.
    pub first: u64,
    /// The records.
    pub records: Vec<RecordLine>,
}

/// The outcome of a batch of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakeOutcome {
    /// The boot is not one of this edge.
    UnknownBoot,
    /// All records of the batch are taken in by now. The places in the batch of those that were
    /// new.
    Taken(Vec<usize>),
}

/// Boots of edges, their debits and their records.
pub trait EdgeStore {
    /// Remembers the boot of an edge.
    fn begin_boot(&self, begin: BeginBoot) -> Stored<'_, ()>;

    /// Debits one allowance for each attempt, or none.
    fn debit(&self, debit: DebitUses) -> Stored<'_, SpendOutcome>;

    /// Takes records in, each once.
    fn take_records(&self, take: TakeRecords) -> Stored<'_, TakeOutcome>;
}
