//! The header of a JWS: `alg`, `kid`, `typ`.

use super::{Algorithm, Brought, JwsError, JwsKind};
use crate::json::{self, Json};
use alloc::format;
use alloc::string::String;

/// Values in a header: three members are read, and enough more to say which of the others stands there.
const VALUES: usize = 64;

/// What a header says that the reader does not know already.
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

/// Whether a member may stand in a header. Those with a meaning that has been exploited are told apart.
fn check_member(name: &str) -> Result<(), JwsError> {
    match name {
        "alg" | "kid" | "typ" => Ok(()),
        "crit" => Err(JwsError::Critical),
        "b64" => Err(JwsError::Unencoded),
        "jwk" => Err(JwsError::KeyBrought(Brought::Jwk)),
        "jku" => Err(JwsError::KeyBrought(Brought::Jku)),
        "x5u" => Err(JwsError::KeyBrought(Brought::X5u)),
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
