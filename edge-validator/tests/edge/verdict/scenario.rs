//! The travel scenario: search one route any number of times, book one ticket for one user.

use crate::harness::{Ask, Edge, SimulatedIssuer, TestVerdict, writ};
use edgewrit_edge::memory::Memory;
use edgewrit_test_issuer::{self as support, NOW};

const SEARCH: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"],"rules":{"from":{"eq":"JFK"},"to":{"eq":"LHR"},"date":{"eq":"2026-05-10"}}}"#;
const BOOK: &str = r#"{"type":"writ","actions":["book"],"resources":["tickets"],"rules":{"user":{"eq":"X"},"seats":{"eq":1}},"uses":{"max":1,"allowance":"ticket"}}"#;

fn search(from: &str, to: &str, date: &str) -> Ask {
    Ask::new(
        &format!("GET /flights?from={from}&to={to}&date={date}"),
        &[SEARCH, BOOK],
    )
}

fn booking(user: &str, seats: &str) -> Ask {
    Ask::new("POST /bookings", &[SEARCH, BOOK]).json(&format!(r#"{{"passenger":{{"user":"{user}"}},"seats":{seats}}}"#))
}

fn code(edge: &Edge, ask: &Ask, issuer: &SimulatedIssuer) -> &'static str {
    match edge.ask_with(ask, issuer) {
        TestVerdict::Sent(..) => "permit",
        TestVerdict::Refused(refusal) => refusal.error_code(),
    }
}

#[test]
fn the_agent_searches_its_route_as_often_as_it_likes() {
    let (edge, issuer) = (Edge::new(), SimulatedIssuer::with("ticket", 1));
    for _ in 0..3 {
        assert_eq!(code(&edge, &search("JFK", "LHR", "2026-05-10"), &issuer), "permit");
    }
    assert!(issuer.calls.borrow().is_empty(), "nothing is spent on a search");
}

#[test]
fn another_route_or_day_is_refused() {
    let (edge, issuer) = (Edge::new(), SimulatedIssuer::default());
    for ask in [
        search("JFK", "CDG", "2026-05-10"),
        search("LHR", "JFK", "2026-05-10"),
        search("jfk", "LHR", "2026-05-10"),
        search("JFK", "LHR", "2026-05-11"),
    ] {
        assert_eq!(code(&edge, &ask, &issuer), "not_granted");
    }
}

#[test]
fn one_ticket_is_booked_and_no_second() {
    let (edge, issuer) = (Edge::new(), SimulatedIssuer::with("ticket", 1));
    let (request, _) = edge.ask_with(&booking("X", "1"), &issuer).sent();
    assert_eq!(
        request.body.as_deref(),
        Some(br#"{"passenger":{"user":"X"},"seats":1}"#.as_slice())
    );
    assert_eq!(code(&edge, &booking("X", "1"), &issuer), "uses_exhausted");
}

#[test]
fn two_edges_and_two_writs_share_the_one_ticket() {
    let issuer = SimulatedIssuer::with("ticket", 1);
    let (one, other) = (
        Edge::new(),
        Edge {
            memory: Memory::new(0xcd),
            ..Edge::new()
        },
    );
    let mut renewed = support::claims(support::grants(&[SEARCH, BOOK]));
    renewed.jti = "jti-2".into();
    let again = Ask {
        headers: Vec::new(),
        ..booking("X", "1")
    }
    .header("authorization", &format!("Bearer {}", support::writ(&renewed)))
    .header("content-type", "application/json");
    assert_eq!(code(&one, &booking("X", "1"), &issuer), "permit");
    assert_eq!(code(&other, &again, &issuer), "uses_exhausted");
}

#[test]
fn another_user_fifty_seats_and_odd_spellings_are_refused_and_spend_nothing() {
    let (edge, issuer) = (Edge::new(), SimulatedIssuer::with("ticket", 1));
    for ask in [
        booking("Y", "1"),
        booking("X", "50"),
        booking("x", "1"),
        booking("X", "1.5"),
        booking("X", "-1"),
    ] {
        assert_ne!(code(&edge, &ask, &issuer), "permit");
    }
    assert!(issuer.calls.borrow().is_empty());
    assert_eq!(code(&edge, &booking("X", "1.0"), &issuer), "permit", "equal by value");
}

#[test]
fn the_scenario_ends_with_the_writ() {
    let mut edge = Edge::new();
    edge.now = NOW.plus(600);
    edge.snapshot = Some(support::snapshot(edge.now, Vec::new()));
    let ask = search("JFK", "LHR", "2026-05-10");
    assert_eq!(edge.label(&ask), "token_expired");
    edge.now = NOW.plus(599);
    edge.snapshot = Some(support::snapshot(edge.now, Vec::new()));
    assert_eq!(edge.label(&ask), "permit");
}

#[test]
fn a_search_writ_books_nothing() {
    let edge = Edge::new();
    let ask = Ask {
        headers: Vec::new(),
        ..booking("X", "1")
    }
    .header("authorization", &format!("Bearer {}", writ(&[SEARCH])))
    .header("content-type", "application/json");
    assert_eq!(edge.label(&ask), "not_granted");
}
