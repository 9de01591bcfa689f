//! Records of edges, as they are taken in.

use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::edge_api::record_line::{KeptValue, RecordLine};
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Numbers of records of one boot.
pub type Numbers = RangeInclusive<u64>;

/// The verdict of an edge on one request, as the edge recorded it.
#[derive(Clone, Debug)]
pub struct EdgeRecord {
    /// The time of the request, by the clock of the edge.
    pub at: UnixSeconds,
    /// Whether the edge permitted the request.
    pub permitted: bool,
    /// The id of the request.
    pub request_id: String,
    /// The client of the writ.
    pub client_id: Option<String>,
    /// The task of the writ.
    pub task_id: Option<String>,
    /// The trace that the request belongs to.
    pub traceparent: Option<String>,
    /// The ids of the grants that permitted it, each once.
    pub grants: BTreeSet<String>,
    /// The label of the verdict.
    pub label: RecordLabel,
    /// The members of the record that are kept as they are.
    pub kept: Map<String, Value>,
}

impl From<RecordLine> for EdgeRecord {
    fn from(line: RecordLine) -> Self {
        let kept = line.kept.into_iter().map(|(name, value)| {
            let value = match value {
                KeptValue::Text(text) => text.into(),
                KeptValue::Number(number) => number.into(),
            };
            (name.to_owned(), value)
        });
        Self {
            at: line.at,
            permitted: line.permitted,
            request_id: line.request_id,
            client_id: line.client_id,
            task_id: line.task_id,
            traceparent: line.traceparent,
            grants: line.grants,
            label: line.label,
            kept: kept.collect(),
        }
    }
}

/// The edge that reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportingEdge {
    /// The id of the edge.
    pub edge_id: String,
    /// The audience that it serves.
    pub audience: String,
}
