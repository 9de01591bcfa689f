//! Answers of an issuer of version 0.1 (`tests/fixtures/issuer-0.1`), read by the edge of this
//! version.

use crate::harness::{Ask, CONFIG, Edge, secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::bundle::apply_bundle;
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::issuer::records::{self, DeliveryOutcome};
use edgewrit_edge::step::{BodyEnd, NeedSpend, Step};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::time::UnixSeconds;
use std::sync::Arc;

const ANSWERS: &str = include_str!("../../../../tests/fixtures/issuer-0.1/answers.json");
const BOOKING: &str = r#"{"passenger":{"user":"X"},"seats":1}"#;

struct OldIssuer(Json);

impl OldIssuer {
    fn read() -> Self {
        Self(json::parse(ANSWERS.as_bytes(), 100).unwrap())
    }

    fn text(&self, name: &str) -> &str {
        text(&self.0, name)
    }

    fn time(&self, name: &str) -> UnixSeconds {
        UnixSeconds(number(&self.0, name))
    }

    /// Status and body of the answer called `name`.
    fn answer(&self, name: &str) -> (u16, Vec<u8>) {
        let answer = self.0.member(name).unwrap();
        let body = text(answer, "body");
        let body = if name.starts_with("bundle") {
            STANDARD.decode(body).unwrap()
        } else {
            body.into()
        };
        (number(answer, "status").try_into().unwrap(), body)
    }

    /// An edge that trusts this issuer.
    fn edge(&self) -> Edge {
        let Some(Json::List(pins)) = self.0.member("trust") else {
            panic!("no pins")
        };
        let Some(Json::Text(pin)) = pins.first() else {
            panic!("no pin")
        };
        let mut edge = Edge::new();
        edge.config = Arc::new(Config::read(&CONFIG.replace("BUNDLE_KEY", pin), &secret).unwrap());
        edge.snapshot = None;
        edge
    }
}

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    match json.member(name) {
        Some(Json::Text(text)) => text,
        other => panic!("{name}: {other:?}"),
    }
}

fn number(json: &Json, name: &str) -> u64 {
    match json.member(name) {
        Some(Json::Number(number)) => number.as_u64().unwrap(),
        other => panic!("{name}: {other:?}"),
    }
}

fn follow(edge: &mut Edge, issuer: &OldIssuer, bundle: &str, at: &str) {
    edge.now = issuer.time(at);
    let (status, body) = issuer.answer(bundle);
    let answer = IssuerAnswer::Got { status, body: &body };
    edge.snapshot = Some(apply_bundle(&edge.config, edge.snapshot.as_ref(), answer, edge.now).unwrap());
}

/// The step after a booking with the writ of the fixture.
fn book(edge: &Edge, issuer: &OldIssuer) -> Step {
    let bearer = format!("Bearer {}", issuer.text("writ"));
    let ask = Ask::bare("POST /bookings")
        .header("authorization", &bearer)
        .json(BOOKING);
    match edge.start(&ask) {
        Step::Body(mut need) => {
            need.append(BOOKING.as_bytes());
            need.resume(BodyEnd::Whole, &edge.world())
        }
        other => other,
    }
}

fn answered(edge: &Edge, issuer: &OldIssuer, need: NeedSpend, name: &str) -> Step {
    let (status, body) = issuer.answer(name);
    need.resume(IssuerAnswer::Got { status, body: &body }, &edge.world())
}

/// The step after the boot of the edge.
fn booted(edge: &Edge, issuer: &OldIssuer) -> NeedSpend {
    let Step::Spend(need) = book(edge, issuer) else {
        panic!("no spend")
    };
    if need.call().path == "/v1/uses" {
        return need;
    }
    match answered(edge, issuer, need, "boot") {
        Step::Spend(need) => need,
        _ => panic!("the boot id is not taken"),
    }
}

#[test]
fn a_use_is_spent_at_an_issuer_of_version_0_1() {
    let issuer = OldIssuer::read();
    let mut edge = issuer.edge();
    follow(&mut edge, &issuer, "bundle", "now");
    let need = booted(&edge, &issuer);
    assert!(matches!(answered(&edge, &issuer, need, "uses"), Step::Forward(_)));
    let need = booted(&edge, &issuer);
    match answered(&edge, &issuer, need, "uses_exhausted") {
        Step::Refuse(refusal) => assert_eq!(refusal.reason().label(), "uses_exhausted"),
        _ => panic!("a use that was not there was spent"),
    }
}

#[test]
fn a_delta_of_an_issuer_of_version_0_1_revokes() {
    let issuer = OldIssuer::read();
    let mut edge = issuer.edge();
    follow(&mut edge, &issuer, "bundle", "now");
    assert!(matches!(book(&edge, &issuer), Step::Spend(_)));
    follow(&mut edge, &issuer, "bundle_delta", "later");
    match book(&edge, &issuer) {
        Step::Refuse(refusal) => assert_eq!(refusal.reason().label(), "token_revoked"),
        _ => panic!("a completed task goes on"),
    }
}

#[test]
fn answers_to_records_of_an_issuer_of_version_0_1_are_understood() {
    let issuer = OldIssuer::read();
    for (name, delivery) in [
        ("records", DeliveryOutcome::Recorded),
        ("unknown_boot", DeliveryOutcome::UnknownBoot),
    ] {
        let (status, body) = issuer.answer(name);
        assert_eq!(
            records::read_outcome(IssuerAnswer::Got { status, body: &body }),
            delivery
        );
    }
}
