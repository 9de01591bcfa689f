//! The smallest grant that would have permitted a request.

use crate::output::attempt::param_to_json;
use edgewrit_edge::config::Config;
use edgewrit_edge::rehearsal::{Rehearsal, Verdict};
use edgewrit_issuer::json_document;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::json::{self, Quoted};
use edgewrit_shared::limits::{JSON_VALUES, RULES_PER_GRANT};
use edgewrit_shared::reason::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// The smallest grant that would have permitted a request.
#[derive(Debug)]
pub(super) struct Smallest {
    /// The grant, or why there is none: what a grant can name is limited.
    pub(super) grant: Result<Grant, String>,
    /// Parameters that it leaves open, since a grant has only so many rules.
    pub(super) open: Vec<String>,
}

/// The member that limits a grant to one use.
const ONE_USE: &str = ",\"uses\":{\"max\":1}";
/// Reasons of refusals for want of a grant.
const FOR_WANT: [Reason; 3] = [Reason::NotGranted, Reason::QueryPlus, Reason::FormPlus];

/// The smallest grant beside `grants` under which `judge` permits, if one is all that is missing.
pub(super) fn find(
    rehearsal: &Rehearsal,
    grants: &[Grant],
    edge: &Config,
    judge: impl Fn(&[Grant]) -> Rehearsal,
) -> Option<Smallest> {
    let Verdict::Refuse { reason, .. } = &rehearsal.verdict else {
        return None;
    };
    let first = rehearsal.attempts.first().filter(|_| FOR_WANT.contains(reason))?;
    let mut rules = rules_for(&rehearsal.attempts);
    add_absent_rules(rehearsal, edge, &mut rules);
    let open = rules.split_off(RULES_PER_GRANT.min(rules.len()));
    let permitting = |limit: &str| {
        let grant = read_grant(&grant_text(first, &rules, limit))?;
        let more = [grants, std::slice::from_ref(&grant)].concat();
        match judge(&more).verdict {
            Verdict::Permit { .. } => Ok(grant),
            Verdict::Refuse { detail, .. } => Err(detail),
        }
    };
    // If another grant permits one of two readings, a use would be spent for one reading alone.
    let grant = permitting(ONE_USE).or_else(|detail| permitting("").map_err(|_| detail));
    Some(Smallest {
        grant,
        open: open.into_iter().map(|(name, _)| name).collect(),
    })
}

/// A rule for every parameter of the attempts, which are readings of one.
fn rules_for(attempts: &[Attempt]) -> Vec<(String, String)> {
    let mut values: BTreeMap<&str, Vec<&Param>> = BTreeMap::new();
    for (name, value) in attempts.iter().flat_map(|attempt| &attempt.params) {
        values.entry(name).or_default().push(value);
    }
    let rules = values.into_iter().map(|(name, values)| {
        let rule = rule_for(&values);
        let is_optional = values.len() < attempts.len();
        let rule = if is_optional {
            format!("{{\"optional\":{rule}}}")
        } else {
            rule
        };
        (name.to_owned(), rule)
    });
    rules.collect()
}

/// The rule that admits these values. Only text comes in two values: a query or a form can have two
/// readings of it.
fn rule_for(values: &[&Param]) -> String {
    match values.first() {
        Some(Param::List(items)) if items.is_empty() => "{\"length\":{\"max\":0}}".to_owned(),
        Some(Param::List(items)) => format!(
            "{{\"each\":{{\"in\":[{}]}},\"length\":{{\"min\":{length},\"max\":{length}}}}}",
            distinct_values(items.iter()).join(","),
            length = items.len(),
        ),
        _ => match distinct_values(values.iter().copied()).as_slice() {
            [value] => format!("{{\"eq\":{value}}}"),
            values => format!("{{\"in\":[{}]}}", values.join(",")),
        },
    }
}

/// Each value once.
fn distinct_values<'a>(values: impl Iterator<Item = &'a Param>) -> Vec<String> {
    let texts: BTreeSet<_> = values.map(param_to_json).collect();
    texts.into_iter().collect()
}

/// Adds a rule `absent` for each parameter of the operation that the request does not have.
fn add_absent_rules(rehearsal: &Rehearsal, edge: &Config, rules: &mut Vec<(String, String)>) {
    let row = edge
        .operations()
        .find(|row| Some(row.name()) == rehearsal.operation.as_deref());
    for field in row.iter().flat_map(|row| row.params()) {
        if !rules.iter().any(|(name, _)| name == field.name) {
            rules.push((field.name.to_owned(), "{\"absent\":true}".to_owned()));
        }
    }
}

fn grant_text(attempt: &Attempt, rules: &[(String, String)], limit: &str) -> String {
    let rules: Vec<_> = rules
        .iter()
        .map(|(name, rule)| format!("{}:{rule}", Quoted(name)))
        .collect();
    let rules = if rules.is_empty() {
        String::new()
    } else {
        format!(",\"rules\":{{{}}}", rules.join(","))
    };
    let (action, resource) = (Quoted(&attempt.action), escape_resource(&attempt.resource));
    format!(
        "{{\"type\":\"writ\",\"actions\":[{action}],\"resources\":[{}]{rules}{limit}}}",
        Quoted(&resource)
    )
}

/// The pattern that matches this resource alone.
fn escape_resource(resource: &str) -> String {
    resource.replace('\\', "\\\\").replace('*', "\\*")
}

fn read_grant(text: &str) -> Result<Grant, String> {
    let json = json::parse(text.as_bytes(), JSON_VALUES).map_err(|error| error.to_string())?;
    json_document::value(&json, Grant::read).map_err(|faults| faults.lines().collect::<Vec<_>>().join("; "))
}
