//! Delivery of records to the issuer in numbered batches, until the issuer has them.

use crate::harness::{Ask, Edge, config_text, secret};
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::issuer::records::{self, BATCH_BYTES, Batch, DeliveryAct, DeliveryOutcome, PendingRecords};
use edgewrit_edge::step::{NeedRecord, Step};
use edgewrit_edge::verdict::in_flight::Outcome;
use edgewrit_edge::verdict::refusal::HostFault;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::grant::GrantId;
use edgewrit_shared::reason::Reason;
use edgewrit_test_issuer::{self as support, NOW};
use std::sync::Arc;

const SEARCH: [&str; 1] = [r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#];
const FLIGHTS: &str = "GET /flights?from=JFK&to=LHR&date=2026-05-10";
const UNKNOWN_BOOT: &str = r#"{"type":"urn:edgewrit:error:unknown_boot","status":404}"#;

fn got(status: u16, body: &str) -> IssuerAnswer<'_> {
    IssuerAnswer::Got {
        status,
        body: body.as_bytes(),
    }
}

fn pending(records: usize) -> PendingRecords {
    let mut pending = PendingRecords::new();
    for number in 1..=records {
        assert_eq!(pending.keep(format!("{{\"n\":{number}}}")), Some(number as u64));
    }
    pending
}

#[test]
fn a_batch_has_the_number_of_its_first_record() {
    let mut pending = pending(3);
    assert_eq!(
        pending.next_batch(BATCH_BYTES).body("boot-1"),
        r#"{"boot_id":"boot-1","first":1,"records":[{"n":1},{"n":2},{"n":3}]}"#
    );
    let batch = pending.next_batch(BATCH_BYTES);
    assert_eq!(pending.keep("{\"n\":4}".into()), Some(4));
    assert!(pending.finish_batch(&batch, DeliveryOutcome::Recorded));
    assert!(pending.is_delivered(3) && !pending.is_delivered(4));
    assert_eq!(
        pending.next_batch(BATCH_BYTES).body("boot-1"),
        r#"{"boot_id":"boot-1","first":4,"records":[{"n":4}]}"#
    );
    assert_eq!((pending.waiting(), pending.lost()), (1, 0));
}

#[test]
fn undelivered_records_are_sent_again() {
    let mut pending = pending(2);
    let batch = pending.next_batch(BATCH_BYTES);
    assert!(!pending.finish_batch(&batch, DeliveryOutcome::Later));
    assert_eq!(pending.next_batch(BATCH_BYTES), batch);
}

#[test]
fn a_boot_that_the_issuer_forgot_is_replaced_and_nothing_is_lost() {
    let mut pending = pending(1);
    pending.set_boot_id("boot-1".into());
    let batch = pending.next_batch(BATCH_BYTES);
    assert!(!pending.finish_batch(&batch, records::read_outcome(got(404, UNKNOWN_BOOT))));
    assert_eq!((pending.boot_id(), pending.waiting(), pending.lost()), (None, 1, 0));
}

#[test]
fn records_that_the_issuer_refuses_are_counted_as_lost() {
    let mut pending = pending(2);
    let batch = pending.next_batch(BATCH_BYTES);
    assert!(pending.finish_batch(&batch, DeliveryOutcome::Refused(400)));
    assert_eq!((pending.waiting(), pending.lost()), (0, 2));
}

#[test]
fn answers_say_whether_to_send_again() {
    for (answer, delivery) in [
        (got(200, "{\"recorded\":2}"), DeliveryOutcome::Recorded),
        (got(404, UNKNOWN_BOOT), DeliveryOutcome::UnknownBoot),
        (got(404, "{\"type\":\"about:blank\"}"), DeliveryOutcome::Later),
        (got(400, ""), DeliveryOutcome::Refused(400)),
        (got(413, ""), DeliveryOutcome::Refused(413)),
        (got(401, ""), DeliveryOutcome::Later),
        (got(429, ""), DeliveryOutcome::Later),
        (got(503, ""), DeliveryOutcome::Later),
        (IssuerAnswer::Failed, DeliveryOutcome::Later),
    ] {
        assert_eq!(records::read_outcome(answer), delivery, "{answer:?}");
    }
}

