//! Canonical JSON: members in a fixed order, lists sorted by their spelling, numbers and patterns in their one spelling. Equal
//! authority written differently has one canonical form, and grants are ordered by its bytes.

use super::pattern::Pattern;
use super::rule::Rule;
use super::{TYPE, Uses};
use crate::attempt::Param;
use alloc::format;
use alloc::string::{String, ToString as _};

pub(super) fn grant(
    actions: &[String],
    resources: &[Pattern],
    rules: &[(String, Rule)],
    uses: Option<&Uses>,
) -> String {
    let mut out = format!("{{\"type\":\"{TYPE}\",\"actions\":");
    list(actions, |action, out| text(action, out), &mut out);
    out.push_str(",\"resources\":");
    list(resources, |pattern, out| text(&pattern.to_string(), out), &mut out);
    let mut before = ",\"rules\":{";
    for (param, rule) in rules {
        out.push_str(before);
        text(param, &mut out);
        out.push_str(&format!(":{rule}"));
        before = ",";
    }
    if !rules.is_empty() {
        out.push('}');
    }
    if let Some(limit) = uses {
        write_uses(limit, &mut out);
    }
    out.push('}');
    out
}

fn write_uses(uses: &Uses, out: &mut String) {
    out.push_str(&format!(",\"uses\":{{\"max\":{}", uses.max));
    if let Some(allowance) = &uses.allowance {
        out.push_str(",\"allowance\":");
        text(allowance, out);
    }
    out.push('}');
}

/// The form of a grant that was read from `action:resource:*`.
pub(super) fn scope(scope: &str) -> String {
    let mut out = format!("{{\"type\":\"{TYPE}\",\"scope\":");
    text(scope, &mut out);
    out.push('}');
    out
}

pub(super) fn param(value: &Param, out: &mut String) {
    match value {
        Param::Text(value) => text(value, out),
        Param::Number(value) => out.push_str(&value.to_string()),
        Param::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Param::List(values) => list(values, param, out),
    }
}

/// The canonical JSON of one value; equal values have one.
pub(super) fn spelling(value: &Param) -> String {
    let mut out = String::new();
    param(value, &mut out);
    out
}

pub(super) fn text(value: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(value).to_string());
}

pub(super) fn list<T>(items: &[T], write_item: impl Fn(&T, &mut String), out: &mut String) {
    out.push('[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        write_item(item, out);
    }
    out.push(']');
}
