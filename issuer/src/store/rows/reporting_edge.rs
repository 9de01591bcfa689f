//! The edge that reports records, and the numbers of its records.

use std::ops::RangeInclusive;

/// Numbers of records of one boot.
pub type Numbers = RangeInclusive<u64>;

/// The edge that reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportingEdge {
    /// The id of the edge.
    pub edge_id: String,
    /// The audience that it serves.
    pub audience: String,
}
