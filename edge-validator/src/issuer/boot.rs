//! Boot ids. The issuer gives a boot id to one memory of an edge and counts the spends and records
//! of that memory under it.

use crate::config::Config;
use crate::issuer::call::{Call, IssuerAnswer};
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::JSON_VALUES;

/// Longest boot id that the edge accepts from the issuer, in bytes.
const BOOT_ID_BYTES: usize = 128;
/// The problem type of a boot that the issuer no longer knows. The edge needs another boot id.
const UNKNOWN: &str = "urn:edgewrit:error:unknown_boot";

/// The call that asks for a boot id.
pub(crate) fn boot_call(config: &Config) -> Call {
    Call::post(config, "/v1/edges/boot", Vec::from(*b"{}"))
}

/// The boot id in the body of a response with status 201.
pub(crate) fn read_boot_id(body: &[u8]) -> Option<String> {
    read_text(body, "boot_id").filter(|id| !id.is_empty() && id.len() <= BOOT_ID_BYTES)
}

/// Whether the type of a problem says that the issuer does not know the boot.
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
