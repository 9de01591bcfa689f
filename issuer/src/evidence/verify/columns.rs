//! Compares the columns, by which events are looked up, with the lines that were hashed.

use super::VerifyError;
use crate::audit::{Link, is_looked_up};
use crate::base::clock::Moment;
use crate::base::rfc3339;
use crate::store::audit::Columns;
use serde::Deserialize;

/// The members of a line that have columns.
#[derive(Deserialize)]
struct Line {
    at: String,
    event: String,
    outcome: String,
    agent_id: Option<String>,
    request_id: Option<String>,
}

/// Whether `columns` are what the issuer writes beside the line of `link`.
pub(super) fn compare_columns(link: &Link, columns: &Columns) -> Result<(), VerifyError> {
    let seq = link.head.seq;
    let differs = |column| VerifyError::Column(seq, column);
    let line: Line = serde_json::from_str(&link.line).map_err(|_| differs("line"))?;
    let millis = columns.at.try_into().map_err(|_| differs("at"))?;
    let is_looked_up = is_looked_up(&line.event, &line.outcome);
    let request_id = line.request_id.filter(|_| is_looked_up);
    for (column, is_same) in [
        ("at", rfc3339::write_millis(Moment { millis }) == line.at),
        ("event", columns.event == line.event),
        ("outcome", columns.outcome == line.outcome),
        ("agent_id", columns.agent_id == line.agent_id),
        ("request_id", columns.request_id == request_id),
    ] {
        if !is_same {
            return Err(differs(column));
        }
    }
    Ok(())
}
