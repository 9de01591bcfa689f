//! Records of edges: the verdict on each request, joined to the grants of its task.

use super::Edges;
use crate::audit::EventKind;
use crate::registry::Edge;
use crate::store::rows::edge_record::{EdgeRecord, ReportingEdge};
use crate::store::rules::records::{kind_of, numbers_of};
use crate::store::{StoreError, TakeOutcome, TakeRecords};
use edgewrit_shared::edge_api::records::{BatchRequest, GRANTS_PER_RECORD, PERMITTED, REFUSED};
use edgewrit_shared::edge_api::{NUMBER_MAX, RecordLabel};
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::{Members, Node};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::trace_context::is_traceparent;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Longest text of a record that is kept, in bytes.
const TEXT_BYTES: usize = 1_024;
/// Bytes of a grant's id: 16 hexadecimal digits.
const GRANT_BYTES: usize = 16;

/// The members of a record that are kept as they are.
const KEPT: [&str; 10] = [
    "error_code",
    "detail",
    "operation",
    "action",
    "resource",
    "upstream",
    "jti",
    "outcome",
    "reflected",
    "status",
];

/// The records that an edge reports.
#[derive(Clone, Debug)]
pub(crate) struct RecordBatch(BatchRequest<EdgeRecord>);

impl RecordBatch {
    /// Reads the body of `POST /v1/records`.
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        BatchRequest::read(node, read_record).map(Self)
    }
}

/// Reads a record as edges write it down. Members that are not known here are another
/// version's.
fn read_record(node: &Node<'_>) -> Option<EdgeRecord> {
    let members = node.extensible_object()?;
    let text = |name: &str| members.optional(name).and_then(read_bounded);
    let verdict = members.required("verdict").and_then(Node::text);
    let permitted = match verdict {
        Some(PERMITTED) => true,
        Some(REFUSED) => false,
        _ => return node.expected("`verdict` to be `permit` or `refuse`"),
    };
    let at = members.required("at").and_then(|node| node.integer(0, NUMBER_MAX));
    let request_id = members.required("request_id").and_then(read_bounded);
    Some(EdgeRecord {
        at: UnixSeconds(at?),
        permitted,
        request_id: request_id?,
        client_id: text("client_id"),
        task_id: text("task_id"),
        traceparent: text("traceparent").filter(|text| is_traceparent(text)),
        grants: read_grant_ids(&members)?,
        label: RecordLabel::from_text(text("label").as_deref().unwrap_or_default()),
        kept: read_kept(&members),
    })
}

/// The records that report that the edge saw another audit before, each with its place.
fn head_reports(records: &[EdgeRecord]) -> Vec<(usize, EdgeRecord)> {
    let reports = records.iter().enumerate();
    let reports = reports.filter(|(_, record)| kind_of(record) == EventKind::AuditHeadReported);
    reports.map(|(place, record)| (place, record.clone())).collect()
}

/// Logs what an edge reports of the audit itself, so that the operator sees it at once.
fn log_head_report(edge: &Edge, record: &EdgeRecord) {
    let detail = record.kept.get("detail").and_then(Value::as_str).unwrap_or_default();
    tracing::error!(
        edge_id = edge.edge_id,
        label = record.label.text(),
        detail,
        "an edge saw another audit before"
    );
}

/// A text that can be kept: of whatever is longer, the beginning.
fn read_bounded(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    let end = text.floor_char_boundary(TEXT_BYTES);
    text.get(..end).map(str::to_owned)
}

fn read_grant_ids(members: &Members<'_>) -> Option<BTreeSet<String>> {
    let Some(node) = members.optional("grants") else {
        return Some(BTreeSet::new());
    };
    node.list(GRANTS_PER_RECORD)?.iter().map(read_grant_id).collect()
}

fn read_grant_id(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() == GRANT_BYTES && text.bytes().all(is_hex) {
        return Some(text.to_owned());
    }
    node.expected("the id of a grant: 16 hexadecimal digits")
}

fn read_kept(members: &Members<'_>) -> Map<String, Value> {
    let present = KEPT.iter().filter_map(|name| {
        let node = members.optional(name)?;
        let value = match node.json() {
            Json::Text(_) => json!(read_bounded(node)?),
            Json::Number(number) => json!(number.as_u64()?),
            _ => return None,
        };
        Some(((*name).to_owned(), value))
    });
    present.collect()
}

impl Edges {
    /// Takes in what `edge` reports. A batch that was taken in before changes nothing. Answers the
    /// number of the last record; `None` if the boot is not one of this edge.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was taken in.
    pub(crate) async fn take_in(&self, edge: &Arc<Edge>, batch: RecordBatch) -> Result<Option<u64>, StoreError> {
        let RecordBatch(BatchRequest {
            boot_id,
            first,
            records,
        }) = batch;
        let last = *numbers_of(first, records.len()).end();
        let reports = head_reports(&records);
        let take = TakeRecords {
            edge: ReportingEdge {
                edge_id: edge.edge_id.clone(),
                audience: edge.audience.clone(),
            },
            boot_id,
            first,
            records,
        };
        match self.store.take_records(take).await? {
            TakeOutcome::UnknownBoot => Ok(None),
            TakeOutcome::Taken(new) => {
                let reports = reports.iter().filter(|(place, _)| new.contains(place));
                reports.for_each(|(_, record)| log_head_report(edge, record));
                Ok(Some(last))
            }
        }
    }
}
