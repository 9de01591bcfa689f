//! Compares the columns, by which events are looked up, with the lines that were hashed.

use super::VerifyError;
use crate::audit::{EventKind, Link, is_looked_up};
use crate::base::clock::Moment;
use crate::base::rfc3339;
use crate::evidence::history::History;
use crate::store::rows::audit::EventColumns;
use serde::Deserialize;

/// The members of a line that have columns.
#[derive(Deserialize)]
struct LineMembers {
    at: String,
    event: String,
    outcome: String,
    client_id: Option<String>,
    task_id: Option<String>,
    agent_id: Option<String>,
    request_id: Option<String>,
}

/// Events of which the task always has a number.
const OF_A_TASK: [EventKind; 4] = [
    EventKind::TaskStarted,
    EventKind::TaskCompleted,
    EventKind::AgentRegistered,
    EventKind::TokenIssued,
];

/// Whether `columns` are what the issuer writes beside the line of `link`.
pub(super) fn compare_columns(history: &History, link: &Link, columns: &EventColumns) -> Result<(), VerifyError> {
    let seq = link.head.seq;
    let differs = |column| VerifyError::Column(seq, column);
    let line: LineMembers = serde_json::from_str(&link.line).map_err(|_| differs("line"))?;
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
    let named = line.client_id.as_deref().zip(line.task_id.as_deref());
    let needs_number = named.is_some() && OF_A_TASK.iter().any(|kind| kind.as_str() == line.event);
    let is_missing = needs_number && columns.task.is_none();
    if is_missing || !history.is_number_of_task(seq, columns.task, named)? {
        return Err(differs("task"));
    }
    Ok(())
}
