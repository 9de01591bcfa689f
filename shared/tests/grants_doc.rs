//! The examples of `docs/grants.md`: each block of JSON holds what its sentences claim.
#![cfg(test)]

#[path = "grants/support.rs"]
mod support;

use edgewrit_shared::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grant, Grants, Narrowing, Pattern, intersect, narrower};
use edgewrit_shared::json::Json;
use edgewrit_shared::time::UnixSeconds;
use support::{NOW, param, parse, permits, read};

const REFERENCE: &str = include_str!("../../docs/grants.md");

/// The examples of every block: one begins wherever a line begins with a brace.
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

/// Member `name` of an example that has it.
fn given<'j>(example: &'j Json, name: &str) -> &'j Json {
    example
        .member(name)
        .unwrap_or_else(|| panic!("{example:?} has `{name}`"))
}

fn text(json: &Json) -> &str {
    match json {
        Json::Text(text) => text,
        _ => panic!("{json:?} is text"),
    }
}

fn items(json: &Json) -> &[Json] {
    match json {
        Json::List(items) => items,
        _ => panic!("{json:?} is a list"),
    }
}

/// JSON as text again.
fn spelled(json: &Json) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match json {
        Json::Null => "null".into(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.to_string(),
        Json::Text(text) => quoted(text),
        Json::List(items) => format!("[{}]", items.iter().map(spelled).collect::<Vec<_>>().join(",")),
        Json::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}:{}", quoted(name), spelled(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn grant(json: &Json) -> Grant {
    support::grant(&spelled(json))
}

fn attempt(json: &Json) -> Attempt {
    let params = json.member("params").map_or("{}".into(), spelled);
    support::attempt(text(given(json, "action")), text(given(json, "resource")), &params)
}

/// An attempt whose parameter `p` is `value`, or absent if that is null.
fn with_value(value: &Json) -> Attempt {
    let mut attempt = support::attempt("act", "res", "{}");
    if *value != Json::Null {
        attempt.params.push(("p".into(), param(value)));
    }
    attempt
}

#[test]
fn the_reference_holds_what_it_claims() {
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

/// Every kind of rule has a section with an example that admits and refuses.
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
    let grant = support::with_rule(&spelled(given(example, "rule")));
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
    let parents: Vec<Grant> = items(given(example, "parents")).iter().map(grant).collect();
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
    let grants = |name: &str| -> Vec<Grant> { items(given(example, name)).iter().map(grant).collect() };
    let part = intersect(&grants("requested"), &grants("ceiling"));
    assert_eq!(part.grants, grants("part"), "{example:?}");
    assert_eq!(Json::Bool(part.whole), *given(example, "whole"), "{example:?}");
}

fn decision(example: &Json) {
    let grants = Grants::new(items(given(example, "grants")).iter().map(grant).collect());
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
    let read = read(&spelled(given(example, "grant")));
    if let Some(faults) = example.member("faults") {
        let faults: Vec<&str> = items(faults).iter().map(text).collect();
        assert_eq!(read.unwrap_err(), faults);
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
