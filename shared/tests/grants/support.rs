//! Grants and attempts from short texts.
#![allow(dead_code, reason = "every test that includes this uses its own part of it")]
#![allow(
    clippy::allow_attributes,
    reason = "an expectation would fail where a test uses all of it"
)]

use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::grant::{Decision, Grant, Grants};
use edgewrit_shared::json::document::{FaultList, Faults, Node};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::time::UnixSeconds;

/// The time of attempts.
pub(crate) const NOW: UnixSeconds = UnixSeconds(1_778_400_000);

const VALUES: usize = 100_000;

pub(crate) fn parse(text: &str) -> Json {
    json::parse(text.as_bytes(), VALUES).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// The grant with the spelling `text`, or its faults, each as `place: message`.
pub(crate) fn read(text: &str) -> Result<Grant, Vec<String>> {
    read_json(&parse(text)).map_err(|faults| faults.lines().collect())
}

/// The grant of `json`, or its faults.
pub(crate) fn read_json(json: &Json) -> Result<Grant, FaultList> {
    let faults = Faults::new();
    let grant = Grant::read(&Node::root(json, &faults));
    let faults = faults.into_list();
    match grant {
        Some(grant) if faults.is_empty() => Ok(grant),
        Some(_) => panic!("{json:?} is a grant in spite of {faults:?}"),
        None if faults.is_empty() => panic!("{json:?} is no grant, without a fault"),
        None => Err(faults),
    }
}

pub(crate) fn grant(text: &str) -> Grant {
    read(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

/// The faults of a text that is no grant.
pub(crate) fn faults(text: &str) -> Vec<String> {
    match read(text) {
        Err(faults) => faults,
        Ok(_) => panic!("{text} is a grant"),
    }
}

/// `act` on `res`, with one rule.
pub(crate) fn with_rule(rule: &str) -> Grant {
    grant(&format!(
        r#"{{"type":"writ","actions":["act"],"resources":["res"],"rules":{{"p":{rule}}}}}"#
    ))
}

/// An attempt whose parameters are the members of a JSON object.
pub(crate) fn attempt(action: &str, resource: &str, params: &str) -> Attempt {
    attempt_with(action, resource, &parse(params))
}

pub(crate) fn attempt_with(action: &str, resource: &str, params: &Json) -> Attempt {
    let Json::Object(members) = params else {
        panic!("{params:?} is an object");
    };
    Attempt {
        action: action.into(),
        resource: resource.into(),
        params: members
            .iter()
            .map(|(name, value)| (name.clone(), param(value)))
            .collect(),
    }
}

pub(crate) fn param(value: &Json) -> Param {
    match value {
        Json::Text(text) => Param::Text(text.clone()),
        Json::Number(number) => Param::Number(number.clone()),
        Json::Bool(value) => Param::Bool(*value),
        Json::List(values) => Param::List(values.iter().map(param).collect()),
        Json::Null | Json::Object(_) => panic!("no parameter is {value:?}"),
    }
}

pub(crate) fn permits(grant: &Grant, attempt: &Attempt) -> bool {
    matches!(
        Grants::new(vec![grant.clone()]).decide(attempt, NOW),
        Decision::Permit { .. }
    )
}
