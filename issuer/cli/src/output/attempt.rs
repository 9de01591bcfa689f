//! Attempts as JSON.

use edgewrit_shared::attempt::{Attempt, Param};
use edgewrit_shared::json::Quoted;

/// `{"action": .., "resource": .., "params": {..}}`.
pub(crate) fn to_json(attempt: &Attempt) -> String {
    let params: Vec<_> = attempt
        .params
        .iter()
        .map(|(name, value)| format!("{}:{}", Quoted(name), value_to_json(value)))
        .collect();
    let (action, resource) = (Quoted(&attempt.action), Quoted(&attempt.resource));
    format!(
        "{{\"action\":{action},\"resource\":{resource},\"params\":{{{}}}}}",
        params.join(",")
    )
}

/// A parameter's value.
pub(crate) fn value_to_json(value: &Param) -> String {
    match value {
        Param::Text(text) => Quoted(text).to_string(),
        Param::Number(number) | Param::Double(number) => number.to_string(),
        Param::Bool(value) => value.to_string(),
        Param::List(values) => format!("[{}]", values.iter().map(value_to_json).collect::<Vec<_>>().join(",")),
    }
}
