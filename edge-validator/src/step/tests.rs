//! Requests with several attempts, through the public steps. The protocol is invented
//! (`request/batch.rs`): its body names the calls.

mod record_line;

use super::{BodyEnd, NeedSpend, Step, start};
use crate::config::Config;
use crate::http::head::Head;
use crate::issuer::call::IssuerAnswer;
use crate::memory::Memory;
use crate::reason::Reason;
use crate::rehearsal::{RehearsedGrants, Verdict, rehearse};
use crate::verdict::in_flight::Outcome;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::ATTEMPTS_PER_REQUEST;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_test_issuer::{self as support, NOW};

const CONFIG: &str = r#"{
    "issuer": "https://issuer.example", "trust": ["BUNDLE_KEY"],
    "edge": {"id": "edge-7", "credential": "${secret:EDGE_KEY}"}, "audience": "https://travel.example",
    "upstreams": {"open": {"origin": "http://127.0.0.1:9000"}}, "operations": [OPERATIONS]
}"#;
/// The operation that the head selects.
const BY_HEAD: &str = r#"{"match": "POST /batch", "upstream": "open", "action": "batch", "resource": "batch", "ignore": ["body./calls"]}"#;
/// The operations that the body selects.
const BY_BODY: &str = r#"
    {"match": "GET /customers/{id}", "upstream": "open", "action": "read", "resource": "customers/{id}"},
    {"match": "DELETE /customers/{id}", "upstream": "open", "action": "delete", "resource": "customers/{id}"},
    {"match": "POST /notes/{id}", "upstream": "open", "action": "note", "resource": "notes/{id}", "params": {"text": "form.text"}}
"#;

const READ: &str = r#"{"type":"writ","actions":["read"],"resources":["customers/*"]}"#;
const DELETE: &str =
    r#"{"type":"writ","actions":["delete"],"resources":["customers/*"],"uses":{"max":9,"allowance":"d"}}"#;
const NOTE: &str = r#"{"type":"writ","actions":["note"],"resources":["notes/*"],"uses":{"max":9,"allowance":"n"}}"#;

const READ_1: &str = r#"{"call": "GET /customers/1"}"#;
const DELETE_2: &str = r#"{"call": "DELETE /customers/2"}"#;
const NOTE_3: &str = r#"{"call": "POST /notes/3", "form": "text=a"}"#;

struct StepEdge {
    config: Arc<Config>,
    memory: Memory,
    snapshot: Snapshot,
    now: UnixSeconds,
}

fn config(operations: &str) -> Config {
    config_of(CONFIG, operations)
}

fn config_of(document: &str, operations: &str) -> Config {
    let text = document.replace("BUNDLE_KEY", &support::bundle_key().public().x());
    let secret = |_: &str| Some("edge-secret".into());
    Config::read(&text.replace("OPERATIONS", operations), &secret).unwrap_or_else(|faults| panic!("{faults:?}"))
}

impl StepEdge {
    fn new() -> Self {
        Self {
            config: Arc::new(config(BY_HEAD).with_batch(config(BY_BODY))),
            memory: Memory::new(7),
            snapshot: support::snapshot(NOW, Vec::new()),
            now: NOW,
        }
    }

    fn world(&self) -> World<'_> {
        World {
            config: &self.config,
            snapshot: Some(&self.snapshot),
            memory: &self.memory,
            now: self.now,
        }
    }

    /// The step after the body of a request with these calls.
    fn send(&self, grants: &[&str], calls: &[&str]) -> Step {
        self.send_in_trace("", grants, calls)
    }

    /// The step after the body of a request with this `traceparent`.
    fn send_in_trace(&self, traceparent: &str, grants: &[&str], calls: &[&str]) -> Step {
        let authorization = format!("Bearer {}", support::writ(&support::claims(support::grants(grants))));
        let headers = [
            ("authorization", authorization.as_bytes()),
            ("content-type", b"application/json"),
            ("traceparent", traceparent.as_bytes()),
        ];
        let step = start(head(&headers), &self.world());
        let Step::Body(mut need) = step else {
            panic!("no need of the body");
        };
        need.append(body(calls).as_bytes());
        need.resume(BodyEnd::Whole, &self.world())
    }

    /// The need to debit allowances for these calls, with a boot id.
    fn need_spend(&self, grants: &[&str], calls: &[&str]) -> NeedSpend {
        match self.send(grants, calls) {
            Step::Spend(need) => match self.answer(need, 201, r#"{"boot_id":"boot-1"}"#) {
                Step::Spend(need) => need,
                _ => panic!("no call after the boot"),
            },
            Step::Refuse(refusal) => panic!("{}", refusal.record().line()),
            _ => panic!("no spend"),
        }
    }

    fn answer(&self, need: NeedSpend, status: u16, body: &str) -> Step {
        let body = body.as_bytes();
        need.resume(IssuerAnswer::Got { status, body }, &self.world())
    }
}

