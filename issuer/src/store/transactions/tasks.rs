//! Transactions about tasks.

use super::Stored;
use crate::audit::Event;
use crate::policy::granted_task::{Granted, Task};
use crate::store::rows::report::TaskReport;
use crate::store::rows::task::{EarlierAnswer, EarlierTask, KeptRepetition, Repetition, TaskKey, TaskRow};
use edgewrit_shared::time::UnixSeconds;
use std::sync::Arc;

/// A task to begin, whose writs are signed already.
#[derive(Clone, Debug)]
pub struct BeginTask {
    /// The task.
    pub task: Arc<Task>,
    /// The grants of the task.
    pub granted: Vec<Granted>,
    /// The signs of a repeated request, and the answer that a repetition gets.
    pub repeat: Option<(Repetition, EarlierAnswer)>,
    /// The event of the beginning.
    pub event: Event,
}

/// The outcome of beginning a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeginOutcome {
    /// The task exists now.
    New,
    /// The request is a repetition.
    Repeated(EarlierTask),
    /// The client has such a task already.
    Exists,
    /// The client used the key for another request.
    KeyReused,
    /// The client was shut out meanwhile.
    ClientEnded,
    /// A writ issued now would be revoked from the start: a revocation of this second covers it.
    Cut,
}

/// A request that may be a repetition.
#[derive(Clone, Debug)]
pub struct FindRepetition {
    /// The client that asks.
    pub client_id: String,
    /// The key of the request.
    pub key: String,
}

/// A task that its client ends.
#[derive(Clone, Debug)]
pub struct CompleteTask {
    /// The task.
    pub task: TaskKey,
    /// The event of the end. The store adds the task and its orchestration.
    pub event: Event,
}

/// A task by its id, and by its client if the operator named one.
#[derive(Clone, Debug)]
pub struct NamedTask {
    /// The id of the task.
    pub task_id: String,
    /// The client.
    pub client_id: Option<String>,
}

/// The report of a task that may not be the only one of its id.
#[derive(Clone, Debug)]
pub enum NamedReport {
    /// No client has such a task.
    Unknown,
    /// The report of the only such task.
    One(Box<TaskReport>),
    /// Several clients have such a task.
    Several,
}

/// Begins, ends and reports tasks.
pub trait TaskStore {
    /// Begins a task: keeps its row, its allowances and its grants.
    fn begin_task(&self, begin: BeginTask) -> Stored<'_, BeginOutcome>;

    /// The task that the first request with this key of the client began.
    fn find_repetition(&self, find: FindRepetition) -> Stored<'_, Option<KeptRepetition>>;

    /// Ends a task: every writ of it is revoked from now on. Answers when it ended, which may have
    /// been before; `None` if the client has no such task.
    fn complete_task(&self, complete: CompleteTask) -> Stored<'_, Option<UnixSeconds>>;

    /// The task, if the client has it.
    fn find_task(&self, task: TaskKey) -> Stored<'_, Option<TaskRow>>;

    /// The grants of a task against their use.
    fn report_task(&self, task: TaskKey) -> Stored<'_, Option<TaskReport>>;

    /// The report of the only task that is named so.
    fn report_named_task(&self, named: NamedTask) -> Stored<'_, NamedReport>;
}
