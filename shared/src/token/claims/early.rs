//! The few claims by which a writ can be refused before its signature is checked. These claims are
//! unauthenticated: this reader only refuses, and after the signature all claims are read again.
//!
//! Only here are dates still text. A [`Json`] number is a value, and `1e9` has the value of a date.

use super::read::read_audience;
use crate::json::{self, Json};
use crate::limits::JSON_VALUES;
use crate::time::UnixSeconds;
use crate::token::TokenError;
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::str;

/// Values in a form of `iss` or `aud`: an array of one string.
const VALUES: usize = 2;

/// The claims that are read. A duplicate is refused, because readers differ in the one that they
/// take.
const NAMES: [&str; 5] = ["iss", "aud", "iat", "nbf", "exp"];

/// The claims, unverified.
#[derive(Debug)]
pub(crate) struct EarlyClaims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) iat: UnixSeconds,
    pub(crate) nbf: UnixSeconds,
    pub(crate) exp: UnixSeconds,
}

impl EarlyClaims {
    /// Reads the early claims of a payload and skips the rest.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, TokenError> {
        // As text, because the parser does not check the bytes that it skips.
        let text = str::from_utf8(payload).ok();
        let members = text.and_then(|text| json::members_as_written(text, JSON_VALUES));
        let members = members.ok_or_else(|| find_error(payload))?;
        let named = |name: &'static str| {
            members
                .iter()
                .filter(move |(own, _)| own == name)
                .map(|(_, text)| *text)
        };
        if NAMES.into_iter().any(|name| named(name).nth(1).is_some()) {
            return Err(find_error(payload));
        }
        let [iss, aud, iat, nbf, exp] = NAMES.map(|name| named(name).next());
        Ok(Self {
            iss: read_issuer(iss)?,
            aud: read_audience(parse_value(aud).as_ref())?.to_owned(),
            iat: read_date(iat, "iat")?,
            nbf: read_date(nbf, "nbf")?,
            exp: read_date(exp, "exp")?,
        })
    }
}

/// The error of a payload. The full parser decides about it.
fn find_error(payload: &[u8]) -> TokenError {
    match json::parse(payload, JSON_VALUES) {
        Err(error) => TokenError::Payload(error),
        Ok(_) => TokenError::Claim {
            name: "iss",
            expected: "to be a member of an object",
        },
    }
}

fn parse_value(written: Option<&str>) -> Option<Json> {
    json::parse(written?.as_bytes(), VALUES).ok()
}

fn read_issuer(written: Option<&str>) -> Result<String, TokenError> {
    match parse_value(written) {
        Some(Json::Text(iss)) => Ok(iss),
        _ => Err(TokenError::Claim {
            name: "iss",
            expected: "a string",
        }),
    }
}

/// A date of digits only; JSON has no leading zeros.
fn read_date(written: Option<&str>, name: &'static str) -> Result<UnixSeconds, TokenError> {
    written
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .map(UnixSeconds)
        .ok_or(TokenError::Date { name })
}
