//! Problems of the issuer (RFC 9457) that an edge tells apart.

use super::read_text;
use alloc::string::String;

/// The beginning of the type of every problem of an edge or an issuer. The code of the problem
/// follows.
pub const TYPE_PREFIX: &str = "urn:edgewrit:error:";
/// The code of a boot that the issuer no longer knows, with the status 404. The edge needs another
/// boot id.
pub const UNKNOWN_BOOT: &str = "unknown_boot";
/// The code of a debit for which no uses are left, with the status 409.
pub const USES_EXHAUSTED: &str = "uses_exhausted";

/// The type of a problem document.
#[must_use]
pub fn read_type(body: &[u8]) -> Option<String> {
    read_text(body, "type")
}

/// Whether `found`, the type of a problem, is the type with this code.
#[must_use]
pub fn is_type(found: Option<&str>, code: &str) -> bool {
    found.and_then(|found| found.strip_prefix(TYPE_PREFIX)) == Some(code)
}
