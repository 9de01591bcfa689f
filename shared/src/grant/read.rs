//! Reader of structured grants. Everything unknown is a fault, all faults are reported, and a grant
//! with a fault is no grant.

use super::elements::{read_distinct, read_known_members, read_pattern, read_text};
use super::pattern::Pattern;
use super::rule::Rule;
use super::scope::is_scope_character;
use super::{Grant, TYPE, Uses, Window};
use crate::json::document::{Members, Node};
use crate::limits::{
    ACTION_BYTES, ACTIONS_PER_GRANT, ALLOWANCE_BYTES, RESOURCES_PER_GRANT, RULE_TEXT_BYTES, RULES_PER_GRANT, USES,
};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn read_grant(node: &Node<'_>) -> Option<Grant> {
    const MEMBERS: [&str; 8] = [
        "type",
        "actions",
        "resources",
        "rules",
        "uses",
        "not_before",
        "not_after",
        "scope",
    ];
    let (members, known) = read_known_members(node, &MEMBERS)?;
    let typed = members.required("type").and_then(read_type);
    let grant = match members.optional("scope") {
        Some(scope) => read_scope(&members, scope),
        None => read_structured(&members),
    };
    typed?;
    grant.filter(|_| known)
}

fn read_type(node: &Node<'_>) -> Option<()> {
    match node.text()? {
        TYPE => Some(()),
        _ => node.expected(&format!("the type `{TYPE}`")),
    }
}

fn read_structured(members: &Members<'_>) -> Option<Grant> {
    let actions = members.required("actions").and_then(read_actions);
    let resources = members.required("resources").and_then(read_resources);
    let rules = members.optional("rules").map_or(Some(Vec::new()), read_rules);
    let uses = members
        .optional("uses")
        .map_or(Some(None), |uses| read_uses(uses).map(Some));
    let window = Window::read(members);
    Some(Grant::build(actions?, resources?, rules?, uses?, window?))
}

/// Reads a scope string as a structured grant: `{"type":"writ","scope":"read:customers:*"}`.
fn read_scope(members: &Members<'_>, scope: &Node<'_>) -> Option<Grant> {
    let mut alone = true;
    for name in ["actions", "resources", "rules", "uses", "not_before", "not_after"] {
        if let Some(beside) = members.optional(name) {
            beside.fault(format!(
                "member `{name}` beside `scope`, expected `scope` and `type` alone"
            ));
            alone = false;
        }
    }
    let grant = Grant::from_scope(scope.text()?);
    let grant = grant.map_err(|message| scope.fault(message)).ok();
    grant.filter(|_| alone)
}

fn read_actions(node: &Node<'_>) -> Option<Vec<String>> {
    read_distinct(
        node,
        ACTIONS_PER_GRANT,
        |item| read_name(item, ACTION_BYTES),
        String::clone,
    )
}

fn read_resources(node: &Node<'_>) -> Option<Vec<Pattern>> {
    read_distinct(node, RESOURCES_PER_GRANT, read_pattern, |pattern| format!("{pattern}"))
}

fn read_rules(node: &Node<'_>) -> Option<Vec<(String, Rule)>> {
    let members = node.members()?;
    if members.is_empty() || members.len() > RULES_PER_GRANT {
        node.fault(format!("{} rules, expected 1 to {RULES_PER_GRANT}", members.len()));
        return None;
    }
    let mut rules: Vec<(String, Rule)> = Vec::with_capacity(members.len());
    let mut sound = true;
    for (param, rule) in members {
        if param.is_empty() || param.len() > RULE_TEXT_BYTES {
            rule.fault(format!(
                "a parameter name of {} bytes, expected 1 to {RULE_TEXT_BYTES}",
                param.len()
            ));
            sound = false;
            continue;
        }
        match Rule::read(&rule) {
            Some(rule) => {
                // No member occurs twice in an object.
                let (Ok(place) | Err(place)) = rules.binary_search_by(|(own, _)| own.as_str().cmp(param));
                rules.insert(place, (param.into(), rule));
            }
            None => sound = false,
        }
    }
    sound.then_some(rules)
}

fn read_uses(node: &Node<'_>) -> Option<Uses> {
    let (members, known) = read_known_members(node, &["max", "allowance"])?;
    let max = members.required("max").and_then(|max| max.integer(1, USES));
    let allowance = members
        .optional("allowance")
        .map_or(Some(None), |allowance| read_name(allowance, ALLOWANCE_BYTES).map(Some));
    let uses = Uses {
        max: max?,
        allowance: allowance?,
    };
    known.then_some(uses)
}

/// A literal name of at least one scope character (RFC 6749, section 3.3).
fn read_name(node: &Node<'_>, most: usize) -> Option<String> {
    let text = read_text(node, most)?;
    if text.is_empty() || !text.chars().all(is_scope_character) {
        return node.expected("a name of visible ASCII characters without `\"` and `\\`");
    }
    Some(text.into())
}
