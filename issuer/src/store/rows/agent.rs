//! Agents that registered themselves, and their launch tokens.

use edgewrit_shared::time::UnixSeconds;

/// A launch token, by which an agent may register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchToken {
    /// The client in whose name the agent registers.
    pub client_id: String,
    /// The name of the agent at its client.
    pub agent_name: String,
    /// The scope strings that the agent may ask for, separated by spaces.
    pub scope: String,
    /// Life of the agent's writ, in seconds.
    pub max_ttl: u64,
    /// Whether it is valid for one registration only.
    pub single_use: bool,
    /// Until when it is valid.
    pub expires: UnixSeconds,
}

/// An agent as it registers.
#[derive(Clone, Debug)]
pub struct AgentRow {
    /// The part of its id that is unique in its task.
    pub instance: String,
    /// Orchestration of the agent.
    pub orch_id: String,
    /// Name of the agent at the client.
    pub name: String,
    /// Public key of the agent, in padded base64.
    pub public_key: String,
}

/// The names by which an agent is looked up.
#[derive(Clone, Debug)]
pub struct AgentKey {
    /// The client of the agent.
    pub client_id: String,
    /// Orchestration of the agent.
    pub orch_id: String,
    /// Task of the agent.
    pub task_id: String,
    /// The part of its id that is unique in its task.
    pub instance: String,
}
