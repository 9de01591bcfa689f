//! `POST /v1/records`: the records of an edge, numbered and in batches.
//!
//! A record is a line of the log of an edge, see [`super::record_line`].

use super::NUMBER_MAX;
use super::record_line::RecordLine;
use crate::id::read_id;
use crate::json::document::Node;
use crate::json::object::quoted;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The path.
pub const PATH: &str = "/v1/records";
/// Most records of one batch.
pub const BATCH_RECORDS: usize = 1_000;
/// Longest batch that an edge sends, in bytes: half of the limit of the issuer.
pub const BATCH_BYTES: usize = 512 * 1024;
/// Most values (members, elements and scalars) in one batch.
pub const BATCH_VALUES: usize = 80_000;

/// The body of a request. `first` is the number of the first record in its boot, from 1 on, and
/// `lines` are JSON objects with commas between them.
#[must_use]
pub fn write_batch(boot_id: &str, first: u64, lines: &str) -> String {
    format!(
        r#"{{"boot_id":{},"first":{first},"records":[{lines}]}}"#,
        quoted(boot_id)
    )
}

/// The body of a request with another boot id; `None` if `body` is not from [`write_batch`].
#[must_use]
pub fn replace_boot_id(body: &str, boot_id: &str) -> Option<String> {
    let (_, rest) = body.split_once(r#","first":"#)?;
    Some(format!(r#"{{"boot_id":{},"first":{rest}"#, quoted(boot_id)))
}

/// The body of a request.
#[derive(Clone, Debug)]
pub struct BatchRequest {
    /// The boot that numbers the records.
    pub boot_id: String,
    /// The number of the first record.
    pub first: u64,
    /// The records, with consecutive numbers.
    pub records: Vec<RecordLine>,
}

impl BatchRequest {
    /// Reads the body.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.object(&["boot_id", "first", "records"])?;
        let boot_id = members.required("boot_id").and_then(read_id);
        let first = members.required("first").and_then(|node| node.integer(1, NUMBER_MAX));
        let records = members.required("records").and_then(|node| {
            let records: Vec<_> = node.list(BATCH_RECORDS)?.iter().map(RecordLine::read).collect();
            records.into_iter().collect::<Option<Vec<_>>>()
        });
        Some(Self {
            boot_id: boot_id?,
            first: first?,
            records: records?,
        })
    }
}

/// The body of the answer with the status 200: the number of the last record that the issuer holds.
/// An edge reads the status alone.
#[must_use]
pub fn write_answer(last: u64) -> String {
    format!(r#"{{"recorded":{last}}}"#)
}
