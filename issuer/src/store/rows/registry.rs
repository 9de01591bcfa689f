//! Clients and edges, as they are kept.

use crate::keys::Hash;
use edgewrit_shared::time::UnixSeconds;

/// A client as it is kept.
#[derive(Clone, Debug)]
pub struct ClientRow {
    /// Id of the client.
    pub client_id: String,
    /// Name of the client.
    pub name: String,
    /// The hash of its secret.
    pub hash: Hash,
    /// The hash of the secret before, and until when that is valid.
    pub before: Option<(Hash, UnixSeconds)>,
    /// Ceiling of the client as JSON text.
    pub ceiling: String,
    /// Life of its sessions, in seconds.
    pub session_ttl: u64,
    /// Time at which the client was registered.
    pub created: UnixSeconds,
    /// Time at which the ceiling of the client was last replaced.
    pub updated: UnixSeconds,
    /// Time at which the client was shut out.
    pub ended: Option<UnixSeconds>,
}

/// An edge as it is kept.
#[derive(Clone, Debug)]
pub struct EdgeRow {
    /// Id of the edge.
    pub edge_id: String,
    /// Name of the edge.
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

/// The client, as it is known when a transaction becomes durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientState {
    /// No client has the id.
    Unknown,
    /// The client is registered.
    Active,
    /// The client was shut out.
    Ended,
}
