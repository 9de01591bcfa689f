//! Canonical JSON: members in a fixed order, lists sorted by their spelling, numbers and patterns
//! in their canonical spelling. Different spellings of equal authority have one canonical form, and
//! its bytes order grants.

use super::pattern::Pattern;
use super::rule::Rule;
use super::{TYPE, Uses, Window};
use crate::json::write::{member, object, text, texts};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

pub(super) fn write_grant(
    actions: &[String],
    resources: &[Pattern],
    rules: &[(String, Rule)],
    uses: Option<&Uses>,
    window: Window,
) -> String {
    let resources: Vec<String> = resources.iter().map(Pattern::to_string).collect();
    let mut members = Vec::from([
        text("type", TYPE),
        texts("actions", actions),
        texts("resources", &resources),
    ]);
    if !rules.is_empty() {
        let rules: Vec<String> = rules.iter().map(|(param, rule)| member(param, rule)).collect();
        members.push(member("rules", object(&rules)));
    }
    members.extend(uses.map(|uses| member("uses", write_limit(uses))));
    members.extend(window.write_members());
    object(&members)
}

fn write_limit(uses: &Uses) -> String {
    let mut members = Vec::from([member("max", uses.max)]);
    members.extend(uses.allowance.as_ref().map(|allowance| text("allowance", allowance)));
    object(&members)
}

/// The canonical form of a grant that was read from `action:resource:*`.
pub(super) fn write_scope(scope: &str) -> String {
    object(&[text("type", TYPE), text("scope", scope)])
}
