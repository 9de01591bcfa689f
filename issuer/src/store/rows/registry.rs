//! Clients and edges, as they are kept.

use crate::keys::Hash;
use edgewrit_shared::time::UnixSeconds;

/// A client as it is kept.
#[derive(Clone, Debug)]
pub struct ClientRow {
    /// Its id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// The hash of its secret.
    pub hash: Hash,
    /// The hash of the secret before, and until when that is valid.
    pub before: Option<(Hash, UnixSeconds)>,
    /// Its ceiling as JSON text.
    pub ceiling: String,
    /// Life of its sessions, in seconds.
    pub session_ttl: u64,
    /// When it was registered.
    pub created: UnixSeconds,
    /// When its ceiling was last replaced.
    pub updated: UnixSeconds,
    /// When it was shut out.
    pub ended: Option<UnixSeconds>,
}

/// An edge as it is kept.
#[derive(Clone, Debug)]
pub struct EdgeRow {
    /// Its id.
    pub edge_id: String,
    /// Its name.
    pub name: String,
    /// The hash of its credential.
    pub hash: Hash,
    /// The hash of the credential before, and until when that is valid.
    pub before: Option<(Hash, UnixSeconds)>,
    /// The audience that it serves.
    pub audience: String,
    /// The origins that it forwards to, as JSON text.
    pub upstreams: String,
}

/// What is known of a client where something becomes durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientState {
    /// No client has the id.
    Unknown,
    /// The client is registered.
    Active,
    /// The client was shut out.
    Ended,
}
