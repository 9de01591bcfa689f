//! A second evaluator, as plain as can be: it reads grants as JSON, tries every way a pattern could match, and shares nothing
//! with the crate but the attempt. It knows small numbers only, and no limits.

use edgewrit_shared::attempt::{Attempt, Param};
use serde_json::Value;

pub(crate) fn permits(grant: &Value, attempt: &Attempt) -> bool {
    if let Some(scope) = grant["scope"].as_str() {
        return scope_permits(scope, attempt);
    }
    let uses = &grant["uses"];
    let counted = uses.is_null() || uses["allowance"].is_string();
    counted
        && items(&grant["actions"]).any(|action| action == attempt.action.as_str())
        && items(&grant["resources"]).any(|resource| matches(resource.as_str().unwrap(), &attempt.resource))
        && members(&grant["rules"]).all(|(name, rule)| admits(rule, attempt.param(name)))
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn scope_permits(scope: &str, attempt: &Attempt) -> bool {
    let parts: Vec<&str> = scope.splitn(3, ':').collect();
    let own = attempt.resource.split_once(':');
    attempt.action == parts[0]
        && own.is_some_and(|(resource, identifier)| {
            resource == parts[1] && (identifier == parts[2] || parts[2] == "*" && !identifier.is_empty())
        })
}

fn admits(rule: &Value, param: Option<&Param>) -> bool {
    let Some(param) = param else { return false };
    members(rule).all(|(kind, asked)| match kind.as_str() {
        "eq" => equal(asked, param),
        "in" => items(asked).any(|asked| equal(asked, param)),
        "glob" => matches!(param, Param::Text(text) if matches(asked.as_str().unwrap(), text)),
        "min" => thousandths(param).is_some_and(|found| found >= thousandths_of(asked)),
        "max" => thousandths(param).is_some_and(|found| found <= thousandths_of(asked)),
        _ => panic!("the kind `{kind}`"),
    })
}

fn equal(asked: &Value, param: &Param) -> bool {
    match (asked, param) {
        (Value::String(asked), Param::Text(found)) => asked == found,
        (Value::Bool(asked), Param::Bool(found)) => asked == found,
        (Value::Number(_), Param::Number(_)) => thousandths(param) == Some(thousandths_of(asked)),
        _ => false,
    }
}

fn thousandths(param: &Param) -> Option<i64> {
    match param {
        Param::Number(number) => Some(fixed(&number.to_string())),
        _ => None,
    }
}

fn thousandths_of(asked: &Value) -> i64 {
    fixed(&asked.to_string())
}

fn fixed(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i64 = format!("{whole}{fraction:0<3}").parse().expect("a small number");
    digits
}

/// Whether `text` matches `pattern`, by trying every run for every star.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    matches_from(&pattern, &text)
}

fn matches_from(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', '*'] => true,
        ['*', rest @ ..] => (0..=text.len()).any(|run| {
            let (taken, left) = text.split_at(run);
            !taken.contains(&'/') && !taken.contains(&':') && matches_from(rest, left)
        }),
        ['\\', letter, rest @ ..] | [letter, rest @ ..] => text
            .split_first()
            .is_some_and(|(first, left)| first == letter && matches_from(rest, left)),
    }
}
