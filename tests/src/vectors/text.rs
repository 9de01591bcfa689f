//! The texts of the vectors: strings, and parts that JSON cannot hold or that depend on what is running.

use crate::http::{field, frame, kind};
use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// A string, or parts that are joined.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Text {
    // First, because an array of one string could be read as a struct with one field.
    /// Several parts.
    Parts(Vec<Part>),
    /// One.
    One(Part),
}

/// One part of a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// A string, its names filled in.
    Plain(String),
    /// A string, again and again.
    Repeat(Repeat),
    /// Bytes.
    Base64(Base64),
    /// In raw requests: a pause, which splits the write.
    Wait(Wait),
    /// In raw requests: a text written byte by byte.
    BytesOf(BytesOf),
    /// The length of a text, in decimal digits.
    LengthOf(LengthOf),
    /// In raw requests: the end of the connection.
    Close(Close),
    /// Fields of a frame, each as a literal.
    Fields(Fields),
    /// A frame of HTTP/2.
    Frame(Frame),
}

/// `{"repeat": "a", "times": 1000}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    repeat: String,
    times: usize,
}

/// `{"base64": "AP8="}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base64 {
    base64: String,
}

/// `{"wait_ms": 50}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    wait_ms: u64,
}

/// `{"bytes_of": text}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BytesOf {
    bytes_of: Box<Text>,
}

/// `{"length_of": text}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthOf {
    length_of: Box<Text>,
}

/// `{"close": true}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    close: bool,
}

/// `{"fields": [[":method", "GET"]]}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    fields: Vec<(Text, Text)>,
}

/// `{"frame": "headers", "stream": 1, "flags": 5, "payload": text}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    frame: String,
    #[serde(default)]
    stream: u32,
    #[serde(default)]
    flags: u8,
    payload: Option<Box<Text>>,
}

/// What stands in for `{writ}`, `{host}`, `{upstream}`, `{evil}`, `{issuer}` and the names of the upstreams.
#[derive(Clone, Debug, Default)]
pub struct Names {
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

impl Names {
    /// The same for a request that arrives at the upstream called `name`.
    #[must_use]
    pub fn at(&self, name: &str) -> Self {
        let upstream = self.upstreams.get(name).unwrap_or(&self.upstream).clone();
        Self {
            upstream,
            ..self.clone()
        }
    }

    fn fill(&self, text: &str) -> Result<String> {
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

impl Text {
    fn parts(&self) -> &[Part] {
        match self {
            Self::One(part) => std::slice::from_ref(part),
            Self::Parts(parts) => parts,
        }
    }

    /// The text as bytes.
    ///
    /// # Errors
    /// If a part belongs into raw requests only, or names a writ that is not there.
    pub fn bytes(&self, names: &Names) -> Result<Vec<u8>> {
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
    pub fn string(&self, names: &Names) -> Result<String> {
        String::from_utf8(self.bytes(names)?).context("a text that should be UTF-8")
    }

    /// The text as steps of writing, for raw requests.
    ///
    /// # Errors
    /// If it names a writ that is not there.
    pub fn writes(&self, names: &Names) -> Result<Vec<Write>> {
        let mut writes = Vec::new();
        for part in self.parts() {
            match (part, part.bytes(names)?, writes.last_mut()) {
                (_, Some(more), Some(Write::Bytes(bytes))) => bytes.extend(more),
                (_, Some(bytes), _) => writes.push(Write::Bytes(bytes)),
                (Part::Wait(wait), ..) => writes.push(Write::Wait(Duration::from_millis(wait.wait_ms))),
                (Part::BytesOf(part), ..) => writes.extend(one_by_one(part.bytes_of.bytes(names)?)),
                (Part::Close(Close { close: true }), ..) => writes.push(Write::Close),
                _ => {}
            }
        }
        Ok(writes)
    }
}

/// Every byte in a write of its own; the pauses of no length keep what follows from being joined to the last.
fn one_by_one(bytes: Vec<u8>) -> impl Iterator<Item = Write> {
    let step = |byte| [Write::Bytes(vec![byte]), Write::Wait(Duration::ZERO)];
    bytes.into_iter().flat_map(step)
}

impl Part {
    fn bytes(&self, names: &Names) -> Result<Option<Vec<u8>>> {
        Ok(match self {
            Self::Plain(text) => Some(names.fill(text)?.into_bytes()),
            Self::Repeat(Repeat { repeat, times }) => Some(names.fill(repeat)?.repeat(*times).into_bytes()),
            Self::Base64(Base64 { base64 }) => Some(STANDARD.decode(base64).context("a part in base64")?),
            Self::LengthOf(LengthOf { length_of }) => Some(length_of.bytes(names)?.len().to_string().into_bytes()),
            Self::Fields(Fields { fields }) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| Ok(field(&name.bytes(names)?, &value.bytes(names)?)));
                Some(fields.collect::<Result<Vec<_>>>()?.concat())
            }
            Self::Frame(Frame {
                frame: name,
                stream,
                flags,
                payload,
            }) => {
                let payload = payload.as_ref().map(|payload| payload.bytes(names)).transpose()?;
                let kind = kind(name).with_context(|| format!("`{name}` is no frame"))?;
                Some(frame(kind, *flags, *stream, &payload.unwrap_or_default()))
            }
            Self::Wait(_) | Self::BytesOf(_) | Self::Close(_) => None,
        })
    }
}
