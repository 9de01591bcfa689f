//! Grants and attempts from the JSON of examples.

use crate::support;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::json::Json;

/// Member `name` of an example, which must have it.
pub(crate) fn given<'j>(example: &'j Json, name: &str) -> &'j Json {
    example
        .member(name)
        .unwrap_or_else(|| panic!("{example:?} has `{name}`"))
}

pub(crate) fn text(json: &Json) -> &str {
    match json {
        Json::Text(text) => text,
        _ => panic!("{json:?} is text"),
    }
}

pub(crate) fn items(json: &Json) -> &[Json] {
    match json {
        Json::List(items) => items,
        _ => panic!("{json:?} is a list"),
    }
}

pub(crate) fn grant(json: &Json) -> Grant {
    support::read_json(json).unwrap_or_else(|faults| panic!("{json:?}: {faults:?}"))
}

pub(crate) fn grants(json: &Json) -> Vec<Grant> {
    items(json).iter().map(grant).collect()
}

pub(crate) fn attempt(json: &Json) -> Attempt {
    let none = Json::Object(Vec::new());
    support::attempt_with(
        text(given(json, "action")),
        text(given(json, "resource")),
        json.member("params").unwrap_or(&none),
    )
}

/// `act` on `res`, with one rule on `p`.
pub(crate) fn with_rule(rule: &Json) -> Grant {
    let list = |name: &str| Json::List(vec![Json::Text(name.into())]);
    grant(&Json::Object(vec![
        ("type".into(), Json::Text("writ".into())),
        ("actions".into(), list("act")),
        ("resources".into(), list("res")),
        ("rules".into(), Json::Object(vec![("p".into(), rule.clone())])),
    ]))
}

/// An attempt whose parameter `p` is `value`, or absent if `value` is null.
pub(crate) fn with_value(value: &Json) -> Attempt {
    let mut attempt = support::attempt("act", "res", "{}");
    if *value != Json::Null {
        attempt.params.push(("p".into(), support::param(value)));
    }
    attempt
}
