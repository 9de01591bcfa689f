//! Lines of records, written by the pipeline and read as the issuer reads them.

use super::*;
use crate::record::Record;
use crate::verdict::in_flight::{InFlight, ResponseHead};
use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::edge_api::record_line::{KeptValue, RecordLine, member};
use edgewrit_shared::edge_api::records::{BATCH_VALUES, BatchRequest, write_batch};
use edgewrit_shared::json::document::{Faults, Node};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The only record of a batch with this line, as the issuer reads it.
#[track_caller]
fn read_line(line: &str) -> RecordLine {
    let batch = write_batch("boot-1", 1, line);
    let (batch, faults) = (json::parse(batch.as_bytes(), BATCH_VALUES).unwrap(), Faults::new());
    let read = BatchRequest::read(&Node::root(&batch, &faults));
    let faults: Vec<_> = faults.into_list().lines().collect();
    assert!(faults.is_empty(), "{faults:?}");
    let mut records = read.unwrap().records;
    assert_eq!(records.len(), 1);
    records.remove(0)
}

/// The members that the issuer keeps as they are, in the order in which it reads them.
fn kept_members(record: &Record) -> Vec<(&'static str, KeptValue)> {
    let Record { context, objection, .. } = record;
    let operation = context.subject.operation.as_deref();
    let reflected = record.reflected.join(", ");
    let texts = [
        (
            member::ERROR_CODE,
            objection.as_ref().map(|objection| objection.class().code()),
        ),
        (
            member::DETAIL,
            objection.as_ref().map(|objection| objection.log_detail()),
        ),
        (member::OPERATION, operation.map(|operation| operation.name.as_str())),
        (member::ACTION, context.subject.action()),
        (member::RESOURCE, context.subject.resource()),
        (member::UPSTREAM, operation.map(|operation| operation.upstream.name())),
        (member::JTI, context.claims().map(|claims| claims.jti.as_str())),
        (member::OUTCOME, record.outcome.map(|outcome| outcome.text())),
        (member::REFLECTED, record.is_reflection().then_some(&*reflected)),
    ];
    let texts = texts.into_iter();
    let texts = texts.filter_map(|(name, text)| Some((name, KeptValue::Text(text?.into()))));
    let status = record
        .status
        .map(|status| (member::STATUS, KeptValue::Number(status.into())));
    texts.chain(status).collect()
}

/// The members that the issuer has read from a record.
fn names_read(read: &RecordLine) -> Vec<&str> {
    let optional = [
        (member::CLIENT_ID, read.client_id.is_some()),
        (member::TASK_ID, read.task_id.is_some()),
        (member::TRACEPARENT, read.traceparent.is_some()),
        (member::GRANTS, !read.grants.is_empty()),
    ];
    let present = optional.into_iter().filter(|(_, is_present)| *is_present);
    let required = [member::AT, member::REQUEST_ID, member::VERDICT, member::LABEL];
    let kept = read.kept.iter().map(|(name, _)| *name);
    let mut names: Vec<_> = present.map(|(name, _)| name).chain(required).chain(kept).collect();
    names.sort_unstable();
    names
}

/// Writes the line of `record`, reads it as the issuer does, and compares every member.
#[track_caller]
fn assert_round_trip(record: &Record) -> RecordLine {
    let line = record.line();
    let read = read_line(&line);
    let context = &record.context;
    let id = context.arrival.request_id.to_string();
    let claims = context.claims();
    let grants: Vec<_> = record.grants.iter().map(|grant| grant.to_string()).collect();
    assert_eq!((read.at, read.permitted), (context.arrival.at, record.permitted));
    assert_eq!((read.request_id.as_str(), read.label), (id.as_str(), record.label()));
    assert_eq!(read.client_id.as_ref(), claims.map(|claims| &claims.client_id));
    assert_eq!(read.task_id.as_ref(), claims.map(|claims| &claims.task_id));
    assert_eq!(read.traceparent.as_deref(), context.arrival.traceparent.as_deref());
    assert_eq!(read.grants, grants.into_iter().collect());
    assert_eq!(read.kept, kept_members(record));
    // The issuer reads every member but the one that marks the line in a log.
    let Json::Object(written) = parse(&line) else {
        panic!("no object: {line}")
    };
    let mut written: Vec<_> = written.iter().map(|(name, _)| name.as_str()).collect();
    written.retain(|name| *name != "edgewrit");
    written.sort_unstable();
    assert_eq!(written, names_read(&read), "{line}");
    read
}

#[track_caller]
fn assert_outcome(read: &RecordLine, outcome: &str) {
    let outcome = (member::OUTCOME, KeptValue::Text(outcome.into()));
    assert!(read.kept.contains(&outcome), "{outcome:?} in {:?}", read.kept);
}

/// The permitted request that a step sends.
#[track_caller]
fn in_flight(step: Step) -> InFlight {
    match step {
        Step::Forward(permit) => permit.into_request().1,
        Step::Refuse(refusal) => panic!("{}", refusal.record().line()),
        _ => panic!("another need"),
    }
}

