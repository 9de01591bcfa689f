//! The members of a case, and the notation for long values.

use crate::examples::{given, items, text};
use edgewrit_shared::json::{self, Json, JsonError};
use std::borrow::Cow;

const VALUES: usize = 100_000;

/// One case, or one object in it.
pub(crate) struct VectorCase<'j>(pub(crate) &'j Json);

impl<'j> VectorCase<'j> {
    /// Fails on members that are not `known`.
    pub(crate) fn only(&self, known: &[&str]) {
        let Json::Object(members) = self.0 else {
            panic!("{:?} is an object", self.0);
        };
        for (name, _) in members {
            assert!(
                known.contains(&name.as_str()),
                "unknown member `{name}` in {:?}",
                self.0
            );
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.member(name).is_some()
    }

    /// The text of member `name`, with its parts joined.
    pub(crate) fn text(&self, name: &str) -> String {
        joined(given(self.0, name))
    }

    pub(crate) fn bool(&self, name: &str) -> bool {
        match given(self.0, name) {
            Json::Bool(value) => *value,
            other => panic!("`{name}` is {other:?}, expected `true` or `false`"),
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn whole(&self, name: &str) -> u64 {
        match given(self.0, name) {
            Json::Number(number) => number.to_string().parse().unwrap(),
            other => panic!("`{name}` is {other:?}, expected a number"),
        }
    }

    pub(crate) fn list(&self, name: &str) -> &'j [Json] {
        items(given(self.0, name))
    }

    /// The texts of a list, sorted, each once.
    pub(crate) fn set(&self, name: &str) -> Vec<String> {
        sorted(self.list(name).iter().map(|item| text(item).into()))
    }

    /// Member `name`, or the value that the text of member `name_json` spells.
    pub(crate) fn json(&self, name: &str) -> Result<Cow<'j, Json>, JsonError> {
        match self.0.member(&format!("{name}_json")) {
            Some(spelled) => json::parse(joined(spelled).as_bytes(), VALUES).map(Cow::Owned),
            None => Ok(Cow::Borrowed(given(self.0, name))),
        }
    }

    /// The value of [`Self::json`], which must be JSON.
    pub(crate) fn value(&self, name: &str) -> Cow<'j, Json> {
        self.json(name).unwrap()
    }
}

pub(crate) fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// A text, or a list of its parts.
fn joined(json: &Json) -> String {
    match json {
        Json::Text(text) => text.clone(),
        parts => items(parts).iter().map(part).collect(),
    }
}

fn part(json: &Json) -> String {
    if let Json::Text(text) = json {
        return text.clone();
    }
    let part = VectorCase(json);
    part.only(&["repeat", "times", "between"]);
    let between = json.member("between").map_or("", text);
    let turns: Vec<String> = (1..=part.whole("times"))
        .map(|turn| part.text("repeat").replace("{n}", &turn.to_string()))
        .collect();
    turns.join(between)
}
