//! The header of a JWS: `alg`, `kid`, `typ`.

use super::{Algorithm, JwsError, JwsKind, KeyHeader};
use crate::json::{self, Json};
use alloc::format;
use alloc::string::String;

/// Most values in a header: three members, and more so that an error can name another member.
const VALUES: usize = 64;

/// The values of a header that the reader does not know already.
#[derive(Debug)]
pub(super) struct JoseHeader {
    pub(super) kid: String,
}

impl JoseHeader {
    /// Reads the header of a document of `kind`.
    pub(super) fn read(bytes: &[u8], kind: JwsKind) -> Result<Self, JwsError> {
        let header = json::parse(bytes, VALUES).map_err(JwsError::Header)?;
        let Json::Object(members) = &header else {
            return Err(JwsError::HeaderShape);
        };
        match read_text(&header, "alg")? {
            "EdDSA" | "Ed25519" => {}
            other => return Err(JwsError::Algorithm { found: other.into() }),
        }
        match read_text(&header, "typ")? {
            typ if typ == kind.typ() => {}
            other => {
                return Err(JwsError::Type {
                    found: other.into(),
                    expected: kind.typ(),
                });
            }
        }
        for (name, _) in members {
            check_member(name)?;
        }
        let kid = read_text(&header, "kid")?.into();
        Ok(Self { kid })
    }
}

fn read_text<'a>(header: &'a Json, name: &'static str) -> Result<&'a str, JwsError> {
    match header.member(name) {
        Some(Json::Text(text)) => Ok(text),
        _ => Err(JwsError::HeaderMember(name)),
    }
}

/// Checks that a member may be in a header. Members with known attacks have errors of their own.
fn check_member(name: &str) -> Result<(), JwsError> {
    match name {
        "alg" | "kid" | "typ" => Ok(()),
        "crit" => Err(JwsError::Critical),
        "b64" => Err(JwsError::Unencoded),
        "jwk" => Err(JwsError::KeyBrought(KeyHeader::Jwk)),
        "jku" => Err(JwsError::KeyBrought(KeyHeader::Jku)),
        "x5u" => Err(JwsError::KeyBrought(KeyHeader::X5u)),
        _ => Err(JwsError::UnknownMember { name: name.into() }),
    }
}

/// The header as JSON text.
pub(super) fn write(kind: JwsKind, algorithm: Algorithm, kid: &str) -> String {
    format!(
        r#"{{"alg":"{}","kid":"{kid}","typ":"{}"}}"#,
        algorithm.name(),
        kind.typ()
    )
}
