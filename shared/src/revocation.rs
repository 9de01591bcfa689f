//! Revocations as fixed-size rows, sorted, searched where they lie.

use crate::time::UnixSeconds;
use alloc::vec::Vec;

/// Bytes of one row: 16 of the target's hash, 4 of the cut, 4 of the expiry, big-endian.
pub const ROW_BYTES: usize = 24;

/// What a revocation can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level<'a> {
    /// One lineage: a writ, what it was renewed to, and (through `anc`) all that was delegated from it.
    Lineage(&'a str),
    /// One writ by `jti` (what renewal revokes).
    Writ(&'a str),
    /// All writs of one agent (`sub`).
    Agent(&'a str),
    /// One task of one client.
    Task {
        /// The client.
        client_id: &'a str,
        /// Its task.
        task_id: &'a str,
    },
    /// A delegation chain, by the lineage at its root.
    Chain(&'a str),
    /// All writs of one client.
    Client(&'a str),
    /// All writs signed by one key.
    Key(&'a str),
    /// Everything.
    All,
}

/// The hash by which a level is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target([u8; 16]);

impl Target {
    /// The target of `level`: the first 16 bytes of a domain-separated SHA-256.
    #[must_use]
    pub fn of(_level: Level<'_>) -> Self {
        todo!()
    }
}

/// One revocation: ends every writ of `target` with `iat <= cut`, and may be forgotten at `expires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revocation {
    /// What it ends.
    pub target: Target,
    /// Writs issued at or before this moment are dead.
    pub cut: UnixSeconds,
    /// When the last writ it can concern has expired.
    pub expires: UnixSeconds,
}

/// Sorted rows.
#[derive(Clone, Debug, Default)]
pub struct Rows(Vec<u8>);

impl Rows {
    /// Sorts and encodes `revocations`; of several on one target the latest cut counts.
    #[must_use]
    pub fn encode(_revocations: Vec<Revocation>) -> Self {
        todo!()
    }
    /// The bytes as they travel.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
