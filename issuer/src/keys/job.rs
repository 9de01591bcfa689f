//! The jobs and the states of keys.

use crate::base::names::names;

names! {
    /// The job of a key: the documents that it signs.
    KeyJob:
    /// Writs; published in the bundle and the JWKS.
    Writ = "writ",
    /// Bundles; pinned by the edges.
    Bundle = "bundle",
    /// Checkpoints of the audit chain.
    Checkpoint = "checkpoint",
    /// Delegation records of the AgentWrit API.
    Delegation = "delegation",
    /// Sessions of clients and the operator; known to the issuer alone.
    Session = "session",
}

names! {
    /// The state of a key.
    KeyState:
    /// It will sign, and others know it already.
    Next = "next",
    /// It signs now.
    Current = "current",
    /// It has signed, and what it signed is valid.
    Retired = "retired",
    /// It was given up, and nothing that it signed is valid.
    Dropped = "dropped",
}

impl KeyState {
    /// Whether a key of this state signs, or will.
    #[must_use]
    pub const fn signs(self) -> bool {
        matches!(self, Self::Next | Self::Current)
    }
}
