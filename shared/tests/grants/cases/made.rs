//! Generated grants and attempts, each from a number, over an alphabet so small that they often
//! overlap. The number identifies a failing case.

use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::json::number::Number;
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Number of cases between two lines of progress.
const REPORTED: u64 = 250_000;

/// `few` cases, or as many as `EDGEWRIT_CASES` says (`cargo xtask laws`).
pub(crate) fn cases(few: u64) -> impl Iterator<Item = u64> {
    let many = std::env::var("EDGEWRIT_CASES").map(|many| many.parse().expect("EDGEWRIT_CASES is a number"));
    (0..many.unwrap_or(few)).inspect(|done| {
        if *done > 0 && done % REPORTED == 0 {
            report(&format!("{done} cases so far"));
        }
    })
}

/// Prints a line that begins with the running test's name.
pub(crate) fn report(line: &str) {
    println!("{}: {line}", std::thread::current().name().unwrap_or_default());
}

/// Whether the long form of the tests runs, which goes through all cases of a size.
pub(crate) fn is_long() -> bool {
    std::env::var_os("EDGEWRIT_CASES").is_some()
}

/// A stream of choices: SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    pub(crate) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// A list of one to `most` different values.
    pub(crate) fn some(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> Value) -> Value {
        let count = 1 + self.below(most);
        let made = (0..count).map(|_| make(self));
        let made: BTreeMap<String, Value> = made.map(|value| (value.to_string(), value)).collect();
        made.into_values().collect()
    }
}

const ACTIONS: [&str; 4] = ["a", "b", "c", "d"];
const PARAMS: [&str; 3] = ["p", "q", "r"];
const TEXTS: [&str; 10] = ["", "a", "b", "ab", "a/b", "*", "b*", "/a", "10.0.0.1", "https://a.b/"];
const NUMBERS: [f64; 7] = [-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0];

pub(crate) fn grant(choices: &mut Choices) -> Value {
    if choices.one_in(8) {
        return json!({"type": "writ", "scope": scope(choices)});
    }
    let mut grant = json!({
        "type": "writ",
        "actions": choices.some(3, |choices| json!(choices.pick(&ACTIONS))),
        "resources": choices.some(3, |choices| json!(pattern(choices))),
    });
    let rules: Map<String, Value> = (0..choices.below(4))
        .map(|_| (choices.pick(&PARAMS).to_string(), rule(choices)))
        .collect();
    if !rules.is_empty() {
        grant["rules"] = Value::Object(rules);
    }
    if choices.one_in(4) {
        grant["uses"] = json!({"max": 1 + choices.below(4), "allowance": choices.pick(&["x", "y"])});
    }
    if choices.one_in(4) {
        let first = 1 + choices.below(6);
        grant["not_before"] = json!(first);
        grant["not_after"] = json!(first + 1 + choices.below(6));
        if let Some(bound) = [None, Some("not_before"), Some("not_after")][choices.below(3)] {
            grant.as_object_mut().unwrap().remove(bound);
        }
    }
    grant
}

/// A time near the bounds of the windows.
pub(crate) fn moment(choices: &mut Choices) -> UnixSeconds {
    UnixSeconds(choices.below(14) as u64)
}

fn scope(choices: &mut Choices) -> String {
    let identifier = if choices.one_in(2) {
        "*".into()
    } else {
        format!("a{}", word(choices))
    };
    format!("{}:{}:{identifier}", choices.pick(&ACTIONS), choices.pick(&["a", "b"]))
}

pub(crate) fn pattern(choices: &mut Choices) -> String {
    let mut tokens = Vec::new();
    for _ in 0..=choices.below(4) {
        let token = *choices.pick(&["a", "b", "*", "/", ":", "\\*"]);
        if (token, tokens.last()) != ("*", Some(&"*")) {
            tokens.push(token);
        }
    }
    if choices.one_in(3) && tokens.last() != Some(&"*") {
        tokens.push("**");
    }
    tokens.concat()
}

fn word(choices: &mut Choices) -> String {
    (0..choices.below(4))
        .map(|_| *choices.pick(&['a', 'b', 'x', '*', '/', ':']))
        .collect()
}

pub(crate) fn value(choices: &mut Choices) -> Value {
    match choices.below(5) {
        0 | 1 => json!(choices.pick(&TEXTS)),
        2 | 3 => number(choices),
        _ => json!(choices.one_in(2)),
    }
}

pub(crate) fn number(choices: &mut Choices) -> Value {
    json!(choices.pick(&NUMBERS))
}

const NETWORKS: [&str; 8] = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.128.0.0/9",
    "10.0.0.0/31",
    "10.0.0.1/32",
    "::/0",
    "2001:db8::/32",
    "2001:db8::1/128",
];

pub(crate) fn rule(choices: &mut Choices) -> Value {
    match choices.below(12) {
        0 => json!({"absent": true}),
        1 | 2 => json!({"optional": inner_rule(choices)}),
        _ => inner_rule(choices),
    }
}

/// A rule that may be inside another.
fn inner_rule(choices: &mut Choices) -> Value {
    let mut rule = Map::new();
    for _ in 0..=choices.below(2) {
        let (kind, operand) = kind(choices);
        rule.insert(kind.into(), operand);
    }
    Value::Object(rule)
}

