//! Attempts as JSON.

use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::json::Quoted;

/// The JSON text of an attempt: `{"action": .., "resource": .., "params": {..}}`.
pub(crate) fn attempt_to_json(attempt: &Attempt) -> String {
    let params: Vec<_> = attempt
        .params
        .iter()
        .map(|(name, value)| format!("{}:{}", Quoted(name), param_to_json(value)))
        .collect();
    let (action, resource) = (Quoted(&attempt.action), Quoted(&attempt.resource));
    format!(
        "{{\"action\":{action},\"resource\":{resource},\"params\":{{{}}}}}",
        params.join(",")
    )
}

/// The JSON text of the value of a parameter.
pub(crate) fn param_to_json(value: &Param) -> String {
    match value {
        Param::Text(text) => Quoted(text).to_string(),
        Param::Number(number) | Param::Double(number) => number.to_string(),
        Param::Bool(value) => value.to_string(),
        Param::List(values) => format!("[{}]", values.iter().map(param_to_json).collect::<Vec<_>>().join(",")),
    }
}
