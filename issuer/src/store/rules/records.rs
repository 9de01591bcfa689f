//! Rules of the records of edges: each is taken in once, and joined to the grants of its task.

use crate::audit::{Event, EventKind};
use crate::store::rows::report::RequestVerdict;
use crate::store::rows::reporting_edge::{Numbers, ReportingEdge};
use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::edge_api::record_line::{KeptValue, RecordLine};
use edgewrit_shared::limits::CLOCK_TOLERANCE;
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Age of the oldest record that is believed, in seconds: 90 days, as long as the boot is kept that
/// numbers it.
const AGE_MAX: u64 = 90 * 24 * 3_600;

/// Numbers of `count` records from `first` on.
#[must_use]
pub const fn numbers_of(first: u64, count: usize) -> Numbers {
    first..=(first + count as u64).saturating_sub(1)
}

/// The range that takes the place of `touching` and of `numbers`. Batches come in any order, and
/// again. `touching` are the kept ranges that share numbers with these, or end or begin beside
/// them.
#[must_use]
pub fn join_ranges(touching: &[Numbers], numbers: &Numbers) -> Numbers {
    let all = || touching.iter().chain([numbers]);
    let first = all().map(|range| *range.start()).min().unwrap_or_default();
    let last = all().map(|range| *range.end()).max().unwrap_or_default();
    first..=last
}

/// The places in a batch of the records that are new: those whose numbers were not taken in
/// `before`, and of each request one permit and one refusal, which is there when its response was
/// cut off.
#[must_use]
pub fn select_new(first: u64, records: &[RecordLine], before: &[Numbers]) -> Vec<usize> {
    let is_new = |number: u64| !before.iter().any(|range| range.contains(&number));
    let mut taken = BTreeSet::new();
    let numbered = (first..).zip(records.iter().enumerate());
    numbered
        .filter(|(number, (_, record))| is_new(*number) && taken.insert((record.permitted, record.request_id.as_str())))
        .map(|(_, (place, _))| place)
        .collect()
}

/// The kind of the event of a record.
#[must_use]
pub fn kind_of(record: &RecordLine) -> EventKind {
    match (record.permitted, record.label) {
        (true, _) => EventKind::RequestPermitted,
        (false, RecordLabel::AuditHead(_)) => EventKind::AuditHeadReported,
        (false, _) => EventKind::RequestRefused,
    }
}

/// The task of a record, and whether the audit has the record of this edge already.
#[derive(Clone, Copy, Debug)]
pub struct RecordRows {
    /// Whether there is an event of this kind that the edge reported of the request.
    pub is_recorded: bool,
    /// The number of the task that the record names, if the task was granted anything at the
    /// audience of the edge. An edge reports of no other.
    pub task: Option<i64>,
}

/// The durable part of a record.
#[derive(Clone, Debug)]
pub struct TakenRecord {
    /// The number of the task that the record is counted for.
    pub task: Option<i64>,
    /// The time of the request, as it is kept.
    pub at: UnixSeconds,
    /// The event of the record.
    pub event: Event,
}

/// Takes a record of `edge` in at `now`, the time of the writer; `None` if the audit has the record
/// already.
#[must_use]
pub fn take_record(
    edge: &ReportingEdge,
    record: &RecordLine,
    rows: RecordRows,
    now: UnixSeconds,
) -> Option<TakenRecord> {
    let at = believed_time(record.at, now);
    (!rows.is_recorded).then(|| TakenRecord {
        task: rows.task,
        at,
        event: event_of(edge, record, at, rows.task),
    })
}

/// The verdict of a record, as it is counted for its task.
#[must_use]
pub fn verdict_of<'a>(edge: &'a ReportingEdge, record: &'a RecordLine, at: UnixSeconds) -> RequestVerdict<'a> {
    RequestVerdict {
        audience: &edge.audience,
        grants: &record.grants,
        refused: (!record.permitted).then_some(record.label.text()),
        at,
    }
}

/// A time that can be: the clock of an edge may be wrong, and its word must not stay for ever as
/// the last use of a grant.
fn believed_time(at: UnixSeconds, now: UnixSeconds) -> UnixSeconds {
    let (earliest, latest) = (now.0.saturating_sub(AGE_MAX), now.0.saturating_add(CLOCK_TOLERANCE));
    UnixSeconds(at.0.clamp(earliest, latest))
}