fn head<'h>(headers: &'h [(&'h str, &'h [u8])]) -> Head<'h> {
    Head {
        method: "POST",
        target: b"/batch",
        authority: b"edge.example",
        headers,
        has_body: true,
    }
}

fn body(calls: &[&str]) -> String {
    format!(r#"{{"calls": [{}]}}"#, calls.join(", "))
}

/// The record of a permitted request that the upstream answered.
#[track_caller]
fn permit_record(step: Step) -> Json {
    match step {
        Step::Forward(permit) => parse(&permit.into_request().1.finish(Outcome::Answered(200)).line()),
        Step::Refuse(refusal) => panic!("{}", refusal.record().line()),
        _ => panic!("another need"),
    }
}

#[track_caller]
fn refusal(step: Step) -> Refusal {
    match step {
        Step::Refuse(refusal) => refusal,
        Step::Forward(_) => panic!("permitted"),
        _ => panic!("another need"),
    }
}

fn parse(text: &str) -> Json {
    json::parse(text.as_bytes(), 10_000).unwrap()
}

fn text<'j>(json: &'j Json, name: &str) -> Option<&'j str> {
    match json.member(name) {
        Some(Json::Text(text)) => Some(text),
        _ => None,
    }
}

/// Label, action and resource of the record of a refusal, and its outcome.
fn told(refusal: &Refusal) -> [Option<String>; 4] {
    let record = parse(&refusal.record().line());
    ["label", "action", "resource", "outcome"].map(|name| text(&record, name).map(String::from))
}

#[track_caller]
fn assert_refused(step: Step, expected: [Option<&str>; 4]) {
    assert_eq!(told(&refusal(step)), expected.map(|text| text.map(String::from)));
}

fn grants_of(record: &Json) -> Vec<String> {
    match record.member("grants") {
        Some(Json::List(grants)) => grants
            .iter()
            .map(|grant| match grant {
                Json::Text(grant) => grant.clone(),
                other => panic!("not an id: {other:?}"),
            })
            .collect(),
        other => panic!("no grants: {other:?}"),
    }
}

fn ids(grants: &[&str]) -> Vec<String> {
    let grants = support::grants(grants);
    grants.iter().map(|grant| grant.id().to_string()).collect()
}

/// The `attempts` of the debit.
fn debits(need: &NeedSpend) -> Json {
    parse(&String::from_utf8(need.call().body).unwrap())
        .member("attempts")
        .unwrap()
        .clone()
}

