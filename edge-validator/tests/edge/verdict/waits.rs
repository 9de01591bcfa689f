//! The edge checks time and revocation again after every wait, with the world of that time.

use crate::harness::{Ask, Edge};
use edgewrit_edge::http::head::Head;
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::memory::body_budget::{BodyBudget, LINEAGE_BYTES};
use edgewrit_edge::step::{BodyEnd, NeedBody, NeedSnapshot, NeedSpend, Step};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_test_issuer::{self as support, NOW};

const GRANTS: [&str; 2] = [
    r#"{"type":"writ","actions":["search"],"resources":["flights"],"uses":{"max":2,"allowance":"a"}}"#,
    r#"{"type":"writ","actions":["quote"],"resources":["quotes"]}"#,
];
const BODY: &[u8] = br#"{"seats":1}"#;

fn need_body(edge: &Edge) -> NeedBody {
    match edge.start(&Ask::new("POST /quotes?q=a", &GRANTS).json(r#"{"seats":1}"#)) {
        Step::Body(need) => need,
        _ => panic!("no need of a body"),
    }
}

/// The need of a request that does not announce the length of its body.
fn need_unannounced_body(edge: &Edge) -> NeedBody {
    let mut ask = Ask::new("POST /quotes?q=a", &GRANTS).header("content-type", "application/json");
    ask.body = Some(BODY.into());
    match edge.start(&ask) {
        Step::Body(need) => need,
        _ => panic!("no need of a body"),
    }
}

/// The step after `body`, which arrives in two parts.
fn resume_with(mut need: NeedBody, body: &[u8], edge: &Edge) -> Step {
    let (first, second) = body.split_at(body.len() / 2);
    need.append(first);
    need.append(second);
    need.resume(BodyEnd::Whole, &edge.world())
}

fn need_spend(edge: &Edge) -> NeedSpend {
    match edge.start(&Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &GRANTS)) {
        Step::Spend(need) => need,
        _ => panic!("no need to spend"),
    }
}

fn booted(edge: &Edge) -> NeedSpend {
    match need_spend(edge).resume(
        IssuerAnswer::Got {
            status: 201,
            body: br#"{"boot_id":"b"}"#,
        },
        &edge.world(),
    ) {
        Step::Spend(need) => need,
        _ => panic!("no second call"),
    }
}

fn label(step: Step) -> &'static str {
    match step {
        Step::Refuse(refusal) => refusal.reason().label(),
        Step::Snapshot(need) => need.refuse().reason().label(),
        Step::Forward(_) => "permit",
        _ => "another need",
    }
}

