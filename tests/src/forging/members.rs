//! The members of a header or of claims, as JSON text, so that what a case spells oddly stays
//! spelled oddly.

use super::{IssuerKeys, SignerChoice};
use crate::text::{NameValues, TextSpec};
use anyhow::{Context as _, Result};
use edgewrit_shared::time::UnixSeconds;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A name and a value, the value as JSON text.
pub type Member = (String, String);

/// The special forms of a value; anything else is the value itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum SpecialForm {
    Now(Now),
    Raw(Raw),
    Text(OfText),
    KidOf(KidOf),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Now {
    now: i64,
    #[serde(default)]
    suffix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    raw: TextSpec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfText {
    text: TextSpec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KidOf {
    kid_of: SignerChoice,
}

/// The keys, names and time to which special forms refer.
pub(super) struct Reference<'a> {
    pub(super) keys: &'a IssuerKeys,
    pub(super) names: &'a NameValues,
    pub(super) now: UnixSeconds,
}

impl Reference<'_> {
    /// Applies `overrides` to `members`: null removes, everything else replaces or is added.
    pub(super) fn apply(&self, members: &mut Vec<Member>, overrides: &BTreeMap<String, Box<RawValue>>) -> Result<()> {
        for (name, value) in overrides {
            let value = match value.get() {
                "null" => None,
                text => Some(self.value(text).with_context(|| format!("the override of `{name}`"))?),
            };
            let at = members.iter().position(|(own, _)| own == name);
            match (value, at.and_then(|at| members.get_mut(at))) {
                (Some(value), Some(member)) => member.1 = value,
                (Some(value), None) => members.push((name.clone(), value)),
                (None, _) => members.retain(|(own, _)| own != name),
            }
        }
        Ok(())
    }

    fn value(&self, json: &str) -> Result<String> {
        // An array of one string could be read as a form with one member.
        let form = json.starts_with('{').then(|| serde_json::from_str(json).ok()).flatten();
        Ok(match form {
            Some(SpecialForm::Now(Now { now, suffix })) => format!("{}{suffix}", self.now.0.saturating_add_signed(now)),
            Some(SpecialForm::Raw(Raw { raw })) => raw.string(self.names)?,
            Some(SpecialForm::Text(OfText { text })) => string(&text.string(self.names)?),
            Some(SpecialForm::KidOf(KidOf { kid_of })) => string(&self.kid(kid_of)),
            None => json.to_owned(),
        })
    }

    pub(super) fn kid(&self, of: SignerChoice) -> String {
        match of {
            SignerChoice::Writ | SignerChoice::None => self.keys.writ.kid(),
            SignerChoice::Bundle => self.keys.bundle.kid(),
            SignerChoice::Unknown => self.keys.unknown.kid(),
        }
    }
}

/// A JSON string.
pub(super) fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The members as one JSON object.
pub(super) fn object(members: &[Member]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("{}:{value}", string(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}