#[test]
fn all_attempts_are_permitted_and_the_permit_names_all_grants() {
    let edge = StepEdge::new();
    let need = edge.need_spend(&[READ, DELETE, NOTE], &[NOTE_3, READ_1, DELETE_2]);
    assert_eq!(debits(&need), parse(r#"[["n"],["d"]]"#));
    let Step::Forward(permit) = edge.answer(need, 200, r#"{"spent":["n","d"]}"#) else {
        panic!("no permit");
    };
    let ahead = parse(&permit.record_ahead().line());
    let (request, in_flight) = permit.into_request();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/batch"));
    assert_eq!(request.body.unwrap(), body(&[NOTE_3, READ_1, DELETE_2]).into_bytes());
    let record = parse(&in_flight.finish(Outcome::Answered(200)).line());
    for record in [ahead, record] {
        assert_eq!(grants_of(&record), ids(&[READ, NOTE, DELETE]));
        assert_eq!(text(&record, "operation"), Some("POST /batch"));
        assert_eq!((text(&record, "action"), text(&record, "resource")), (None, None));
    }
}

#[test]
fn attempts_without_limit_need_no_spend() {
    let edge = StepEdge::new();
    let record = permit_record(edge.send(&[READ, DELETE], &[READ_1, READ_1]));
    assert_eq!(grants_of(&record), ids(&[READ]));
}

#[test]
fn the_only_attempt_of_a_body_is_the_subject_of_the_record() {
    let edge = StepEdge::new();
    let record = permit_record(edge.send(&[READ], &[READ_1]));
    assert_eq!(text(&record, "operation"), Some("GET /customers/{id}"));
    assert_eq!(text(&record, "action"), Some("read"));
    assert_eq!(text(&record, "resource"), Some("customers/1"));
}

#[test]
fn one_refused_attempt_refuses_all_with_its_action_and_resource() {
    let edge = StepEdge::new();
    let refusal = refusal(edge.send(&[READ, NOTE], &[NOTE_3, DELETE_2, READ_1]));
    let expected = [Some("not_granted"), Some("delete"), Some("customers/2"), None];
    assert_eq!(told(&refusal), expected.map(|text| text.map(String::from)));
    let response = parse(&refusal.response().body);
    assert_eq!(text(&response, "action"), Some("delete"));
    assert_eq!(text(&response, "resource"), Some("customers/2"));
    assert_eq!(edge.memory.next_spend(), 1, "nothing was about to be spent");
}

#[test]
fn each_attempt_spends_a_use_of_its_own() {
    let edge = StepEdge::new();
    let need = edge.need_spend(&[DELETE], &[DELETE_2, DELETE_2]);
    assert_eq!(debits(&need), parse(r#"[["d"],["d"]]"#));
    let record = permit_record(edge.answer(need, 200, r#"{"spent":["d","d"]}"#));
    assert_eq!(grants_of(&record), ids(&[DELETE]));
}

#[test]
fn an_answer_names_one_allowance_for_each_attempt_in_order() {
    for spent in [
        r"[]",
        r#"["d"]"#,
        r#"["d","n","n"]"#,
        r#"["n","d"]"#,
        r#"["d","d"]"#,
        r#"["d","x"]"#,
        r#"["d",1]"#,
    ] {
        let edge = StepEdge::new();
        let need = edge.need_spend(&[DELETE, NOTE], &[DELETE_2, NOTE_3]);
        let step = edge.answer(need, 200, &format!(r#"{{"spent":{spent}}}"#));
        assert_eq!(refusal(step).reason(), Reason::SpendAnswer, "{spent}");
    }
}

#[test]
fn a_request_has_at_most_256_attempts() {
    let edge = StepEdge::new();
    let record = permit_record(edge.send(&[READ], &[READ_1; ATTEMPTS_PER_REQUEST]));
    assert_eq!(grants_of(&record), ids(&[READ]));
    let refused = refusal(edge.send(&[READ], &[READ_1; ATTEMPTS_PER_REQUEST + 1]));
    assert_eq!((ATTEMPTS_PER_REQUEST, refused.reason()), (256, Reason::BodyLimit));
    assert_refused(edge.send(&[READ], &[]), [Some("body_shape"), None, None, None]);
    let too_many = [r#"{"call": "no operation"}"#; ATTEMPTS_PER_REQUEST + 1];
    assert_eq!(
        refusal(edge.send(&[READ], &too_many)).reason(),
        Reason::BodyLimit,
        "the limit comes before the calls"
    );
}

#[test]
fn a_captured_colon_refuses_a_call() {
    let edge = StepEdge::new();
    for path in ["/customers/x:delete", "/customers/x%3Adelete"] {
        let step = edge.send(&[READ], &[&format!(r#"{{"call": "GET {path}"}}"#)]);
        assert_refused(step, [Some("capture_colon"), Some("read"), None, None]);
    }
}

#[test]
fn all_256_attempts_can_spend() {
    let edge = StepEdge::new();
    let need = edge.need_spend(&[DELETE], &[DELETE_2; ATTEMPTS_PER_REQUEST]);
    let spent = [r#""d""#; ATTEMPTS_PER_REQUEST].join(",");
    let record = permit_record(edge.answer(need, 200, &format!(r#"{{"spent":[{spent}]}}"#)));
    assert_eq!(grants_of(&record), ids(&[DELETE]));
}

#[test]
fn a_revocation_during_the_wait_refuses_all() {
    let mut edge = StepEdge::new();
    let need = edge.need_spend(&[DELETE, NOTE], &[DELETE_2, NOTE_3]);
    let revocation = Revocation {
        target: Target::of(Level::Lineage("lineage-1")),
        cut: NOW,
        expires: NOW.plus(600),
    };
    edge.snapshot = support::snapshot(NOW, [revocation].into());
    let step = edge.answer(need, 200, r#"{"spent":["d","n"]}"#);
    assert_refused(step, [Some("token_revoked"), None, None, Some("spent")]);
}

#[test]
fn a_window_that_ends_during_the_wait_refuses_with_its_attempt() {
    let mut edge = StepEdge::new();
    let window = format!(r#""not_after":{},"uses""#, NOW.0 + 20);
    let note = NOTE.replace(r#""uses""#, &window);
    let need = edge.need_spend(&[DELETE, &note], &[DELETE_2, NOTE_3]);
    edge.now = NOW.plus(20);
    let step = edge.answer(need, 200, r#"{"spent":["d","n"]}"#);
    let expected = [Some("not_granted"), Some("note"), Some("notes/3"), Some("spent")];
    assert_refused(step, expected);
}

#[test]
fn a_window_without_a_limit_that_ends_during_the_wait_refuses_too() {
    let read = READ.replace(r#""actions""#, &format!(r#""not_after":{},"actions""#, NOW.0 + 20));
    for (seconds, expected) in [(19, None), (20, Some("read"))] {
        let mut edge = StepEdge::new();
        let need = edge.need_spend(&[DELETE, &read], &[DELETE_2, READ_1]);
        edge.now = NOW.plus(seconds);
        let step = edge.answer(need, 200, r#"{"spent":["d"]}"#);
        match expected {
            None => assert_eq!(grants_of(&permit_record(step)), ids(&[&read, DELETE])),
            action => assert_refused(step, [Some("not_granted"), action, Some("customers/1"), Some("spent")]),
        }
    }
}

/// The first grant permits the attempt too, but its use was not debited.
#[test]
fn an_attempt_is_free_only_while_its_grant_without_a_limit_is_valid() {
    let limited =
        r#"{"type":"writ","actions":["list","read"],"resources":["customers/*"],"uses":{"max":9,"allowance":"r"}}"#;
    let read = READ.replace(r#""actions""#, &format!(r#""not_after":{},"actions""#, NOW.0 + 20));
    for (seconds, expected) in [(19, None), (20, Some(Reason::NotGranted))] {
        let mut edge = StepEdge::new();
        let need = edge.need_spend(&[limited, &read, DELETE], &[DELETE_2, READ_1]);
        assert_eq!(debits(&need), parse(r#"[["d"]]"#));
        edge.now = NOW.plus(seconds);
        let refused = match edge.answer(need, 200, r#"{"spent":["d"]}"#) {
            Step::Refuse(refusal) => Some(refusal.reason()),
            _ => None,
        };
        assert_eq!(refused, expected, "after {seconds} seconds");
    }
}

#[test]
fn an_ambiguous_attempt_refuses_all() {
    let edge = StepEdge::new();
    let note = r#"{"type":"writ","actions":["note"],"resources":["notes/*"],"rules":{"text":{"eq":"a b"}}}"#;
    let ambiguous = r#"{"call": "POST /notes/4", "form": "text=a+b"}"#;
    let step = edge.send(&[READ, note], &[READ_1, ambiguous]);
    let expected = [Some("form_plus"), Some("note"), Some("notes/4"), None];
    assert_refused(step, expected);
    let clear = r#"{"call": "POST /notes/4", "form": "text=a%20b"}"#;
    let record = permit_record(edge.send(&[READ, note], &[READ_1, clear]));
    assert_eq!(grants_of(&record), ids(&[READ, note]));
}

#[test]
fn a_call_that_selects_no_operation_refuses_all() {
    let edge = StepEdge::new();
    for (call, expected) in [
        (
            r#"{"call": "PUT /customers/2"}"#,
            [Some("no_operation"), None, None, None],
        ),
        (r#"{"call": 1}"#, [Some("body_shape"), None, None, None]),
        (
            r#"{"call": "POST /notes/3", "form": "other=a"}"#,
            [Some("body_unknown"), Some("note"), Some("notes/3"), None],
        ),
    ] {
        assert_refused(edge.send(&[READ], &[READ_1, call]), expected);
    }
}

#[test]
fn an_exhausted_allowance_refuses_all() {
    let edge = StepEdge::new();
    let need = edge.need_spend(&[DELETE, NOTE], &[DELETE_2, NOTE_3]);
    let step = edge.answer(need, 409, r#"{"type":"urn:edgewrit:error:uses_exhausted"}"#);
    assert_refused(step, [Some("uses_exhausted"), None, None, None]);
}

#[test]
fn a_rehearsal_judges_all_attempts() {
    let edge = StepEdge::new();
    let rehearse = |grants: &[&str]| {
        let grants = RehearsedGrants::new(support::grants(grants));
        let bytes = body(&[READ_1, NOTE_3]);
        rehearse(
            head(&[("content-type", b"application/json")]),
            bytes.as_bytes(),
            &grants,
            &edge.config,
            NOW,
        )
    };
    let permitted = rehearse(&[NOTE, READ]);
    assert!(matches!(permitted.verdict, Verdict::Permit { grant: 1, .. }));
    assert_eq!(permitted.attempts.len(), 2);
    let refused = rehearse(&[READ]);
    assert!(matches!(refused.verdict, Verdict::Refuse { .. }));
}
