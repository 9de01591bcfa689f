//! The few claims by which a writ can be refused before its signature is checked. Anybody may have written them: what is read
//! here only ever refuses, and everything is read again, in full, after the signature.
//!
//! This is also the one place where dates are still text. A [`Json`] number is a value, and `1e9` has the value of a date.

use super::read::audience;
use crate::json::{self, Json};
use crate::limits::JSON_VALUES;
use crate::time::UnixSeconds;
use crate::token::TokenError;
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::str;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Values in `iss` or `aud` as they may be: an array of one string.
const VALUES: usize = 2;

/// The claims, unverified.
#[derive(Debug)]
pub(crate) struct Early {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) iat: UnixSeconds,
    pub(crate) nbf: UnixSeconds,
    pub(crate) exp: UnixSeconds,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    iss: Option<&'a RawValue>,
    aud: Option<&'a RawValue>,
    iat: Option<&'a RawValue>,
    nbf: Option<&'a RawValue>,
    exp: Option<&'a RawValue>,
}

impl Early {
    /// Reads what is needed of a payload and skips the rest.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, TokenError> {
        // As text, for what is skipped in bytes is not looked at.
        let text = str::from_utf8(payload).map_err(|_| unreadable(payload))?;
        let raw: Raw<'_> = serde_json::from_str(text).map_err(|_| unreadable(payload))?;
        Ok(Self {
            iss: issuer(raw.iss)?,
            aud: audience(value(raw.aud).as_ref())?.to_owned(),
            iat: date(raw.iat, "iat")?,
            nbf: date(raw.nbf, "nbf")?,
            exp: date(raw.exp, "exp")?,
        })
    }
}

/// What is wrong with a payload, by the parser that has the last word.
fn unreadable(payload: &[u8]) -> TokenError {
    match json::parse(payload, JSON_VALUES) {
        Err(error) => TokenError::Payload(error),
        Ok(_) => TokenError::Claim {
            name: "iss",
            expected: "to be a member of an object",
        },
    }
}

fn value(raw: Option<&RawValue>) -> Option<Json> {
    json::parse(raw?.get().as_bytes(), VALUES).ok()
}

fn issuer(raw: Option<&RawValue>) -> Result<String, TokenError> {
    match value(raw) {
        Some(Json::Text(iss)) => Ok(iss),
        _ => Err(TokenError::Claim {
            name: "iss",
            expected: "a string",
        }),
    }
}

/// A date spelled in digits and nothing else; JSON has no leading zeros.
fn date(raw: Option<&RawValue>, name: &'static str) -> Result<UnixSeconds, TokenError> {
    raw.map(RawValue::get)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .map(UnixSeconds)
        .ok_or(TokenError::Date { name })
}