#[test]
fn a_permit() {
    let edge = StepEdge::new();
    for (outcome, text) in [
        (Outcome::Answered(200), "answered"),
        (Outcome::Answered(401), "answered"),
        (Outcome::Failed, "failed"),
        (Outcome::Aborted, "aborted"),
    ] {
        let in_flight = in_flight(edge.send(&[READ], &[READ_1]));
        let read = assert_round_trip(&in_flight.finish(outcome));
        assert_outcome(&read, text);
        assert_eq!((read.permitted, read.task_id.as_deref()), (true, Some("trip-42")));
    }
}

#[test]
fn a_permit_with_a_spend() {
    for (outcome, text) in [(Outcome::Answered(200), "answered"), (Outcome::Failed, "spent_unknown")] {
        let edge = StepEdge::new();
        let need = edge.need_spend(&[DELETE], &[DELETE_2]);
        let in_flight = in_flight(edge.answer(need, 200, r#"{"spent":["d"]}"#));
        assert_outcome(&assert_round_trip(&in_flight.finish(outcome)), text);
    }
}

#[test]
fn a_permit_with_several_grants() {
    let edge = StepEdge::new();
    let need = edge.need_spend(&[READ, DELETE, NOTE], &[NOTE_3, READ_1, DELETE_2]);
    let in_flight = in_flight(edge.answer(need, 200, r#"{"spent":["n","d"]}"#));
    let read = assert_round_trip(&in_flight.finish(Outcome::Answered(200)));
    assert_eq!(read.grants, ids(&[READ, DELETE, NOTE]).into_iter().collect());
    assert_eq!(read.grants.len(), 3);
}

#[test]
fn a_refusal() {
    let edge = StepEdge::new();
    let read = assert_round_trip(&refusal(edge.send(&[READ], &[DELETE_2])).record());
    assert_eq!((read.permitted, read.label), (false, Reason::NotGranted.into()));
    let headers = [("content-type", b"application/json".as_slice())];
    let read = assert_round_trip(&refusal(start(head(&headers), &edge.world())).record());
    assert_eq!((read.client_id, read.task_id), (None, None));
}

#[test]
fn a_refusal_after_a_spend() {
    let mut edge = StepEdge::new();
    let need = edge.need_spend(&[DELETE], &[DELETE_2]);
    edge.now = NOW.plus(600);
    edge.snapshot = support::snapshot(edge.now, Vec::new());
    let read = assert_round_trip(&refusal(edge.answer(need, 200, r#"{"spent":["d"]}"#)).record());
    assert_eq!(read.label, Reason::TokenExpired.into());
    assert_outcome(&read, "spent");
}

#[test]
fn a_response_that_is_cut() {
    let mut edge = StepEdge::new();
    let open = in_flight(edge.send(&[READ], &[READ_1])).open_response(200);
    edge.now = NOW.plus(600);
    edge.snapshot = support::snapshot(edge.now, Vec::new());
    let read = assert_round_trip(&open.check_ended(&edge.world()).unwrap());
    assert_eq!((read.permitted, read.label), (false, Reason::TokenExpired.into()));
    assert_outcome(&read, "cut");
}

#[test]
fn a_reflected_secret() {
    let edge = StepEdge::new();
    let mut in_flight = in_flight(edge.send(&[READ], &[READ_1]));
    let headers = [("x-echo", b"edge-secret".as_slice()), ("edge-secret", b"".as_slice())];
    let _ = in_flight.edit_response(&ResponseHead {
        status: 200,
        headers: &headers,
    });
    let read = assert_round_trip(&in_flight.finish(Outcome::Answered(200)));
    let reflected = (member::REFLECTED, KeptValue::Text("x-echo, (a name)".into()));
    assert!(read.kept.contains(&reflected), "{:?}", read.kept);
}

#[test]
fn a_trace() {
    let edge = StepEdge::new();
    let malformed = TRACE.replace("0af7", "0AF7");
    for (sent, expected) in [(TRACE, Some(TRACE)), (&malformed, None), ("", None)] {
        let permitted = in_flight(edge.send_in_trace(sent, &[READ], &[READ_1]));
        let read = assert_round_trip(&permitted.finish(Outcome::Answered(200)));
        assert_eq!(read.traceparent.as_deref(), expected);
        let refused = refusal(edge.send_in_trace(sent, &[READ], &[DELETE_2]));
        assert_eq!(assert_round_trip(&refused.record()).traceparent.as_deref(), expected);
    }
}

#[test]
fn a_record_ahead_of_a_strict_edge() {
    let edge = StepEdge {
        config: Arc::new(
            config_of(&CONFIG.replacen('{', r#"{"audit": "strict","#, 1), BY_HEAD).with_batch(config(BY_BODY)),
        ),
        ..StepEdge::new()
    };
    let Step::Record(need) = edge.send_in_trace(TRACE, &[READ], &[READ_1]) else {
        panic!("no need to record");
    };
    let read = assert_round_trip(&need.record());
    assert_outcome(&read, "sent");
    let in_flight = in_flight(need.resume(true, &edge.world()));
    assert_outcome(
        &assert_round_trip(&in_flight.finish(Outcome::Answered(200))),
        "answered",
    );
}

#[test]
fn every_label() {
    let edge = StepEdge::new();
    let mut record = refusal(edge.send(&[READ], &[DELETE_2])).record();
    for reason in Reason::ALL.iter().copied() {
        record.objection = Some(reason.into());
        assert_eq!(assert_round_trip(&record).label, RecordLabel::Reason(reason));
    }
}
