//! Granted against used: what a task was given, how often each of it was used, and what was
//! refused.

use super::task::TaskRow;
use edgewrit_shared::time::UnixSeconds;
use std::collections::BTreeSet;

/// A grant and its use.
#[derive(Clone, Debug)]
pub struct GrantUse {
    /// The audience.
    pub audience: String,
    /// The grant's id.
    pub id: String,
    /// The grant as JSON text.
    pub body: String,
    /// The number of requests that it permitted.
    pub used: u64,
    /// The time of the last one.
    pub last: Option<UnixSeconds>,
}

/// A counter.
#[derive(Clone, Debug)]
pub struct AllowanceUse {
    /// Id of the allowance, by which grants name it.
    pub id: String,
    /// The number of its uses.
    pub max: u64,
    /// The number of uses that were spent.
    pub spent: u64,
}

/// The refusals for one reason.
#[derive(Clone, Debug)]
pub struct RefusalCount {
    /// The audience.
    pub audience: String,
    /// The reason: the edge's label.
    pub label: String,
    /// The number of refusals.
    pub count: u64,
    /// The time of the last one.
    pub last: UnixSeconds,
}

/// The grants of a task against its use.
#[derive(Clone, Debug)]
pub struct TaskReport {
    /// The task.
    pub task: TaskRow,
    /// Grants of the task.
    pub uses: Vec<GrantUse>,
    /// Counters of the task.
    pub counters: Vec<AllowanceUse>,
    /// The refusals.
    pub refused: Vec<RefusalCount>,
    /// The number of agents that registered for it.
    pub agents: u64,
}

/// The verdict of an edge on one request, as far as it is counted.
#[derive(Clone, Copy, Debug)]
pub struct RequestVerdict<'a> {
    /// The audience of the edge.
    pub audience: &'a str,
    /// The grants that permitted it.
    pub grants: &'a BTreeSet<String>,
    /// The label of the refusal, if it was refused.
    pub refused: Option<&'a str>,
    /// The time of the request.
    pub at: UnixSeconds,
}
