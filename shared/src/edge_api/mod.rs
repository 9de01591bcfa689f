//! The protocol between edges and the issuer: paths, bodies with their writer and reader, limits
//! and problem types.
//!
//! An edge writes requests and reads answers, and the issuer reads requests and writes answers.
//! `docs/issuer.md` describes the same for people.

use crate::json::{self, Json};
use crate::limits::JSON_VALUES;
use alloc::string::String;

pub mod boot;
pub mod bundle;
pub mod problem;
mod record_label;
pub mod record_line;
pub mod records;
#[cfg(test)]
mod tests;
pub mod uses;

pub use record_label::RecordLabel;

/// Largest number of a spend or a record: what JSON numbers hold exactly everywhere (RFC 8259,
/// section 6).
pub const NUMBER_MAX: u64 = (1 << 53) - 1;

/// The member called `name` of an answer, if it is text.
fn read_text(body: &[u8], name: &str) -> Option<String> {
    match json::parse(body, JSON_VALUES).ok()?.member(name) {
        Some(Json::Text(text)) => Some(text.clone()),
        _ => None,
    }
}
