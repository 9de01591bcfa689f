//! `POST /v1/edges/boot`: an id for one memory of an edge, under which the edge numbers its spends
//! and records. The status of the answer is 201.

use super::read_text;
use crate::id::ID_BYTES;
use crate::json::object::quoted;
use alloc::format;
use alloc::string::String;

/// The path.
pub const PATH: &str = "/v1/edges/boot";
/// The body of the request.
pub const REQUEST: &[u8] = b"{}";

/// The body of the answer.
#[must_use]
pub fn write_answer(boot_id: &str) -> String {
    format!(r#"{{"boot_id":{}}}"#, quoted(boot_id))
}

/// The boot id in the body of an answer, if an edge accepts the id.
#[must_use]
pub fn read_answer(body: &[u8]) -> Option<String> {
    read_text(body, "boot_id").filter(|id| !id.is_empty() && id.len() <= ID_BYTES)
}