#[test]
fn memory_is_bounded_and_lost_records_are_counted() {
    let mut pending = pending(20_000);
    assert_eq!(pending.keep("{}".into()), None);
    assert_eq!((pending.waiting(), pending.lost()), (20_000, 1));
    let mut long = PendingRecords::new();
    for _ in 0..9 {
        long.keep("x".repeat(1024 * 1024));
    }
    assert_eq!((long.waiting(), long.lost()), (8, 1));
}

#[test]
fn a_batch_ends_where_the_issuer_takes_no_more() {
    assert_eq!(pending(1_001).next_batch(BATCH_BYTES).count(), 1_000);
    let mut batch = Batch::new(1, BATCH_BYTES);
    assert!(batch.add(&"x".repeat(600_000), 1), "the first always fits");
    assert!(!batch.add("{}", 1));
    assert_eq!(batch.count(), 1);
}

#[test]
fn the_call_carries_the_edge_s_credential() {
    let edge = Edge::new();
    let call = records::delivery_call(&edge.config, "{}".into());
    assert_eq!((call.method, call.path.as_str()), ("POST", "/v1/records"));
    let sent = call.headers.iter().find(|(name, _)| *name == "authorization");
    assert!(sent.unwrap().1.expose().starts_with("Basic "));
    let boot = records::boot_call(&edge.config);
    assert_eq!(
        (boot.path.as_str(), boot.body.as_slice()),
        ("/v1/edges/boot", b"{}".as_slice())
    );
    assert_eq!(records::boot_id(got(201, r#"{"boot_id":"b"}"#)).as_deref(), Some("b"));
    for answer in [
        got(200, r#"{"boot_id":"b"}"#),
        got(201, r#"{"boot_id":""}"#),
        IssuerAnswer::Failed,
    ] {
        assert_eq!(records::boot_id(answer), None, "{answer:?}");
    }
}

fn strict() -> Edge {
    let text = config_text().replacen('{', r#"{"audit":"strict","#, 1);
    Edge {
        config: Arc::new(Config::read(&text, &secret).unwrap()),
        ..Edge::new()
    }
}

/// The need to record a permit, of a strict edge.
fn need_record(edge: &Edge, ask: &Ask) -> NeedRecord {
    match edge.start(ask) {
        Step::Record(need) => need,
        _ => panic!("no need to record"),
    }
}

/// The line of the record of a permit, before its request is sent.
fn record_ahead(edge: &Edge, ask: &Ask) -> String {
    need_record(edge, ask).record().line()
}

#[test]
fn a_strict_edge_permits_nothing_that_it_cannot_record() {
    let (edge, ask) = (strict(), Ask::new(FLIGHTS, &SEARCH));
    assert_eq!(edge.label(&ask), "permit");
    edge.memory.set_record_room(false);
    let refusal = edge.ask(&ask).refused();
    assert_eq!(
        (refusal.status(), refusal.error_code(), refusal.reason().label()),
        (503, "audit_unavailable", "unrecorded")
    );
    edge.memory.set_record_room(true);
    assert_eq!(edge.label(&ask), "permit");
}

#[test]
fn a_best_effort_edge_permits_without_room_for_records() {
    let edge = Edge::new();
    edge.memory.set_record_room(false);
    assert_eq!(edge.label(&Ask::new(FLIGHTS, &SEARCH)), "permit");
}

#[test]
fn a_record_ahead_says_that_the_request_is_sent() {
    let line = record_ahead(&strict(), &Ask::new(FLIGHTS, &SEARCH));
    assert!(line.contains(r#""verdict":"permit","label":"permit""#), "{line}");
    assert!(line.ends_with(r#""outcome":"sent"}"#), "{line}");
}

#[test]
fn records_name_the_grant_by_its_id_and_the_client_s_trace() {
    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let edge = strict();
    let id = support::grants(&SEARCH).as_slice()[0].id();
    for _ in 0..2 {
        let ask = Ask::new(FLIGHTS, &SEARCH).header("traceparent", TRACE);
        let line = record_ahead(&edge, &ask);
        let expected = format!(r#""grants":["{id}"],"traceparent":"{TRACE}""#);
        assert!(line.contains(&expected), "{line}");
    }
    let malformed = [
        TRACE.replace("0af7", "0AF7"),
        TRACE.replace("00-0", "ff-0"),
        "x".repeat(TRACE.len()),
    ];
    for text in ["x", &malformed[0], &malformed[1], &malformed[2]] {
        let ask = Ask::new(FLIGHTS, &SEARCH).header("traceparent", text);
        let line = record_ahead(&edge, &ask);
        assert!(!line.contains("traceparent"), "{line}");
    }
    assert_eq!(GrantId(0xab).to_string(), "00000000000000ab");
}

#[test]
fn a_response_is_cut_when_its_writ_is_no_longer_valid() {
    let mut edge = Edge::new();
    let flight = edge.ask(&Ask::new(FLIGHTS, &SEARCH)).sent().1;
    let open = flight.open_response(200);
    assert!(open.check_ended(&edge.world()).is_none());
    let ended = |edge: &Edge| open.check_ended(&edge.world()).map(|record| record.label().text());
    edge.now = NOW.plus(600);
    edge.snapshot = Some(support::snapshot(edge.now, Vec::new()));
    assert_eq!(ended(&edge), Some("token_expired"));
    edge.now = NOW;
    let task = Level::Task {
        client_id: "client-1",
        task_id: "trip-42",
    };
    let revocation = Revocation {
        target: Target::of(task),
        cut: NOW,
        expires: NOW.plus(600),
    };
    edge.snapshot = Some(support::snapshot(NOW, vec![revocation]));
    assert_eq!(ended(&edge), Some("token_revoked"));
    let line = open.check_ended(&edge.world()).unwrap().line();
    assert!(
        line.contains(r#""verdict":"refuse","status":200,"label":"token_revoked""#),
        "{line}"
    );
    assert!(line.ends_with(r#""outcome":"cut"}"#), "{line}");
    edge.snapshot = None;
    assert_eq!(ended(&edge), Some("snapshot_missing"));
}

#[test]
fn a_delivery_asks_for_a_boot_id_and_then_sends_batches_until_its_record_is_delivered() {
    let mut pending = pending(3);
    assert!(matches!(
        pending.next_act(3, BATCH_BYTES),
        Some(DeliveryAct::AskForBoot)
    ));
    assert!(!pending.take_boot(IssuerAnswer::Failed));
    assert!(pending.take_boot(got(201, r#"{"boot_id":"b"}"#)));
    // A batch of one byte has one record.
    for first in 1..=2 {
        let Some(DeliveryAct::Send(batch, body)) = pending.next_act(2, 1) else {
            panic!("nothing to send");
        };
        assert!(
            body.starts_with(&format!(r#"{{"boot_id":"b","first":{first},"#)),
            "{body}"
        );
        assert!(pending.finish_batch(&batch, DeliveryOutcome::Recorded));
    }
    assert!(pending.next_act(2, 1).is_none(), "the record 2 is delivered");
    let Some(DeliveryAct::Send(batch, _)) = pending.next_act(u64::MAX, 1) else {
        panic!("nothing to send");
    };
    assert!(!pending.finish_batch(&batch, DeliveryOutcome::UnknownBoot));
    assert!(matches!(pending.next_act(u64::MAX, 1), Some(DeliveryAct::AskForBoot)));
}

#[test]
fn only_an_outcome_for_good_ends_the_delivery_of_a_batch() {
    assert!(DeliveryOutcome::Recorded.is_final() && DeliveryOutcome::Refused(400).is_final());
    assert!(!DeliveryOutcome::Later.is_final() && !DeliveryOutcome::UnknownBoot.is_final());
}

#[test]
fn of_two_boot_ids_only_the_first_is_used() {
    let mut pending = pending(1);
    pending.set_boot_id("boot-1".into());
    pending.set_boot_id("boot-2".into());
    assert_eq!(pending.boot_id(), Some("boot-1"));
}

#[test]
fn a_record_is_replaced_under_its_number_while_it_waits() {
    let mut pending = pending(2);
    pending.replace(2, "{}".into());
    pending.replace(3, "no such number".into());
    assert_eq!(
        pending.next_batch(BATCH_BYTES).body("b"),
        r#"{"boot_id":"b","first":1,"records":[{"n":1},{}]}"#
    );
    let batch = pending.next_batch(BATCH_BYTES);
    assert!(pending.finish_batch(&batch, DeliveryOutcome::Recorded));
    pending.replace(1, "too late".into());
    assert_eq!(pending.waiting(), 0);
}

#[test]
fn a_batch_can_be_sent_under_another_boot() {
    let body = pending(1).next_batch(BATCH_BYTES).body("old");
    let expected = r#"{"boot_id":"new","first":1,"records":[{"n":1}]}"#;
    assert_eq!(records::replace_boot_id(&body, "new").as_deref(), Some(expected));
    assert_eq!(records::replace_boot_id("{}", "new"), None);
}

#[test]
fn unauthenticated_refusals_are_reported_up_to_a_rate() {
    let mut edge = Edge::new();
    let reported = |edge: &Edge, ask: &Ask| edge.ask(ask).refused().record().is_for_issuer(&edge.memory);
    let (unauthenticated, known) = (Ask::bare(FLIGHTS), Ask::new("GET /nowhere", &SEARCH));
    let count = |edge: &Edge, ask: &Ask| (0..20).filter(|_| reported(edge, ask)).count();
    assert_eq!((count(&edge, &unauthenticated), count(&edge, &known)), (10, 20));
    edge.now = NOW.plus(1);
    assert_eq!(count(&edge, &unauthenticated), 10);
}

#[test]
fn a_permit_is_validated_again_after_a_wait() {
    let mut edge = strict();
    let ask = Ask::new(FLIGHTS, &SEARCH);
    assert!(matches!(
        need_record(&edge, &ask).resume(true, &edge.world()),
        Step::Forward(_)
    ));
    let need = need_record(&edge, &ask);
    edge.now = NOW.plus(600);
    edge.snapshot = Some(support::snapshot(edge.now, Vec::new()));
    match need.resume(true, &edge.world()) {
        Step::Refuse(refusal) => assert_eq!(refusal.reason(), Reason::TokenExpired),
        _ => panic!("not refused"),
    }
}

#[test]
fn a_strict_edge_sends_nothing_before_its_record_is_kept() {
    let edge = strict();
    match need_record(&edge, &Ask::new(FLIGHTS, &SEARCH)).resume(false, &edge.world()) {
        Step::Refuse(refusal) => {
            assert_eq!((refusal.status(), refusal.reason()), (503, Reason::Unrecorded));
            let record = refusal.record();
            assert!(record.is_for_issuer(&edge.memory) && !record.may_be_lost());
        }
        _ => panic!("not refused"),
    }
}

#[test]
fn a_use_that_was_spent_before_a_failed_record_stays_spent() {
    let edge = strict();
    let limited = r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":1,"allowance":"b"}}"#;
    let Step::Spend(need) = edge.start(&Ask::new(FLIGHTS, &[limited])) else {
        panic!("no need to spend");
    };
    let Step::Spend(need) = need.resume(got(201, r#"{"boot_id":"boot"}"#), &edge.world()) else {
        panic!("no second call");
    };
    let Step::Record(need) = need.resume(got(200, r#"{"spent":["b"]}"#), &edge.world()) else {
        panic!("no need to record");
    };
    let Step::Refuse(refusal) = need.resume(false, &edge.world()) else {
        panic!("not refused");
    };
    assert!(refusal.record().line().ends_with(r#""outcome":"spent"}"#));
}

#[test]
fn after_the_record_ahead_the_record_of_the_outcome_may_be_lost() {
    let edge = strict();
    let record = edge
        .ask(&Ask::new(FLIGHTS, &SEARCH))
        .sent()
        .1
        .finish(Outcome::Answered(200));
    assert!(record.may_be_lost() && !record.is_for_issuer(&edge.memory));
    let edge = Edge::new();
    let record = edge
        .ask(&Ask::new(FLIGHTS, &SEARCH))
        .sent()
        .1
        .finish(Outcome::Answered(200));
    assert!(!record.may_be_lost() && record.is_for_issuer(&edge.memory));
}

#[test]
fn a_refusal_after_the_record_ahead_is_for_the_issuer() {
    let edge = strict();
    let refusal = edge
        .ask(&Ask::new(FLIGHTS, &SEARCH))
        .sent()
        .1
        .withdraw(HostFault::OtherRequest);
    assert!(refusal.record().is_for_issuer(&edge.memory));
}

#[test]
fn a_permit_of_a_strict_edge_without_a_client_has_one_record() {
    let edge = strict();
    let record = need_record(&edge, &Ask::new(FLIGHTS, &SEARCH)).abandon();
    assert!(record.is_for_issuer(&edge.memory));
    assert!(record.line().ends_with(r#""outcome":"aborted"}"#), "{}", record.line());
}

#[test]
fn a_host_that_would_send_elsewhere_withdraws_before_the_record() {
    let edge = strict();
    let need = need_record(&edge, &Ask::new(FLIGHTS, &SEARCH));
    assert_eq!(need.upstream().name(), "travel");
    assert_eq!(need.withdraw(HostFault::OtherUpstream).reason(), Reason::HostUpstream);
}

/// The grant has ended when its record is kept: the edge does not send the request.
#[test]
fn a_window_that_ends_during_the_record_refuses() {
    let limited =
        r#"{"type":"writ","actions":["list","search"],"resources":["flights"],"uses":{"max":1,"allowance":"b"}}"#;
    let window = format!(r#""not_after":{},"actions""#, NOW.0 + 20);
    let search = SEARCH[0].replace(r#""actions""#, &window);
    for grants in [&[&*search][..], &[limited, &search]] {
        for (seconds, expected) in [(19, None), (20, Some("not_granted"))] {
            let mut edge = strict();
            let need = need_record(&edge, &Ask::new(FLIGHTS, grants));
            edge.now = NOW.plus(seconds);
            let refused = match need.resume(true, &edge.world()) {
                Step::Refuse(refusal) => Some(refusal.reason().label()),
                _ => None,
            };
            assert_eq!(refused, expected, "{grants:?} after {seconds} seconds");
        }
    }
}

/// Two deliveries are in progress: the one for the permit fails, and an earlier one succeeds.
#[test]
fn a_refusal_in_place_of_a_permit_that_was_sent_meanwhile_is_not_lost() {
    let mut pending = PendingRecords::new();
    let number = pending.keep("{permit}".into()).unwrap();
    let sent = pending.next_batch(BATCH_BYTES);
    assert!(!pending.finish_batch(&sent, DeliveryOutcome::Later));
    pending.replace(number, "{refusal}".into());
    assert!(pending.finish_batch(&sent, DeliveryOutcome::Recorded));
    let next = pending.next_batch(BATCH_BYTES);
    assert_eq!(next.body("b"), r#"{"boot_id":"b","first":2,"records":[{refusal}]}"#);
    assert!(pending.finish_batch(&next, DeliveryOutcome::Recorded));
    assert_eq!((pending.waiting(), pending.lost()), (0, 0));
}

#[test]
fn a_refusal_in_place_of_a_permit_that_waits_is_one_record() {
    let mut pending = PendingRecords::new();
    let number = pending.keep("{permit}".into()).unwrap();
    pending.replace(number, "{refusal}".into());
    let batch = pending.next_batch(BATCH_BYTES);
    assert_eq!(batch.body("b"), r#"{"boot_id":"b","first":1,"records":[{refusal}]}"#);
    assert!(pending.finish_batch(&batch, DeliveryOutcome::Recorded));
    assert_eq!((pending.waiting(), pending.lost()), (0, 0));
}

/// Two deliveries are in progress, and the issuer knows the boot id of neither.
#[test]
fn only_the_boot_id_that_the_issuer_does_not_know_is_dropped() {
    let mut pending = pending(1);
    pending.set_boot_id("old".into());
    let (first, second) = (pending.next_batch(BATCH_BYTES), pending.next_batch(BATCH_BYTES));
    assert!(!pending.finish_batch(&first, DeliveryOutcome::UnknownBoot));
    assert_eq!(pending.boot_id(), None);
    pending.set_boot_id("new".into());
    assert!(!pending.finish_batch(&second, DeliveryOutcome::UnknownBoot));
    assert_eq!(pending.boot_id(), Some("new"));
}