fn event_of(edge: &ReportingEdge, record: &RecordLine, at: UnixSeconds, task: Option<i64>) -> Event {
    let event = match record.permitted {
        true => Event::done(kind_of(record)),
        false => Event::denied(kind_of(record)),
    };
    // Of a permit, the grant: an agent that repeats what one grant permits must not hide what it
    // does with another.
    let cause = match record.permitted {
        true => record.grants.first().map_or("", String::as_str),
        false => record.label.text(),
    };
    let event = event.edge(&edge.edge_id).cause(cause);
    let mut data: Map<_, _> = record.kept.iter().map(kept_member).collect();
    data.insert("label".to_owned(), json!(record.label.text()));
    data.insert("edge_id".to_owned(), json!(edge.edge_id));
    data.insert("at".to_owned(), json!(at.0));
    if !record.grants.is_empty() {
        data.insert("grants".to_owned(), json!(record.grants));
    }
    // Of a task that was granted nothing at this edge, it is its word alone.
    let named = |name: &Option<String>| name.clone().filter(|_| task.is_some());
    let event = Event {
        task,
        client_id: named(&record.client_id),
        task_id: named(&record.task_id),
        request_id: Some(record.request_id.clone()),
        traceparent: record.traceparent.clone(),
        ..event
    };
    event.data(&Value::Object(data))
}

/// A member that the event of a record has as the edge wrote it.
fn kept_member((name, value): &(&'static str, KeptValue)) -> (String, Value) {
    let value = match value {
        KeptValue::Text(text) => json!(text),
        KeptValue::Number(number) => json!(number),
    };
    ((*name).to_owned(), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgewrit_shared::bundle::HeadContradiction;

    fn record(request_id: &str, permitted: bool) -> RecordLine {
        RecordLine {
            at: UnixSeconds(1_000),
            permitted,
            request_id: request_id.to_owned(),
            client_id: Some("c".to_owned()),
            task_id: Some("t".to_owned()),
            traceparent: None,
            grants: BTreeSet::from(["0123456789abcdef".to_owned()]),
            label: RecordLabel::from_text("not_granted"),
            kept: Vec::new(),
        }
    }

    fn edge() -> ReportingEdge {
        ReportingEdge {
            edge_id: "e".to_owned(),
            audience: "a".to_owned(),
        }
    }

    const NEW: RecordRows = RecordRows {
        is_recorded: false,
        task: Some(7),
    };

    #[test]
    fn ranges_that_touch_become_one() {
        assert_eq!(join_ranges(&[], &(3..=5)), 3..=5);
        assert_eq!(join_ranges(&[1..=2, 4..=9], &(3..=5)), 1..=9);
        assert_eq!(numbers_of(3, 3), 3..=5);
        assert!(numbers_of(3, 0).is_empty());
    }

    #[test]
    fn a_record_is_new_once_by_its_number_and_once_by_its_request() {
        let records = [
            record("r", true),
            record("s", true),
            record("s", false),
            record("s", true),
            record("t", false),
        ];
        assert_eq!(select_new(1, &records, &[]), [0, 1, 2, 4]);
        assert_eq!(select_new(1, &records, &[1..=2, 5..=9]), [2, 3]);
    }

    #[test]
    fn a_record_that_the_audit_has_is_not_taken_again() {
        let recorded = RecordRows {
            is_recorded: true,
            ..NEW
        };
        let now = UnixSeconds(1_000);
        assert!(take_record(&edge(), &record("r", true), recorded, now).is_none());
        assert!(take_record(&edge(), &record("r", true), NEW, now).is_some());
    }

    #[test]
    fn the_clock_of_an_edge_is_believed_within_bounds() {
        let now = UnixSeconds(AGE_MAX * 2);
        for (at, believed) in [
            (now.0, now.0),
            (0, now.0 - AGE_MAX),
            (u64::MAX, now.0 + CLOCK_TOLERANCE),
        ] {
            let record = RecordLine {
                at: UnixSeconds(at),
                ..record("r", true)
            };
            let taken = take_record(&edge(), &record, NEW, now).unwrap();
            assert_eq!(taken.at.0, believed);
        }
    }

    #[test]
    fn an_edge_names_no_task_that_was_granted_nothing_at_its_audience() {
        let elsewhere = RecordRows { task: None, ..NEW };
        let now = UnixSeconds(1_000);
        let taken = take_record(&edge(), &record("r", false), elsewhere, now).unwrap();
        assert_eq!(
            (taken.event.client_id, taken.event.task_id, taken.event.task),
            (None, None, None)
        );
        let taken = take_record(&edge(), &record("r", false), NEW, now).unwrap();
        assert_eq!(taken.event.task_id.as_deref(), Some("t"));
        assert_eq!(taken.event.cause.as_deref(), Some("not_granted"));
    }

    #[test]
    fn a_head_that_an_edge_saw_go_back_is_no_refusal() {
        let head = RecordLine {
            label: RecordLabel::AuditHead(HeadContradiction::Back),
            ..record("r", false)
        };
        assert_eq!(kind_of(&head), EventKind::AuditHeadReported);
        assert_eq!(kind_of(&record("r", false)), EventKind::RequestRefused);
        assert_eq!(kind_of(&record("r", true)), EventKind::RequestPermitted);
    }
}
