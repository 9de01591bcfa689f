//! The reached operations, for people and for programs.

use super::misses::{Miss, Reach};
use edgewrit_edge::config::view::{ResourcePiece, Row};
use edgewrit_shared::grant::ParamType;
use serde_json::{Value, json};

/// Most characters that a column is padded to.
const WIDEST: usize = 80;

pub(super) fn reaches_to_words(reaches: &[Reach<'_>]) -> Vec<String> {
    let width = reaches
        .iter()
        .map(|reach| reach.row.name().chars().count().min(WIDEST))
        .max();
    let line = |reach: &Reach<'_>, said: &str| {
        let width = width.unwrap_or_default();
        let (name, attempt) = (reach.row.name(), describe_attempt(reach.row));
        format!("  {name:<width$}  {attempt}: {said}")
    };
    let mut lines = vec!["reached".to_owned()];
    let (reached, others): (Vec<_>, Vec<_>) = reaches.iter().partition(|reach| !reach.grants.is_empty());
    lines.extend(reached.iter().map(|reach| line(reach, &list_grants(&reach.grants))));
    lines.push("just out of reach".to_owned());
    let (near, far): (Vec<_>, Vec<_>) = others.into_iter().partition(|reach| reach.near.is_some());
    lines.extend(near.iter().map(|reach| line(reach, &describe_miss(reach))));
    lines.push(format!("out of reach: {} other operations", far.len()));
    lines
}

fn list_grants(grants: &[usize]) -> String {
    let grants: Vec<_> = grants.iter().map(|index| format!("grant {index}")).collect();
    grants.join(", ")
}

/// The reason why the operation is just out of reach.
fn describe_miss(reach: &Reach<'_>) -> String {
    let Some((grant, miss)) = reach.near else {
        return String::new();
    };
    let action = reach.row.action();
    match miss {
        Miss::Action => format!("grant {grant} has the resource, and not the action `{action}`"),
        Miss::Resource => format!("grant {grant} has the action, and no resource that this can be"),
        Miss::Rule(param, rule) => format!(
            "grant {grant} asks `{param}` to be `{rule}`, and {}",
            describe_param(reach.row, param)
        ),
    }
}

/// The value that the operation sends as a parameter.
fn describe_param(row: Row<'_>, param: &str) -> String {
    let Some(field) = row.params().find(|field| field.name == param) else {
        return "the operation has no such parameter".to_owned();
    };
    let value = match field.value {
        ParamType::Text => "text",
        ParamType::Number => "a number",
        ParamType::Bool => "`true` or `false`",
        ParamType::List => "a list",
    };
    let or_none = if field.optional { " or nothing" } else { "" };
    format!("the operation sends {value}{or_none}")
}

fn describe_attempt(row: Row<'_>) -> String {
    format!("{} on {}", row.action(), spell_resource(row))
}

/// The resource as it is written.
fn spell_resource(row: Row<'_>) -> String {
    let pieces = row.resource().map(|piece| match piece {
        ResourcePiece::Text(text) => text.to_owned(),
        ResourcePiece::Capture(name) => format!("{{{name}}}"),
    });
    pieces.collect()
}

pub(super) fn reaches_to_json(reaches: &[Reach<'_>]) -> Value {
    let (mut reached, mut near, mut far) = (Vec::new(), Vec::new(), Vec::new());
    for reach in reaches {
        let row = reach.row;
        let (name, action, resource) = (row.name(), row.action(), spell_resource(row));
        if !reach.grants.is_empty() {
            reached.push(json!({"operation": name, "action": action, "resource": resource, "grants": reach.grants}));
        } else if let Some((grant, _)) = reach.near {
            let reason = describe_miss(reach);
            near.push(
                json!({"operation": name, "action": action, "resource": resource, "grant": grant, "reason": reason}),
            );
        } else {
            far.push(json!({"operation": name, "action": action, "resource": resource}));
        }
    }
    json!({"reached": reached, "near": near, "far": far})
}
