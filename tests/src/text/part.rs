//! The parts of a text.

use super::{NameValues, TextSpec};
use crate::http::{field, frame, kind};
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// One part of a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum TextPart {
    /// A string, its names filled in.
    Plain(String),
    /// A string, again and again.
    Repeat(Repeat),
    /// Bytes, in base64.
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
    Fields(FieldBlock),
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
    pub(super) wait_ms: u64,
}

/// `{"bytes_of": text}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BytesOf {
    pub(super) bytes_of: Box<TextSpec>,
}

/// `{"length_of": text}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthOf {
    length_of: Box<TextSpec>,
}

/// `{"close": true}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    pub(super) close: bool,
}

/// `{"fields": [[":method", "GET"]]}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldBlock {
    fields: Vec<(TextSpec, TextSpec)>,
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
    payload: Option<Box<TextSpec>>,
}

impl TextPart {
    /// The bytes of the part; `None` if it is a step of writing raw requests.
    pub(super) fn bytes(&self, names: &NameValues) -> Result<Option<Vec<u8>>> {
        Ok(match self {
            Self::Plain(text) => Some(names.fill(text)?.into_bytes()),
            Self::Repeat(Repeat { repeat, times }) => Some(names.fill(repeat)?.repeat(*times).into_bytes()),
            Self::Base64(Base64 { base64 }) => Some(STANDARD.decode(base64).context("a part in base64")?),
            Self::LengthOf(LengthOf { length_of }) => Some(length_of.bytes(names)?.len().to_string().into_bytes()),
            Self::Fields(fields) => Some(fields.bytes(names)?),
            Self::Frame(frame) => Some(frame.bytes(names)?),
            Self::Wait(_) | Self::BytesOf(_) | Self::Close(_) => None,
        })
    }
}

impl FieldBlock {
    fn bytes(&self, names: &NameValues) -> Result<Vec<u8>> {
        let fields = self.fields.iter();
        let fields = fields.map(|(name, value)| Ok(field(&name.bytes(names)?, &value.bytes(names)?)));
        Ok(fields.collect::<Result<Vec<_>>>()?.concat())
    }
}

impl Frame {
    fn bytes(&self, names: &NameValues) -> Result<Vec<u8>> {
        let payload = self.payload.as_ref().map(|payload| payload.bytes(names)).transpose()?;
        let kind = kind(&self.frame).with_context(|| format!("`{}` is no frame", self.frame))?;
        Ok(frame(kind, self.flags, self.stream, &payload.unwrap_or_default()))
    }
}
