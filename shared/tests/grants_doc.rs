//! The examples of `docs/grants.md`: each block of JSON holds as its sentences claim.
#![cfg(test)]

#[path = "grants/examples.rs"]
mod examples;
#[path = "grants/support.rs"]
mod support;

use edgewrit_shared::grant::{Decision, Grant, Grants, Narrowing, Pattern, intersect, narrower};
use edgewrit_shared::json::Json;
use edgewrit_shared::time::UnixSeconds;
use examples::{attempt, given, grant, grants, items, text, with_rule, with_value};
use support::{NOW, parse, permits, read_json};

const REFERENCE: &str = include_str!("../../docs/grants.md");

/// The examples of every block. Each line that begins with a brace begins an example.
fn examples() -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    for block in REFERENCE.split("```json\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        for line in block.lines() {
            match examples.last_mut() {
                Some(example) if !line.starts_with('{') => *example += line,
                _ => examples.push(line.into()),
            }
        }
    }
    examples
}

#[test]
fn the_reference_keeps_its_claims() {
    let examples = examples();
    for example in &examples {
        let json = parse(example);
        let has = |name: &str| json.member(name).is_some();
        match () {
            () if has("rule") => rule(&json),
            () if has("pattern") => pattern(&json),
            () if has("child") => narrowing(&json),
            () if has("requested") => intersection(&json),
            () if has("attempt") => decision(&json),
            () if has("scope") => scope(&json),
            () => structured(&json),
        }
    }
    assert!(examples.len() > 30, "{} examples", examples.len());
}

/// Every kind of rule has a section with an example that admits and one that refuses.
#[test]
fn the_reference_describes_every_kind() {
    let faults = support::faults(r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"p":{"":1}}}"#);
    let (_, kinds) = faults[0].split_once("expected one of ").unwrap();
    for kind in kinds.split(", ") {
        assert!(
            REFERENCE
                .lines()
                .any(|line| line.starts_with("### ") && line.contains(kind)),
            "a section on {kind}"
        );
    }
}

fn rule(example: &Json) {
    let grant = with_rule(given(example, "rule"));
    for value in items(given(example, "admits")) {
        assert!(permits(&grant, &with_value(value)), "{example:?} admits {value:?}");
    }
    for value in items(given(example, "refuses")) {
        assert!(!permits(&grant, &with_value(value)), "{example:?} refuses {value:?}");
    }
}

fn pattern(example: &Json) {
    let pattern = Pattern::parse(text(given(example, "pattern")));
    if let Some(error) = example.member("error") {
        assert_eq!(pattern.unwrap_err().to_string(), text(error));
        return;
    }
    let pattern = pattern.unwrap();
    for (name, expected) in [("matches", true), ("not", false)] {
        for word in items(given(example, name)) {
            assert_eq!(pattern.matches(text(word)), expected, "{pattern} {word:?}");
        }
    }
}

fn narrowing(example: &Json) {
    let parents = grants(given(example, "parents"));
    let narrowing = narrower(&grant(given(example, "child")), &parents);
    match (example.member("wider"), example.member("unproven")) {
        (Some(reason), _) => {
            assert!(matches!(narrowing, Narrowing::Wider { .. }), "{narrowing:?}");
            assert_eq!(narrowing.to_string(), text(reason));
        }
        (_, Some(reason)) => {
            assert!(matches!(narrowing, Narrowing::Unproven { .. }), "{narrowing:?}");
            assert_eq!(narrowing.to_string(), text(reason));
        }
        _ => assert_eq!(narrowing, Narrowing::Narrower),
    }
}

fn intersection(example: &Json) {
    let part = intersect(&grants(given(example, "requested")), &grants(given(example, "ceiling")));
    assert_eq!(part.grants, grants(given(example, "part")), "{example:?}");
    assert_eq!(Json::Bool(part.whole), *given(example, "whole"), "{example:?}");
}

fn decision(example: &Json) {
    let grants = Grants::new(grants(given(example, "grants")));
    let attempt = attempt(given(example, "attempt"));
    let now = match example.member("at") {
        Some(Json::Number(at)) => UnixSeconds(at.as_u64().unwrap()),
        _ => NOW,
    };
    let spend = match (grants.decide(&attempt, now), example.member("refused")) {
        (Decision::Permit { spend, .. }, None) => spend,
        (Decision::Refuse(miss), Some(reason)) => return assert_eq!(miss.reason.to_string(), text(reason)),
        (decision, _) => panic!("{example:?}: {decision:?}"),
    };
    let spends: Vec<&str> = items(given(example, "spends")).iter().map(text).collect();
    assert_eq!(spend.allowances().collect::<Vec<_>>(), spends);
}

fn scope(example: &Json) {
    let scope = Grant::from_scope(text(given(example, "scope")));
    match example.member("error") {
        Some(error) => assert_eq!(scope, Err(text(error).into())),
        None => verdicts(&scope.unwrap(), example),
    }
}

fn structured(example: &Json) {
    let read = read_json(given(example, "grant"));
    if let Some(faults) = example.member("faults") {
        let faults: Vec<&str> = items(faults).iter().map(text).collect();
        let found: Vec<String> = read.unwrap_err().lines().collect();
        assert_eq!(found, faults);
        return;
    }
    let grant = read.unwrap();
    match (example.member("scope_of"), example.member("canonical")) {
        (Some(Json::Null), _) => assert_eq!(grant.to_scope(), None),
        (Some(scope), _) => assert_eq!(grant.to_scope().as_deref(), Some(text(scope))),
        (None, Some(canonical)) => assert_eq!(grant.to_json(), text(canonical)),
        (None, None) => verdicts(&grant, example),
    }
}

fn verdicts(grant: &Grant, example: &Json) {
    for (name, expected) in [("permits", true), ("refuses", false)] {
        for json in items(given(example, name)) {
            assert_eq!(permits(grant, &attempt(json)), expected, "{} {json:?}", grant.to_json());
        }
    }
}
