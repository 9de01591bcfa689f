//! Rehearsals: the verdict on a request for grants instead of a writ.

use crate::harness::{self, Ask};
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{Rehearsal, RehearsedGrants, Verdict, rehearse};
use edgewrit_shared::grant::attempt::Param;
use edgewrit_shared::reason::Reason;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_test_issuer::{self as support, NOW};

const SEARCH: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#;
const QUOTE: &str = r#"{"type":"writ","actions":["quote"],"resources":["quotes"]}"#;
const BOOK_ONCE: &str = r#"{"type":"writ","actions":["book"],"resources":["tickets"],"uses":{"max":1}}"#;
const BOOK_TWICE: &str = r#"{"type":"writ","actions":["book"],"resources":["tickets"],"uses":{"max":2}}"#;
const BOOKING: &str = r#"{"passenger":{"user":"X"},"seats":1}"#;

fn at(ask: &Ask, grants: &[&str], now: UnixSeconds) -> Rehearsal {
    let headers: Vec<(&str, &[u8])> = ask.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let head = Head {
        method: &ask.method,
        target: &ask.target,
        authority: b"edge.example",
        headers: &headers,
        has_body: ask.body.is_some(),
    };
    let authority = RehearsedGrants::new(support::grants(grants));
    rehearse(
        head,
        ask.body.as_deref().unwrap_or_default(),
        &authority,
        &harness::config(),
        now,
    )
}

fn of(ask: &Ask, grants: &[&str]) -> Rehearsal {
    at(ask, grants, NOW)
}

#[test]
fn no_writ_is_needed() {
    let said = of(&Ask::bare("GET /flights?from=JFK&to=LHR&date=d"), &[QUOTE, SEARCH]);
    let permit = Verdict::Permit {
        grant: 1,
        spends: vec![],
    };
    assert_eq!(said.verdict, permit);
    assert_eq!(said.operation.as_deref(), Some("GET /flights"));
    assert_eq!(
        (&*said.attempts[0].action, &*said.attempts[0].resource),
        ("search", "flights")
    );
    assert_eq!(said.attempts[0].param("to"), Some(&Param::Text("LHR".into())));
}

#[test]
fn a_limited_grant_without_an_allowance_permits_and_would_be_spent() {
    let said = of(&Ask::bare("POST /bookings").json(BOOKING), &[SEARCH, BOOK_TWICE]);
    let permit = Verdict::Permit {
        grant: 1,
        spends: vec![1],
    };
    assert_eq!(said.verdict, permit);
    assert_eq!(said.attempts[0].param("user"), Some(&Param::Text("X".into())));
}

#[test]
fn every_limited_grant_that_could_be_spent_is_named_by_its_index() {
    let said = of(
        &Ask::bare("POST /bookings").json(BOOKING),
        &[BOOK_TWICE, SEARCH, BOOK_ONCE],
    );
    // The first one by canonical JSON is the one of `"max":1`.
    let permit = Verdict::Permit {
        grant: 2,
        spends: vec![0, 2],
    };
    assert_eq!(said.verdict, permit);
}

#[test]
fn no_use_is_spent_if_another_grant_has_no_limit() {
    let free = r#"{"type":"writ","actions":["book"],"resources":["tickets"]}"#;
    let said = of(&Ask::bare("POST /bookings").json(BOOKING), &[BOOK_ONCE, free]);
    assert!(matches!(said.verdict, Verdict::Permit { spends, .. } if spends.is_empty()));
}

#[test]
fn a_refusal_has_its_label_and_the_found_value() {
    let refused = |ask: &Ask, grants: &[&str]| match of(ask, grants).verdict {
        Verdict::Refuse { reason, detail } => (reason.label(), detail),
        Verdict::Permit { .. } => panic!("permitted"),
    };
    assert_eq!(refused(&Ask::bare("GET /nowhere"), &[SEARCH]).0, "no_operation");
    assert_eq!(
        refused(&Ask::bare("GET /flights/"), &[SEARCH]),
        ("no_operation", "no operation matches method and path".into())
    );
    let search = Ask::bare("GET /flights?from=JFK&to=LHR&date=d");
    assert_eq!(refused(&search, &[]), ("not_granted", "no grants".into()));
    assert_eq!(
        refused(&search, &[BOOK_ONCE]),
        ("not_granted", "action `search` is not granted".into())
    );
}

#[test]
fn a_body_is_read_only_where_the_operation_takes_one() {
    let label = |ask: &Ask| match of(ask, &[SEARCH, BOOK_ONCE, QUOTE]).verdict {
        Verdict::Refuse { reason, .. } => reason.label(),
        Verdict::Permit { .. } => "permit",
    };
    assert_eq!(label(&Ask::bare("POST /bookings")), "body_missing");
    assert_eq!(
        label(&Ask::bare("GET /flights?from=JFK&to=LHR&date=d").json("{}")),
        "body_unexpected"
    );
    let mut long = Ask::bare("POST /quotes?q=x").json(&format!("{{\"seats\":{}}}", "1".repeat(40)));
    assert_eq!(label(&long), "body_too_large");
    long.headers.retain(|(name, _)| name != "content-length");
    assert_eq!(label(&long), "body_too_large");
}

#[test]
fn a_plus_makes_two_readings_of_one_attempt() {
    let ask = Ask::bare("POST /quotes?q=a+b").json(r#"{"seats":2}"#);
    let said = of(&ask, &[QUOTE]);
    let texts: Vec<_> = said.attempts.iter().map(|attempt| attempt.param("q")).collect();
    let text = |text: &str| Param::Text(text.into());
    assert_eq!(texts, [Some(&text("a b")), Some(&text("a+b"))]);
    assert!(matches!(said.verdict, Verdict::Permit { grant: 0, .. }));

    let spaced = r#"{"type":"writ","actions":["quote"],"resources":["quotes"],"rules":{"q":{"eq":"a b"}}}"#;
    assert!(matches!(
        of(&ask, &[spaced]).verdict,
        Verdict::Refuse {
            reason: Reason::QueryPlus,
            ..
        }
    ));
}

#[test]
fn a_window_is_checked() {
    let soon = format!(
        r#"{{"type":"writ","actions":["search"],"resources":["flights"],"not_before":{}}}"#,
        NOW.0 + 10
    );
    let ask = Ask::bare("GET /flights?from=JFK&to=LHR&date=d");
    assert!(matches!(
        at(&ask, &[&soon], NOW).verdict,
        Verdict::Refuse {
            reason: Reason::NotGranted,
            ..
        }
    ));
    assert!(matches!(
        at(&ask, &[&soon], NOW.plus(10)).verdict,
        Verdict::Permit { .. }
    ));
}