pub(crate) fn kind(choices: &mut Choices) -> (&'static str, Value) {
    match choices.below(14) {
        0 | 1 => ("eq", value(choices)),
        2 | 3 => ("in", choices.some(4, value)),
        4 => ("not_in", choices.some(3, value)),
        5 | 6 => ("glob", json!(pattern(choices))),
        7 => ("min", number(choices)),
        8 => ("max", number(choices)),
        9 => ("length", length(choices)),
        10 => ("each", inner_rule(choices)),
        11 => ("under", json!(choices.pick(&["/", "/a", "/a/b", "/b"]))),
        12 => ("cidr", json!(choices.pick(&NETWORKS))),
        _ => (
            "domain",
            json!(choices.pick(&["a.b", "*.a.b", "*.b", "b", "c.a.b", "*.c.a.b"])),
        ),
    }
}

fn length(choices: &mut Choices) -> Value {
    match choices.below(3) {
        0 => json!({"min": choices.below(3)}),
        1 => json!({"max": choices.below(4)}),
        _ => json!({"min": choices.below(3), "max": choices.below(4)}),
    }
}

/// An attempt that `grant` probably permits.
pub(crate) fn attempt_near(grant: &Value, choices: &mut Choices) -> Attempt {
    if let Some(scope) = grant["scope"].as_str() {
        let (action, own) = scope.split_once(':').unwrap();
        let resource = own.strip_suffix('*').map(|prefix| prefix.to_owned() + &word(choices));
        return attempt(action, resource.unwrap_or(own.into()), Vec::new(), choices);
    }
    let action = grant["actions"]
        .as_array()
        .map(|actions| choices.pick(actions).as_str().unwrap())
        .unwrap();
    let resources = grant["resources"].as_array().unwrap();
    let resource = filled(choices.pick(resources).as_str().unwrap(), choices);
    let rules = grant["rules"].as_object().into_iter().flatten();
    let params = rules.filter_map(|(name, rule)| Some((name.clone(), param(&value_near(rule, choices)?))));
    let params = params.collect();
    attempt(action, resource, params, choices)
}

/// An attempt that is mostly as given.
fn attempt(action: &str, resource: String, params: Vec<(String, Param)>, choices: &mut Choices) -> Attempt {
    let mut params: Vec<_> = params.into_iter().filter(|_| !choices.one_in(16)).collect();
    for name in PARAMS {
        if choices.one_in(4) && params.iter().all(|(own, _)| own != name) {
            params.push((name.into(), param(&value(choices))));
        }
    }
    Attempt {
        action: if choices.one_in(16) {
            *choices.pick(&ACTIONS)
        } else {
            action
        }
        .into(),
        resource: if choices.one_in(16) { word(choices) } else { resource },
        params,
    }
}

fn param(value: &Value) -> Param {
    match value {
        Value::String(text) => Param::Text(text.clone()),
        Value::Number(number) => Param::Number(Number::parse(&number.to_string()).unwrap()),
        Value::Bool(value) => Param::Bool(*value),
        Value::Array(values) => Param::List(values.iter().map(param).collect()),
        _ => panic!("no parameter is {value}"),
    }
}

/// A value that `rule` probably admits, if it probably admits any.
fn value_near(rule: &Value, choices: &mut Choices) -> Option<Value> {
    let kinds: Vec<(&String, &Value)> = rule.as_object().unwrap().iter().collect();
    let (kind, operand) = *choices.pick(&kinds);
    match kind.as_str() {
        "absent" => None,
        "optional" if choices.one_in(3) => None,
        "optional" => value_near(operand, choices),
        _ if choices.one_in(16) => Some(value(choices)),
        kind => Some(value_near_kind(kind, operand, choices)),
    }
}

fn value_near_kind(kind: &str, operand: &Value, choices: &mut Choices) -> Value {
    let near = *choices.pick(&[0.0, 0.5, 1.0, 2.0, -0.5]);
    match (kind, operand) {
        ("eq", value) => value.clone(),
        ("in", Value::Array(values)) => choices.pick(values).clone(),
        ("glob", Value::String(pattern)) => json!(filled(pattern, choices)),
        ("min", bound) => json!(bound.as_f64().unwrap() + near),
        ("max", bound) => json!(bound.as_f64().unwrap() - near),
        ("each", inner) => (0..choices.below(4))
            .filter_map(|_| value_near(inner, choices))
            .collect(),
        ("length", _) if choices.one_in(2) => (0..choices.below(4)).map(|_| value(choices)).collect(),
        ("length", _) => json!(word(choices)),
        ("under", Value::String(base)) => json!(base.to_owned() + *choices.pick(&["", "/a", "a", "/b/c", "/.", "/"])),
        ("cidr", _) => json!(choices.pick(&[
            "10.0.0.0",
            "10.0.0.1",
            "10.0.0.2",
            "10.200.0.1",
            "2001:db8::1",
            "2001:db9::",
            "::1",
        ])),
        ("domain", _) => json!(format!(
            "https://{}/",
            choices.pick(&["a.b", "b", "c.a.b", "d.c.a.b", "ca.b"])
        )),
        _ => value(choices),
    }
}

/// A text that matches `pattern`, or nearly.
fn filled(pattern: &str, choices: &mut Choices) -> String {
    let mut text = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.as_str() == "*" => {
                text.push_str(&word(choices));
                break;
            }
            '*' => text += *choices.pick(&["", "a", "b", "xx", "*", "ab"]),
            '\\' => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    text
}
