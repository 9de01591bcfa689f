//! Boot ids: the name that the issuer gives to one memory of an edge, under which it counts what that memory spends and records.

use crate::config::Config;
use crate::issuer::call::{Call, IssuerAnswer};
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::JSON_VALUES;

/// Longest boot id that is taken from the issuer, in bytes.
const BOOT_ID_BYTES: usize = 128;
/// The issuer has forgotten the boot: another one is needed.
const UNKNOWN: &str = "urn:edgewrit:error:unknown_boot";

/// The call that asks for a boot id.
pub(crate) fn boot_call(config: &Config) -> Call {
    Call::post(config, "/v1/edges/boot", Vec::from(*b"{}"))
}

/// The boot id in a body that was answered with 201.
pub(crate) fn read_boot_id(body: &[u8]) -> Option<String> {
    read_text(body, "boot_id").filter(|id| !id.is_empty() && id.len() <= BOOT_ID_BYTES)
}

/// Whether a problem's type says that the issuer does not know the boot.
pub(crate) fn is_unknown(answer: IssuerAnswer<'_>) -> bool {
    matches!(answer, IssuerAnswer::Got { status: 404, body } if problem_type(body).as_deref() == Some(UNKNOWN))
}

/// The type of a problem document (RFC 9457).
pub(crate) fn problem_type(body: &[u8]) -> Option<String> {
    read_text(body, "type")
}

fn read_text(body: &[u8], name: &str) -> Option<String> {
    match json::parse(body, JSON_VALUES).ok()?.member(name) {
        Some(Json::Text(text)) => Some(text.clone()),
        _ => None,
    }
}
