//! Steps that narrow a grant: each makes a child whose authority is within the parent by
//! construction.

use crate::cases::made::{Choices, kind, number, pattern, rule, value};
use edgewrit_shared::grant::Pattern;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `parent` after one step, or unchanged if the step does not apply.
pub(crate) fn step(parent: &Value, choices: &mut Choices) -> Value {
    let mut child = parent.clone();
    if let Some(scope) = child["scope"].as_str() {
        let parts: Vec<&str> = scope.splitn(3, ':').collect();
        return match parts.as_slice() {
            [action, resource, "*"] => json!({"type": "writ", "scope": format!("{action}:{resource}:x")}),
            _ => child,
        };
    }
    match choices.below(7) {
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
        5 => lower_uses(&mut child["uses"], choices),
        _ => shorten_window(&mut child, choices),
    }
    without_nulls(&mut child);
    child
}

/// Removes null members, which the access to a missing member has made.
pub(crate) fn without_nulls(grant: &mut Value) {
    if let Some(members) = grant.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
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
    // A list has no duplicates, and `\a` is `a`.
    let spelled: BTreeMap<String, Value> = items
        .drain(..)
        .map(|item| (Pattern::parse(item.as_str().unwrap()).unwrap().to_string(), item))
        .collect();
    items.extend(spelled.into_values());
}

/// `from` with one star made more specific: by letters and stars, or for `**` by any pattern.
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
    tighten(rules.get_mut(choices.pick(&names)).unwrap(), choices);
}

fn tighten(rule: &mut Value, choices: &mut Choices) {
    let kinds: Vec<String> = rule.as_object().unwrap().keys().cloned().collect();
    let name = choices.pick(&kinds).as_str();
    match name {
        "absent" => {}
        "optional" => tighten_optional(rule, choices),
        _ if choices.one_in(3) => {
            let (kind, operand) = kind(choices);
            rule.as_object_mut().unwrap().entry(kind).or_insert(operand);
        }
        "in" if choices.one_in(2) && !kinds.contains(&"eq".into()) => {
            let value = choices.pick(rule["in"].as_array().unwrap()).clone();
            let members = rule.as_object_mut().unwrap();
            members.remove("in");
            members.insert("eq".into(), value);
        }
        _ => tighten_kind(name, &mut rule[name], choices),
    }
}

fn tighten_optional(rule: &mut Value, choices: &mut Choices) {
    match choices.below(3) {
        0 => *rule = json!({"absent": true}),
        1 => *rule = rule["optional"].take(),
        _ => tighten(&mut rule["optional"], choices),
    }
}

fn tighten_kind(name: &str, operand: &mut Value, choices: &mut Choices) {
    let text = operand.as_str().unwrap_or_default().to_owned();
    let by = choices.below(2) as u64;
    match name {
        "in" => drop_one(operand, choices),
        "not_in" => exclude_another(operand.as_array_mut().unwrap(), choices),
        "glob" => *operand = json!(specialised(&text, choices)),
        "min" => *operand = json!(operand.as_f64().unwrap() + number(choices).as_f64().unwrap().abs()),
        "max" => *operand = json!(operand.as_f64().unwrap() - number(choices).as_f64().unwrap().abs()),
        "length" => {
            operand["min"] = json!(operand["min"].as_u64().unwrap_or(0) + by);
            operand["max"] = json!(operand["max"].as_u64().unwrap_or(9).saturating_sub(by));
        }
        "each" => tighten(operand, choices),
        "under" => *operand = json!(format!("{}/{}", text.trim_end_matches('/'), choices.pick(&["a", "b"]))),
        "domain" => {
            if let Some(name) = text.strip_prefix("*.") {
                *operand = json!(format!("{}{name}", choices.pick(&["c.", "*.c.", "a.c."])));
            }
        }
        "cidr" => match text.as_str() {
            "10.0.0.0/31" => *operand = json!(choices.pick(&["10.0.0.0/32", "10.0.0.1/32"])),
            "0.0.0.0/0" => *operand = json!(choices.pick(&["10.0.0.0/8", "128.0.0.0/1"])),
            "::/0" => *operand = json!("2001:db8::/32"),
            _ => {}
        },
        _ => {}
    }
}

/// Another value of a type that is listed already: a value of a new type would widen the rule.
fn exclude_another(values: &mut Vec<Value>, choices: &mut Choices) {
    let another = value(choices);
    let is_same_type = |own: &Value| std::mem::discriminant(own) == std::mem::discriminant(&another);
    if values.iter().any(is_same_type) && !values.contains(&another) {
        values.push(another);
    }
}

fn shorten_window(grant: &mut Value, choices: &mut Choices) {
    let first = grant["not_before"].as_u64().unwrap_or(0) + choices.below(3) as u64;
    let end = grant["not_after"]
        .as_u64()
        .unwrap_or(14)
        .saturating_sub(choices.below(3) as u64);
    if first < end {
        grant["not_before"] = json!(first);
        grant["not_after"] = json!(end);
    }
}

fn lower_uses(uses: &mut Value, choices: &mut Choices) {
    match uses["max"].as_u64() {
        Some(max) => uses["max"] = json!(1 + choices.below(max as usize)),
        None => *uses = json!({"max": 3, "allowance": "x"}),
    }
}
