//! Tasks, as they are kept.

use crate::base::clock::Moment;
use crate::base::id::Seed;
use crate::policy::grant::Term;
use edgewrit_shared::time::UnixSeconds;

/// The client and the id of a task, which name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskKey {
    /// The client of the task.
    pub client_id: String,
    /// The id that the client gave it.
    pub task_id: String,
}

/// The signs of a repeated request: the client's key, and the hash of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// The `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of the body.
    pub hash: [u8; 32],
}

/// The key and the hash of a task's writs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierAnswer {
    /// The key.
    pub kid: String,
    /// The hash of the writs.
    pub hash: [u8; 32],
}

/// The task that the same request began before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierTask {
    /// The task's seed, and its term: from these the same answer is made again.
    pub seed: Seed,
    /// Term of the task.
    pub term: Term,
    /// The answer; `None` for a task of an earlier release.
    pub answered: Option<EarlierAnswer>,
}

/// The first request with an idempotency key, as it is kept with the task that it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRepetition {
    /// SHA-256 of the body of the request.
    pub hash: [u8; 32],
    /// The task that the request began.
    pub earlier: EarlierTask,
}

/// A task that an agent registers for.
#[derive(Clone, Debug)]
pub struct Joined {
    /// Client of the task.
    pub client_id: String,
    /// Id of the task.
    pub task_id: String,
    /// The agent's orchestration.
    pub orch_id: String,
    /// The seed of its ids.
    pub seed: Seed,
    /// Time at which the agent registers.
    pub now: Moment,
    /// Time at which the writ of the agent expires.
    pub expires: UnixSeconds,
}

/// A task as it is kept.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// Row in the store.
    pub task: i64,
    /// Client of the task.
    pub client_id: String,
    /// Orchestration of the task.
    pub orch_id: String,
    /// The name of the agent at its client.
    pub agent: Option<String>,
    /// Time at which the task began.
    pub born: Moment,
    /// Time at which the last writ of the task expires.
    pub live_until: UnixSeconds,
    /// Time at which the client ended the task.
    pub completed: Option<UnixSeconds>,
}
