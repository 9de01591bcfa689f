//! A second, naive evaluator. The evaluator reads grants as JSON, tries every way in which a
//! pattern could match, and shares only the attempt with the crate. The evaluator knows small
//! numbers only, and no limits.

use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::time::UnixSeconds;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;

pub(crate) fn permits(grant: &Value, attempt: &Attempt, now: UnixSeconds) -> bool {
    let uses = &grant["uses"];
    (uses.is_null() || uses["allowance"].is_string()) && permits_once_counted(grant, attempt, now)
}

/// The number of times that the grants together permit the attempt. Each allowance is counted once.
pub(crate) fn permits_uses(grants: &[Value], attempt: &Attempt, now: UnixSeconds) -> u64 {
    let mut counters = BTreeMap::new();
    for (index, grant) in grants.iter().enumerate() {
        if permits_once_counted(grant, attempt, now) {
            let most = grant["uses"]["max"].as_u64().unwrap_or(1_000_000_000);
            let allowance = grant["uses"]["allowance"].as_str().ok_or(index);
            let counter = counters.entry(allowance).or_insert(0);
            *counter = most.max(*counter);
        }
    }
    counters.values().sum()
}

fn permits_once_counted(grant: &Value, attempt: &Attempt, UnixSeconds(now): UnixSeconds) -> bool {
    if let Some(scope) = grant["scope"].as_str() {
        return scope_permits(scope, attempt);
    }
    grant["not_before"].as_u64().is_none_or(|first| first <= now)
        && grant["not_after"].as_u64().is_none_or(|end| now < end)
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
    if rule["absent"].is_boolean() {
        return param.is_none();
    }
    let inner = &rule["optional"];
    match param {
        None => inner.is_object(),
        Some(_) if inner.is_object() => admits(inner, param),
        Some(param) => members(rule).all(|(kind, operand)| kind_admits(kind, operand, param)),
    }
}

fn kind_admits(kind: &str, operand: &Value, param: &Param) -> bool {
    match (kind, param) {
        ("eq", _) => equal(operand, param),
        ("in", _) => items(operand).any(|operand| equal(operand, param)),
        ("not_in", _) => {
            items(operand).any(|operand| is_like(operand, param))
                && !items(operand).any(|operand| equal(operand, param))
        }
        ("glob", Param::Text(text)) => matches(operand.as_str().unwrap(), text),
        ("min", Param::Number(_)) => thousandths(param).unwrap() >= thousandths_of(operand),
        ("max", Param::Number(_)) => thousandths(param).unwrap() <= thousandths_of(operand),
        ("length", Param::Text(text)) => is_length(operand, text.chars().count()),
        ("length", Param::List(values)) => is_length(operand, values.len()),
        ("each", Param::List(values)) => !values.is_empty() && values.iter().all(|value| admits(operand, Some(value))),
        ("under", Param::Text(text)) => is_under(operand.as_str().unwrap(), text),
        ("cidr", Param::Text(text)) => is_in_network(operand.as_str().unwrap(), text),
        ("domain", Param::Text(text)) => is_in_domain(operand.as_str().unwrap(), text),
        _ => false,
    }
}

fn is_like(operand: &Value, param: &Param) -> bool {
    match param {
        Param::Text(_) => operand.is_string(),
        Param::Number(_) | Param::Double(_) => operand.is_number(),
        Param::Bool(_) => operand.is_boolean(),
        Param::List(_) => false,
    }
}

fn is_length(operand: &Value, length: usize) -> bool {
    let length = length as u64;
    operand["min"].as_u64().is_none_or(|min| min <= length) && operand["max"].as_u64().is_none_or(|max| length <= max)
}

/// Paths as lists of segments.
fn is_under(base: &str, path: &str) -> bool {
    let segments = |path: &str| -> Option<Vec<String>> {
        let segments: Vec<String> = path.strip_prefix('/')?.split('/').map(String::from).collect();
        let plain =
            |segment: &String| !["", ".", ".."].contains(&segment.as_str()) && !segment.contains(['\\', '%', '~']);
        match segments.as_slice() {
            [root] if root.is_empty() => Some(Vec::new()),
            _ => segments.iter().all(plain).then_some(segments),
        }
    };
    let base = segments(base).unwrap();
    segments(path).is_some_and(|path| path.starts_with(&base))
}

/// Addresses as texts of bits.
fn is_in_network(network: &str, address: &str) -> bool {
    let bits = |address: &str| match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some(format!("4:{:032b}", address.to_bits())),
        Ok(IpAddr::V6(address)) => Some(format!("6:{:0128b}", address.to_bits())),
        Err(_) => None,
    };
    let (first, prefix) = network.split_once('/').unwrap();
    let counted: String = bits(first)
        .unwrap()
        .chars()
        .take(2 + prefix.parse::<usize>().unwrap())
        .collect();
    bits(address).is_some_and(|address| address.starts_with(&counted))
}

/// The host check for the URLs that these tests make.
fn is_in_domain(operand: &str, url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
        .map(|(host, _)| host);
    match operand.strip_prefix('*') {
        Some(end) => host.is_some_and(|host| host.ends_with(end)),
        None => host == Some(operand),
    }
}

fn equal(operand: &Value, param: &Param) -> bool {
    match (operand, param) {
        (Value::String(operand), Param::Text(found)) => operand == found,
        (Value::Bool(operand), Param::Bool(found)) => operand == found,
        (Value::Number(_), Param::Number(_)) => thousandths(param) == Some(thousandths_of(operand)),
        _ => false,
    }
}

fn thousandths(param: &Param) -> Option<i64> {
    match param {
        Param::Number(number) => Some(fixed(&number.to_string())),
        _ => None,
    }
}

fn thousandths_of(operand: &Value) -> i64 {
    fixed(&operand.to_string())
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
