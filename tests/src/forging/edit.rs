//! The edits that a case can ask for.

use anyhow::anyhow;
use serde::Deserialize;
use std::str::FromStr;

/// A change of a writ besides its claims. `tests/vectors/README.md` describes each change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[expect(missing_docs, reason = "named as the README of the vectors names them")]
pub enum Edit {
    #[default]
    None,
    PadHeader,
    PadPayload,
    StandardAlphabetPayload,
    TrailingBitsPayload,
    DuplicateClaim(String),
    DuplicateHeader(String),
    FlipSignatureBit,
    TruncateSignature,
    ExtendSignature,
    EmptySignature,
    ZeroSignature,
    SignaturePlusOrder,
    PadSignature,
    TrailingBitsSignature,
    ChangePayload {
        old: String,
        new: String,
    },
    TwoParts,
    FourParts,
    FiveParts,
    DetachedPayload,
    JsonSerialisation,
}

impl FromStr for Edit {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.splitn(3, ':');
        let name = words.next().unwrap_or_default();
        Ok(match (name, words.next(), words.next()) {
            ("duplicate-claim", Some(claim), None) => Self::DuplicateClaim(claim.into()),
            ("duplicate-header", Some(member), None) => Self::DuplicateHeader(member.into()),
            ("change-payload", Some(old), Some(new)) => Self::ChangePayload {
                old: old.into(),
                new: new.into(),
            },
            (name, None, None) => plain(name).ok_or_else(|| anyhow!("no edit is called `{text}`"))?,
            _ => return Err(anyhow!("no edit is called `{text}`")),
        })
    }
}

impl TryFrom<String> for Edit {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

fn plain(name: &str) -> Option<Edit> {
    Some(match name {
        "pad-header" => Edit::PadHeader,
        "pad-payload" => Edit::PadPayload,
        "standard-alphabet-payload" => Edit::StandardAlphabetPayload,
        "trailing-bits-payload" => Edit::TrailingBitsPayload,
        "flip-signature-bit" => Edit::FlipSignatureBit,
        "truncate-signature" => Edit::TruncateSignature,
        "extend-signature" => Edit::ExtendSignature,
        "empty-signature" => Edit::EmptySignature,
        "zero-signature" => Edit::ZeroSignature,
        "signature-plus-order" => Edit::SignaturePlusOrder,
        "pad-signature" => Edit::PadSignature,
        "trailing-bits-signature" => Edit::TrailingBitsSignature,
        "two-parts" => Edit::TwoParts,
        "four-parts" => Edit::FourParts,
        "five-parts" => Edit::FiveParts,
        "detached-payload" => Edit::DetachedPayload,
        "json-serialisation" => Edit::JsonSerialisation,
        _ => return None,
    })
}
