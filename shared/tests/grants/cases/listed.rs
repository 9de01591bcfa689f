//! The pairs for which narrowing may be unproven, as `docs/grants.md` lists them. The check uses
//! the text of the grants alone.

use serde_json::Value;
use std::collections::BTreeSet;

/// Kinds about text that are not compared with each other.
const TEXT_KINDS: [&str; 6] = ["cidr", "domain", "glob", "length", "not_in", "under"];

pub(crate) fn is_listed(child: &Value, parents: &[Value]) -> bool {
    parents.len() > 1
        || parents.iter().any(|parent| {
            has_several(&parent["resources"]) || counts_elsewhere(child, parent) || mixes_text_kinds(child, parent)
        })
}

/// Patterns that may match everything only together.
fn has_several(list: &Value) -> bool {
    list.as_array().is_some_and(|items| items.len() > 1)
}

/// Uses with another allowance than the parent has.
fn counts_elsewhere(child: &Value, parent: &Value) -> bool {
    let (own, limit) = (&child["uses"], &parent["uses"]);
    limit["allowance"].is_string() && own.is_object() && own["allowance"] != limit["allowance"]
}

/// A parameter about whose text the two grants have several kinds.
fn mixes_text_kinds(child: &Value, parent: &Value) -> bool {
    let rules = child["rules"].as_object().into_iter().flatten();
    rules.into_iter().any(|(name, rule)| {
        let mut kinds = BTreeSet::new();
        collect(rule, &mut kinds);
        collect(&parent["rules"][name], &mut kinds);
        // An address has several spellings, so that a network is no list of texts.
        let lists = ["\"eq\":", "\"in\":"]
            .iter()
            .any(|kind| parent["rules"][name].to_string().contains(kind));
        kinds.len() > 1 || kinds.contains("cidr") && lists
    })
}

fn collect<'v>(rule: &'v Value, kinds: &mut BTreeSet<&'v str>) {
    for (kind, asked) in rule.as_object().into_iter().flatten() {
        match kind.as_str() {
            "each" | "optional" => collect(asked, kinds),
            kind if TEXT_KINDS.contains(&kind) => drop(kinds.insert(kind)),
            _ => {}
        }
    }
}
