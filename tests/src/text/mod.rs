//! The texts of the vectors: strings, and parts that JSON cannot hold or that depend on what is
//! running.

mod part;

use anyhow::{Context as _, Result, bail};
use part::{Close, TextPart};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// A string, or parts that are joined.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum TextSpec {
    // First, because an array of one string could be read as a struct with one field.
    /// Several parts.
    Parts(Vec<TextPart>),
    /// One part.
    One(TextPart),
}

/// The values of `{writ}`, `{host}`, `{upstream}`, `{evil}`, `{issuer}` and the names of the
/// upstreams.
#[derive(Clone, Debug, Default)]
pub struct NameValues {
    /// The writ of the case.
    pub writ: Option<String>,
    /// The authority that the client dials.
    pub host: String,
    /// The authority of the upstream that the case is about.
    pub upstream: String,
    /// The authority of the server that must never hear anything.
    pub evil: String,
    /// The issuer's origin.
    pub issuer: String,
    /// The authorities of all upstreams, by name.
    pub upstreams: BTreeMap<String, String>,
}

impl NameValues {
    /// The same for a request that arrives at the upstream called `name`.
    #[must_use]
    pub fn at(&self, name: &str) -> Self {
        let upstream = self.upstreams.get(name).unwrap_or(&self.upstream).clone();
        Self {
            upstream,
            ..self.clone()
        }
    }

    pub(crate) fn fill(&self, text: &str) -> Result<String> {
        let mut filled = text.to_owned();
        if filled.contains("{writ}") {
            let writ = self.writ.as_deref().context("`{writ}` in a case without a writ")?;
            filled = filled.replace("{writ}", writ);
        }
        let names = [
            ("{host}", &self.host),
            ("{upstream}", &self.upstream),
            ("{evil}", &self.evil),
            ("{issuer}", &self.issuer),
        ];
        let filled = names
            .iter()
            .fold(filled, |text, (name, value)| text.replace(name, value));
        let fill = |text: String, (name, value): (&String, &String)| text.replace(&format!("{{{name}}}"), value);
        Ok(self.upstreams.iter().fold(filled, fill))
    }
}

/// One step of writing a raw request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Bytes, in one write.
    Bytes(Vec<u8>),
    /// A pause.
    Wait(Duration),
    /// The end of the connection.
    Close,
}

impl TextSpec {
    fn parts(&self) -> &[TextPart] {
        match self {
            Self::One(part) => std::slice::from_ref(part),
            Self::Parts(parts) => parts,
        }
    }

    /// The text as bytes.
    ///
    /// # Errors
    /// If a part belongs into raw requests only, or names a writ that is not there.
    pub fn bytes(&self, names: &NameValues) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for part in self.parts() {
            match part.bytes(names)? {
                Some(part) => bytes.extend(part),
                None => bail!("a part that belongs into raw requests only"),
            }
        }
        Ok(bytes)
    }

    /// The text as a string.
    ///
    /// # Errors
    /// As [`Self::bytes`], and if it is not UTF-8.
    pub fn string(&self, names: &NameValues) -> Result<String> {
        String::from_utf8(self.bytes(names)?).context("a text that should be UTF-8")
    }

    /// The text as steps of writing, for raw requests.
    ///
    /// # Errors
    /// If it names a writ that is not there.
    pub fn writes(&self, names: &NameValues) -> Result<Vec<Write>> {
        let mut writes = Vec::new();
        for part in self.parts() {
            match (part, part.bytes(names)?, writes.last_mut()) {
                (_, Some(more), Some(Write::Bytes(bytes))) => bytes.extend(more),
                (_, Some(bytes), _) => writes.push(Write::Bytes(bytes)),
                (TextPart::Wait(wait), ..) => writes.push(Write::Wait(Duration::from_millis(wait.wait_ms))),
                (TextPart::BytesOf(part), ..) => writes.extend(one_by_one(part.bytes_of.bytes(names)?)),
                (TextPart::Close(Close { close: true }), ..) => writes.push(Write::Close),
                _ => {}
            }
        }
        Ok(writes)
    }
}

/// Every byte in a write of its own; the pauses of no length keep what follows from being joined to
/// the last.
fn one_by_one(bytes: Vec<u8>) -> impl Iterator<Item = Write> {
    let step = |byte| [Write::Bytes(vec![byte]), Write::Wait(Duration::ZERO)];
    bytes.into_iter().flat_map(step)
}

/// `template` with its `${secret:NAME}` filled in.
#[must_use]
pub fn fill_secrets(template: &str, secrets: &BTreeMap<String, String>) -> String {
    secrets.iter().fold(template.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{secret:{name}}}"), value)
    })
}
