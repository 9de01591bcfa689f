//! Steps that narrow a grant: each makes a child whose authority lies within the parent's by construction.

use crate::made::{Choices, kind, number, pattern, rule};
use edgewrit_shared::grant::Pattern;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `parent` after one step, or as it is if the step does not apply.
pub(crate) fn step(parent: &Value, choices: &mut Choices) -> Value {
    let mut child = parent.clone();
    if let Some(scope) = child["scope"].as_str() {
        let parts: Vec<&str> = scope.splitn(3, ':').collect();
        return match parts.as_slice() {
            [action, resource, "*"] => json!({"type": "writ", "scope": format!("{action}:{resource}:x")}),
            _ => child,
        };
    }
    match choices.below(6) {
        0 => drop_one(&mut child["actions"], choices),
        1 => drop_one(&mut child["resources"], choices),
        2 => specialise_one(&mut child["resources"], choices),
        3 => {
            let name = format!("new{}", choices.below(3));
            if child["rules"][&name].is_null() {
                child["rules"][&name] = rule(choices);
            }
        }
        4 => tighten_one(&mut child["rules"], choices),
        _ => lower_uses(&mut child["uses"], choices),
    }
    without_nulls(child)
}

/// Looking at a member that is not there has made it.
fn without_nulls(mut grant: Value) -> Value {
    if let Some(members) = grant.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    grant
}

fn drop_one(list: &mut Value, choices: &mut Choices) {
    if let Some(items) = list.as_array_mut()
        && items.len() > 1
    {
        items.remove(choices.below(items.len()));
    }
}

fn specialise_one(list: &mut Value, choices: &mut Choices) {
    let items = list.as_array_mut().unwrap();
    let at = choices.below(items.len());
    items[at] = json!(specialised(items[at].as_str().unwrap(), choices));
    // Nothing may stand twice, and `\a` is `a`.
    let spelled: BTreeMap<String, Value> = items
        .drain(..)
        .map(|item| (Pattern::parse(item.as_str().unwrap()).unwrap().to_string(), item))
        .collect();
    items.extend(spelled.into_values());
}

/// `from` with one star made more special: by letters and stars, or for `**` by any pattern.
fn specialised(from: &str, choices: &mut Choices) -> String {
    if let Some(begun) = from.strip_suffix("**")
        && !begun.ends_with('\\')
        && choices.one_in(2)
    {
        let narrowed = format!("{begun}{}", pattern(choices));
        return if Pattern::parse(&narrowed).is_ok() {
            narrowed
        } else {
            from.into()
        };
    }
    let mut places = Vec::new();
    let mut escaped = false;
    for (at, letter) in from.char_indices() {
        if letter == '*' && !escaped {
            places.push(at);
        }
        escaped = letter == '\\' && !escaped;
    }
    if places.is_empty() {
        return from.into();
    }
    let (before, star) = from.split_at(*choices.pick(&places));
    let filler = *choices.pick(&["a", "b*", "*a", "\\*", "ab", "*b*", "a*a"]);
    let narrowed = format!("{before}{filler}{}", star.strip_prefix('*').unwrap());
    if Pattern::parse(&narrowed).is_ok() {
        narrowed
    } else {
        from.into()
    }
}

fn tighten_one(rules: &mut Value, choices: &mut Choices) {
    let Some(rules) = rules.as_object_mut() else { return };
    let names: Vec<String> = rules.keys().cloned().collect();
    let rule = rules.get_mut(choices.pick(&names)).unwrap().as_object_mut().unwrap();
    let kinds: Vec<String> = rule.keys().cloned().collect();
    let name = choices.pick(&kinds).clone();
    let asked = rule.get_mut(&name).unwrap();
    match name.as_str() {
        _ if choices.one_in(3) => {
            let (kind, asked) = kind(choices);
            rule.entry(kind).or_insert(asked);
        }
        "in" if choices.one_in(2) => {
            let value = choices.pick(asked.as_array().unwrap()).clone();
            if !rule.contains_key("eq") {
                rule.remove("in");
                rule.insert("eq".into(), value);
            }
        }
        "in" => drop_one(asked, choices),
        "glob" => *asked = json!(specialised(asked.as_str().unwrap(), choices)),
        "min" => *asked = json!(asked.as_f64().unwrap() + number(choices).as_f64().unwrap().abs()),
        "max" => *asked = json!(asked.as_f64().unwrap() - number(choices).as_f64().unwrap().abs()),
        _ => {}
    }
}

fn lower_uses(uses: &mut Value, choices: &mut Choices) {
    match uses["max"].as_u64() {
        Some(max) => uses["max"] = json!(1 + choices.below(max as usize)),
        None => *uses = json!({"max": 3, "allowance": "x"}),
    }
}
