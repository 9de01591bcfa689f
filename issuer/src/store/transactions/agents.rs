//! Transactions of agents that register themselves.

use super::Stored;
use crate::audit::Event;
use crate::policy::granted_task::Granted;
use crate::store::rows::agent::{AgentKey, AgentRow, LaunchToken};
use crate::store::rows::lineage::Lineage;
use crate::store::rows::task::Joined;
use edgewrit_shared::bundle::revocation::Target;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;

/// A launch token that a client or the operator issues.
#[derive(Clone, Debug)]
pub struct IssueLaunchToken {
    /// The hash by which it is kept.
    pub hash: [u8; 32],
    /// The launch token.
    pub token: LaunchToken,
    /// The event of its issue.
    pub event: Event,
}

/// A launch token that an agent presents.
#[derive(Clone, Copy, Debug)]
pub struct FindLaunchToken {
    /// The hash by which it is kept.
    pub hash: [u8; 32],
    /// The time.
    pub now: UnixSeconds,
}

/// A nonce that was presented with an invalid proof.
#[derive(Clone, Debug)]
pub struct SpoilNonce {
    /// The nonce.
    pub nonce: [u8; 32],
    /// The event of the refusal.
    pub event: Event,
}

/// The rows of an agent that registers, and the nonce and launch token that are used up.
#[derive(Clone, Debug)]
pub struct RegisterAgent {
    /// The nonce.
    pub nonce: [u8; 32],
    /// The hash of the launch token.
    pub launch_token: [u8; 32],
    /// The task of the agent.
    pub joined: Joined,
    /// The agent.
    pub agent: AgentRow,
    /// The grants of its writ.
    pub granted: Vec<Granted>,
    /// The events of the registration, and of the issue of its writ.
    pub events: [Event; 2],
    /// Time at which the writ of the agent is issued.
    pub iat: UnixSeconds,
}

/// The outcome of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// The agent is registered.
    Registered,
    /// The nonce was used before.
    NonceUsed,
    /// The launch token was used before, or has expired.
    LaunchTokenUsed,
    /// The client was shut out.
    ClientEnded,
    /// The client ended the task.
    TaskEnded,
    /// A writ issued now would be revoked from the start: a revocation of this second covers it.
    Cut,
}

/// A delegate to admit, whose writ is signed already.
#[derive(Clone, Debug)]
pub struct Delegate {
    /// The targets by whose revocation the delegator's writ is revoked.
    pub targets: Vec<Target>,
    /// The claims of the delegator's writ.
    pub parent: Claims,
    /// The claims of the delegate's writ.
    pub next: Claims,
    /// The grants of the delegate's writ.
    pub granted: Vec<Granted>,
    /// The records of the delegations, as the text of a JSON list.
    pub chain: String,
    /// The event of the delegation.
    pub event: Event,
}

/// The outcome of a delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelegateOutcome {
    /// The delegate is admitted.
    Delegated,
    /// Too many delegates live that descend from the same writ.
    TooMany,
    /// The delegator's writ was revoked, or its client was shut out.
    Ended,
}

/// A writ to replace by its successor, which is signed already.
#[derive(Clone, Debug)]
pub struct Renew {
    /// The targets by whose revocation the writ is revoked.
    pub targets: Vec<Target>,
    /// The claims of the writ.
    pub old: Claims,
    /// The claims of its successor.
    pub next: Claims,
    /// The event of the renewal.
    pub renewed: Event,
    /// The event of a renewal that comes too late.
    pub forestalled: Event,
}

/// The outcome of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenewOutcome {
    /// The successor is the latest writ of the lineage.
    Renewed,
    /// The writ was renewed or revoked before, or its client was shut out.
    Forestalled,
}

/// Registers agents, renews and delegates their writs.
pub trait AgentStore {
    /// Keeps a launch token.
    fn issue_launch_token(&self, issue: IssueLaunchToken) -> Stored<'_, ()>;

    /// The launch token with this hash, if it is valid now.
    fn find_launch_token(&self, find: FindLaunchToken) -> Stored<'_, Option<LaunchToken>>;

    /// Uses a nonce up.
    fn spoil_nonce(&self, spoil: SpoilNonce) -> Stored<'_, ()>;

    /// Registers an agent, and begins its task if it is the first.
    fn register_agent(&self, register: RegisterAgent) -> Stored<'_, RegisterOutcome>;

    /// Whether the client has this agent: one that registered, or one of a task that was asked for
    /// whole.
    fn is_agent_registered(&self, agent: AgentKey) -> Stored<'_, bool>;

    /// Admits a delegate.
    fn delegate(&self, delegate: Delegate) -> Stored<'_, DelegateOutcome>;

    /// Replaces a writ by its successor. Of many requests at once, one is answered that it did.
    fn renew(&self, renew: Renew) -> Stored<'_, RenewOutcome>;

    /// For each id in its order the lineage, if it is kept.
    fn find_lineages(&self, ids: Vec<String>) -> Stored<'_, Vec<Option<Lineage>>>;
}
