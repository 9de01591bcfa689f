//! Records of edges: the verdict on each request, joined to the grants of its task.

use super::Edges;
use crate::audit::{Event, EventKind};
use crate::registry::Edge;
use crate::store::recorded::Numbers;
use crate::store::report::RequestVerdict;
use crate::store::{StoreError, Writing, audit, recorded, report, task};
use edgewrit_shared::edge_api::records::{BatchRequest, GRANTS_PER_RECORD, PERMITTED, REFUSED};
use edgewrit_shared::edge_api::{NUMBER_MAX, RecordLabel};
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::{Members, Node};
use edgewrit_shared::limits::CLOCK_TOLERANCE;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::trace_context::is_traceparent;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Longest text of a record that is kept, in bytes.
const TEXT_BYTES: usize = 1_024;
/// Bytes of a grant's id: 16 hexadecimal digits.
const GRANT_BYTES: usize = 16;
/// Age of the oldest record that is believed, in seconds: 90 days, as long as the boot is kept that
/// numbers it.
const AGE_MAX: u64 = 90 * 24 * 3_600;

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

/// The verdict on one request.
#[derive(Clone, Debug)]
struct EdgeRecord {
    at: UnixSeconds,
    permitted: bool,
    request_id: String,
    client_id: Option<String>,
    task_id: Option<String>,
    traceparent: Option<String>,
    /// Each stands once.
    grants: BTreeSet<String>,
    label: RecordLabel,
    kept: Map<String, Value>,
}

/// The records that an edge reports.
#[derive(Clone, Debug)]
pub(crate) struct RecordBatch(BatchRequest<EdgeRecord>);

impl RecordBatch {
    /// Reads the body of `POST /v1/records`.
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        BatchRequest::read(node, EdgeRecord::read).map(Self)
    }

    /// Numbers of its records.
    fn numbers(&self) -> Numbers {
        let Self(batch) = self;
        batch.first..=(batch.first + batch.records.len() as u64).saturating_sub(1)
    }
}

impl EdgeRecord {
    /// Reads a record as edges write it down. Members that are not known here are another
    /// version's.
    fn read(node: &Node<'_>) -> Option<Self> {
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
        Some(Self {
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

    /// Logs what an edge reports of the audit itself, so that the operator sees it at once.
    fn log_of_head(&self, edge: &Edge) {
        if self.kind() == EventKind::AuditHeadReported {
            let detail = self.kept.get("detail").and_then(Value::as_str).unwrap_or_default();
            tracing::error!(
                edge_id = edge.edge_id,
                label = self.label.text(),
                detail,
                "an edge saw another audit before"
            );
        }
    }

    fn kind(&self) -> EventKind {
        match (self.permitted, self.label) {
            (true, _) => EventKind::RequestPermitted,
            (false, RecordLabel::AuditHead(_)) => EventKind::AuditHeadReported,
            (false, _) => EventKind::RequestRefused,
        }
    }

    /// The record with a time that can be: an edge's clock may be wrong, and its word must not stay
    /// for ever as the last use of a grant.
    fn at_most(mut self, now: UnixSeconds) -> Self {
        let (earliest, latest) = (now.0.saturating_sub(AGE_MAX), now.0.saturating_add(CLOCK_TOLERANCE));
        self.at = UnixSeconds(self.at.0.clamp(earliest, latest));
        self
    }

    fn event(&self, edge: &Edge, task: Option<i64>) -> Event {
        let event = match self.permitted {
            true => Event::done(self.kind()),
            false => Event::denied(self.kind()),
        };
        // Of a permit, the grant: an agent that repeats what one grant permits must not hide what
        // it does with another.
        let cause = match self.permitted {
            true => self.grants.first().map_or("", String::as_str),
            false => self.label.text(),
        };
        let event = event.edge(&edge.edge_id).cause(cause);
        let mut data = self.kept.clone();
        data.insert("label".to_owned(), json!(self.label.text()));
        data.insert("edge_id".to_owned(), json!(edge.edge_id));
        data.insert("at".to_owned(), json!(self.at.0));
        if !self.grants.is_empty() {
            data.insert("grants".to_owned(), json!(self.grants));
        }
        // Of a task that was granted nothing at this edge, it is its word alone.
        let named = |name: &Option<String>| name.clone().filter(|_| task.is_some());
        let event = Event {
            task,
            client_id: named(&self.client_id),
            task_id: named(&self.task_id),
            request_id: Some(self.request_id.clone()),
            traceparent: self.traceparent.clone(),
            ..event
        };
        event.data(&Value::Object(data))
    }
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
        let (edge, numbers) = (Arc::clone(edge), batch.numbers());
        let RecordBatch(batch) = batch;
        let take = self.store.write(move |writing| {
            let Some(before) = recorded::take_in(writing, &batch.boot_id, &edge.edge_id, &numbers)? else {
                return Ok(None);
            };
            let is_new = |number: u64| !before.iter().any(|range| range.contains(&number));
            let numbered = (batch.first..).zip(&batch.records);
            let mut taken = BTreeSet::new();
            for (_, record) in numbered.filter(|(number, _)| is_new(*number)) {
                // One request is permitted once, and refused once: when its response was cut off.
                if taken.insert((record.permitted, record.request_id.as_str())) {
                    record.log_of_head(&edge);
                    take_record(writing, &edge, record)?;
                }
            }
            Ok(Some(*numbers.end()))
        });
        take.await
    }
}

/// Counts one record, for a task that was granted something at the audience of the edge, and
/// records it; unless the audit has it of this edge already.
fn take_record(writing: &Writing<'_>, edge: &Edge, record: &EdgeRecord) -> rusqlite::Result<()> {
    if audit::is_recorded(writing, record.kind(), &record.request_id, &edge.edge_id)? {
        return Ok(());
    }
    let record = &record.clone().at_most(writing.now().seconds());
    let named = record.client_id.as_deref().zip(record.task_id.as_deref());
    let found = named.map(|(client_id, task_id)| task::find(writing, client_id, task_id));
    let row = found.transpose()?.flatten().map(|found| found.task);
    let row = match row {
        Some(row) if report::is_granted(writing, row, &edge.audience)? => Some(row),
        _ => None,
    };
    if let Some(row) = row {
        let verdict = RequestVerdict {
            audience: &edge.audience,
            grants: &record.grants,
            refused: (!record.permitted).then_some(record.label.text()),
            at: record.at,
        };
        report::count_verdict(writing, row, &verdict)?;
    }
    writing.record(&record.event(edge, row))
}
