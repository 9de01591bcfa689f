//! Cases of grants: decisions, comparisons, reads.

use crate::BenchCase;
use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::grant::{Decision, Grant, Grants, Narrowing, narrower};
use edgewrit_shared::json;
use edgewrit_shared::json::document::{Faults, Node};
use edgewrit_shared::time::UnixSeconds;
use std::hint::black_box;

const NOW: UnixSeconds = UnixSeconds(1_800_000_000);

fn grant(text: &str) -> Grant {
    let json = json::parse(text.as_bytes(), 1_000).expect("JSON");
    Grant::read(&Node::root(&json, &Faults::new())).expect("a grant")
}

/// A grant with three rules, as in the travel example. Each grant has its own destination, so that
/// an attempt fails at the last rule of every grant but one.
fn text(number: usize) -> String {
    format!(
        r#"{{"type":"writ","actions":["search","list"],"resources":["s3://flights/2026-*/**","arn:aws:rds:us-east-1:*:db:*"],"rules":{{"from":{{"eq":"JFK"}},"seats":{{"min":1,"max":4}},"to":{{"in":["LHR{number}","LGW{number}"]}}}}}}"#
    )
}

fn attempt(to: &str) -> Attempt {
    Attempt {
        action: "search".into(),
        resource: "s3://flights/2026-05/10/morning.json".into(),
        params: vec![
            ("from".into(), Param::Text("JFK".into())),
            ("to".into(), Param::Text(to.into())),
            ("seats".into(), Param::Number(2.into())),
        ],
    }
}

fn decide(grants: &Grants, attempt: &Attempt, permits: bool) {
    let decision = black_box(grants).decide(black_box(attempt), NOW);
    assert_eq!(matches!(black_box(decision), Decision::Permit { .. }), permits);
}

/// The cases; `first` is the index of the first of them, their baseline.
pub(crate) fn cases(first: usize) -> Vec<BenchCase> {
    let ten: Vec<Grant> = (0..10).map(|number| grant(&text(number))).collect();
    let (grants, same) = (Grants::new(ten.clone()), Grants::new(ten.clone()));
    let literal = Grants::new(vec![grant(
        r#"{"type":"writ","actions":["search"],"resources":["flights"]}"#,
    )]);
    let plain = Attempt {
        action: "search".into(),
        resource: "flights".into(),
        params: Vec::new(),
    };
    let (last, none, child) = (attempt("LHR9"), attempt("CDG"), grant(&text(9)));
    let written = text(9);
    let case = |name, once: Box<dyn Fn()>| BenchCase {
        name,
        baseline: first,
        once,
    };
    vec![
        case(
            "decide, one literal grant",
            Box::new(move || decide(&literal, &plain, true)),
        ),
        case(
            "decide, ten grants of three rules, the last permits",
            Box::new(move || decide(&grants, &last, true)),
        ),
        case(
            "decide, ten grants of three rules, none permits",
            Box::new(move || decide(&same, &none, false)),
        ),
        case(
            "narrower, one in ten",
            Box::new(move || assert_eq!(narrower(black_box(&child), &ten), Narrowing::Narrower)),
        ),
        case(
            "read one grant",
            Box::new(move || drop(black_box(grant(black_box(&written))))),
        ),
    ]
}
