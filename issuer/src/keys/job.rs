//! What keys are for, and where they stand.

use crate::base::names::names;

names! {
    /// What a key signs.
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
    /// Where a key stands.
    KeyState:
    /// It will sign, and others know it already.
    Next = "next",
    /// It signs.
    Current = "current",
    /// It has signed, and what it signed counts.
    Retired = "retired",
    /// It was given up, and nothing that it signed counts.
    Dropped = "dropped",
}

impl KeyState {
    /// Whether a key that stands here signs, or will.
    #[must_use]
    pub const fn signs(self) -> bool {
        matches!(self, Self::Next | Self::Current)
    }
}