/// The expected label, and the change during a wait.
type ChangeDuringWait = (&'static str, fn(&mut Edge));

fn changes() -> Vec<ChangeDuringWait> {
    vec![
        ("permit", |_| ()),
        ("permit", |edge| edge.now = NOW.plus(59)),
        ("snapshot_stale", |edge| edge.now = NOW.plus(60)),
        ("snapshot_missing", |edge| edge.snapshot = None),
        ("token_expired", |edge| {
            edge.now = NOW.plus(600);
            edge.snapshot = Some(support::snapshot(edge.now, Vec::new()));
        }),
        ("token_revoked", |edge| {
            let revocation = Revocation {
                target: Target::of(Level::Lineage("lineage-1")),
                cut: NOW,
                expires: NOW.plus(600),
            };
            edge.snapshot = Some(support::snapshot(NOW, vec![revocation]));
        }),
    ]
}

#[test]
fn after_the_body_has_arrived() {
    for (expected, change) in changes() {
        let mut edge = Edge::new();
        let need = need_body(&edge);
        change(&mut edge);
        assert_eq!(label(resume_with(need, BODY, &edge)), expected);
    }
}

#[test]
fn after_the_boot_id_has_arrived_and_before_anything_is_spent() {
    for (expected, change) in changes() {
        let mut edge = Edge::new();
        let need = need_spend(&edge);
        change(&mut edge);
        let step = need.resume(
            IssuerAnswer::Got {
                status: 201,
                body: br#"{"boot_id":"b"}"#,
            },
            &edge.world(),
        );
        if let Step::Refuse(refusal) = &step {
            assert!(!refusal.record().line().contains("outcome"));
        }
        assert_eq!(
            label(step),
            if expected == "permit" { "another need" } else { expected }
        );
    }
}

#[test]
fn after_the_use_was_spent() {
    for (expected, change) in changes() {
        let mut edge = Edge::new();
        let need = booted(&edge);
        change(&mut edge);
        let step = need.resume(
            IssuerAnswer::Got {
                status: 200,
                body: br#"{"spent":["a"]}"#,
            },
            &edge.world(),
        );
        if let Step::Refuse(refusal) = &step {
            assert!(refusal.record().line().ends_with(r#","outcome":"spent"}"#));
        }
        assert_eq!(label(step), expected);
    }
}

#[test]
fn a_cached_writ_is_checked_again() {
    for (expected, change) in changes() {
        let mut edge = Edge::new();
        let _ = need_spend(&edge);
        change(&mut edge);
        let step = edge.start(&Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &GRANTS));
        assert_eq!(
            label(step),
            if expected == "permit" { "another need" } else { expected }
        );
    }
}

#[test]
fn a_body_that_breaks_off_or_is_too_long_is_refused() {
    let edge = Edge::new();
    assert_eq!(need_body(&edge).limit(), BODY.len());
    assert_eq!(need_unannounced_body(&edge).limit(), 40);
    assert_eq!(
        label(need_body(&edge).resume(BodyEnd::Failed, &edge.world())),
        "body_broken"
    );
    assert_eq!(
        label(need_body(&edge).resume(BodyEnd::TooLarge, &edge.world())),
        "body_too_large"
    );
}

#[test]
fn a_body_that_exceeds_its_limit_is_refused_whatever_its_host_says() {
    let edge = Edge::new();
    let announced = br#"{"seats":1} "#;
    assert_eq!(label(resume_with(need_body(&edge), announced, &edge)), "body_too_large");
    let limit = need_unannounced_body(&edge).limit();
    for (length, expected) in [(limit, "permit"), (limit + 1, "body_too_large")] {
        let mut need = need_unannounced_body(&edge);
        need.append(BODY);
        for _ in BODY.len()..length {
            need.append(b" ");
        }
        assert_eq!(label(need.resume(BodyEnd::Whole, &edge.world())), expected, "{length}");
    }
}

#[test]
fn a_request_keeps_its_configuration_until_its_end() {
    let mut edge = Edge::new();
    let need = need_body(&edge);
    let text = crate::harness::config_text().replace("https://travel.example", "https://other.example");
    let text = text.replace("api.travel.example", "new.travel.example");
    edge.config = std::sync::Arc::new(edgewrit_edge::config::Config::read(&text, &crate::harness::secret).unwrap());
    match resume_with(need, BODY, &edge) {
        Step::Forward(permit) => assert_eq!(permit.into_request().0.upstream.origin(), "https://api.travel.example"),
        other => panic!("{}", label(other)),
    }
}

#[test]
fn a_body_takes_room_until_any_verdict() {
    let budget = BodyBudget::new(1);
    let mut edge = Edge::new();
    edge.memory = Memory::with_shared_budget(1, &budget);
    let held = || budget.held() > 0;
    assert!(!held());
    let need = need_body(&edge);
    assert!(held(), "while it waits");
    drop(need);
    assert!(!held(), "the client has gone away");
    for (body, end) in [
        (BODY, BodyEnd::Failed),
        (BODY, BodyEnd::TooLarge),
        (b"{}", BodyEnd::Whole),
        (BODY, BodyEnd::Whole),
    ] {
        let mut need = need_body(&edge);
        need.append(body);
        let step = need.resume(end, &edge.world());
        if let Step::Forward(permit) = step {
            assert!(held(), "until it is a request");
            drop(permit.into_request());
        }
        assert!(!held(), "{end:?}");
    }
}

#[test]
fn a_body_takes_room_during_the_call_to_the_issuer() {
    let limited = [r#"{"type":"writ","actions":["quote"],"resources":["quotes"],"uses":{"max":2,"allowance":"a"}}"#];
    let budget = BodyBudget::new(1);
    let mut edge = Edge::new();
    edge.memory = Memory::with_shared_budget(1, &budget);
    let ask = || Ask::new("POST /quotes?q=a", &limited).json(r#"{"seats":1}"#);
    let Step::Body(need) = edge.start(&ask()) else {
        panic!("no need of a body")
    };
    let step = resume_with(need, BODY, &edge);
    assert_eq!((label(step), budget.held()), ("another need", 0));
    let Step::Body(need) = edge.start(&ask()) else {
        panic!("no need of a body")
    };
    let Step::Spend(need) = resume_with(need, BODY, &edge) else {
        panic!("no need to spend")
    };
    assert!(budget.held() > 0, "while the issuer is asked");
    assert_eq!(label(need.resume(IssuerAnswer::Failed, &edge.world())), "spend_failed");
    assert_eq!(budget.held(), 0);
}

#[test]
fn a_lineage_with_a_full_share_is_refused_until_it_releases_room() {
    let budget = BodyBudget::new(1);
    let mut edge = Edge::new();
    edge.memory = Memory::with_shared_budget(1, &budget);
    let ask = Ask::new("POST /quotes?q=a", &GRANTS).json(r#"{"seats":1}"#);
    let mut waiting = Vec::new();
    let refusal = loop {
        match edge.start(&ask) {
            Step::Body(need) => waiting.push(need),
            Step::Refuse(refusal) => break refusal,
            _ => panic!("no need of a body"),
        }
    };
    assert_eq!(budget.held(), LINEAGE_BYTES);
    assert_eq!(
        (refusal.status(), refusal.reason().label(), refusal.error_code()),
        (503, "busy", "busy")
    );
    assert!(refusal.response().headers.contains(&("retry-after", "1".into())));
    waiting.pop();
    assert!(matches!(edge.start(&ask), Step::Body(_)));
    assert!(matches!(
        edge.start(&Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &GRANTS)),
        Step::Spend(_)
    ));
}

fn need_snapshot(edge: &Edge, ask: &Ask) -> NeedSnapshot {
    match edge.start(ask) {
        Step::Snapshot(need) => need,
        _ => panic!("no need of a snapshot"),
    }
}

fn resume_with_snapshot(edge: &Edge, need: NeedSnapshot, ask: &Ask) -> Step {
    let headers = ask.headers.iter().map(|(name, value)| (&**name, &**value));
    let headers: Vec<(&str, &[u8])> = headers.collect();
    let head = Head {
        method: &ask.method,
        target: &ask.target,
        authority: ask.authority.as_bytes(),
        headers: &headers,
        has_body: ask.body.is_some(),
    };
    need.resume(head, &edge.world())
}

#[test]
fn a_request_without_a_fresh_snapshot_waits_for_one_refresh() {
    let ask = Ask::new("GET /flights?from=JFK&to=LHR&date=2026-05-10", &GRANTS);
    for (stale, expected) in [(None, "snapshot_missing"), (Some(60), "snapshot_stale")] {
        let mut edge = Edge::new();
        match stale {
            Some(seconds) => edge.now = NOW.plus(seconds),
            None => edge.snapshot = None,
        }
        assert_eq!(need_snapshot(&edge, &ask).refuse().reason().label(), expected);
        let again = need_snapshot(&edge, &ask);
        assert_eq!(
            label(resume_with_snapshot(&edge, again, &ask)),
            expected,
            "no second wait"
        );
        let need = need_snapshot(&edge, &ask);
        edge.snapshot = Some(support::snapshot(edge.now, Vec::new()));
        assert!(matches!(resume_with_snapshot(&edge, need, &ask), Step::Spend(_)));
    }
}

#[test]
fn a_request_that_needs_no_snapshot_for_its_refusal_does_not_wait() {
    let mut edge = Edge::new();
    edge.snapshot = None;
    for (line, expected) in [("GET /flights", "token_missing"), ("get /flights", "method")] {
        let step = edge.start(&Ask::bare(line));
        assert!(
            matches!(&step, Step::Refuse(refusal) if refusal.reason().label() == expected),
            "{line}"
        );
    }
}

#[test]
fn a_body_has_thirty_seconds() {
    let edge = Edge::new();
    let need = need_body(&edge);
    assert_eq!(need.seconds(), 30);
    assert!(!need.is_overdue(NOW.plus(29)) && need.is_overdue(NOW.plus(30)));
}
