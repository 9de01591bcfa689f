//! The levels and the targets of revocations by the operator.

use crate::base::id::is_id;
use crate::base::names::names;

/// Longest id of an agent, in bytes: a trust domain, and three ids.
const AGENT_BYTES: usize = 1_024;

names! {
    /// On which level something is ended.
    RevokeLevel:
    /// A writ, what it was renewed to, and what descends from it
    Token = "token",
    /// The same, by its lineage
    Lineage = "lineage",
    /// All writs of an agent, and what descends from them
    Agent = "agent",
    /// All writs of a task
    Task = "task",
    /// Descendants of a lineage, or of what an agent passed on
    Chain = "chain",
    /// All writs of a client
    Client = "client",
    /// All writs that a key signed
    Key = "key",
    /// Everything
    All = "all",
}

/// The target of a revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeTarget {
    /// Level of the target.
    pub level: RevokeLevel,
    /// Object of that level: a `jti` for a token; `client_id/task_id`, or a task id that one client
    /// has; for a chain a `jti`, or the agent that delegated; nothing for everything.
    pub target: String,
}

impl RevokeTarget {
    /// The target of a revocation of everything.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            level: RevokeLevel::All,
            target: String::new(),
        }
    }

    /// The `target` on `level`; `None` if nothing on it can be called so. Above all a token
    /// is called by its id: the token itself must not be written down anywhere.
    #[must_use]
    pub fn new(level: RevokeLevel, target: String) -> Option<Self> {
        let is_agent =
            |text: &str| text.starts_with("spiffe://") && text.len() <= AGENT_BYTES && !text.contains(char::is_control);
        let is_well_formed = match level {
            RevokeLevel::Token | RevokeLevel::Lineage | RevokeLevel::Client | RevokeLevel::Key => is_id(&target),
            RevokeLevel::Agent => is_agent(&target),
            RevokeLevel::Chain => is_id(&target) || is_agent(&target),
            RevokeLevel::Task => target.split('/').count() <= 2 && target.split('/').all(is_id),
            RevokeLevel::All => target.is_empty(),
        };
        is_well_formed.then_some(Self { level, target })
    }
}
