//! Transactions about clients and edges.

use super::Stored;
use crate::audit::Event;
use crate::store::rows::registry::{ClientRow, EdgeRow};
use crate::store::rows::revocation::Living;
use edgewrit_shared::time::UnixSeconds;

/// A client that is registered.
#[derive(Clone, Debug)]
pub struct AddClient {
    /// The row of the client.
    pub row: ClientRow,
    /// The event of the registration.
    pub event: Event,
}

/// A client that is changed or shut out.
#[derive(Clone, Debug)]
pub struct PutClient {
    /// The row of the client, with what changed.
    pub row: ClientRow,
    /// The authority that ends with the change.
    pub ends: Option<Living>,
    /// The event of the change.
    pub event: Event,
}

/// An edge that is registered.
#[derive(Clone, Debug)]
pub struct AddEdge {
    /// The row of the edge.
    pub row: EdgeRow,
    /// The time of the registration.
    pub created: UnixSeconds,
    /// The event of the registration.
    pub event: Event,
}

/// An edge that gets another credential.
#[derive(Clone, Debug)]
pub struct PutEdgeSecret {
    /// The row of the edge, with the credentials.
    pub row: EdgeRow,
    /// The event of the change.
    pub event: Event,
}

/// Whether a name was free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddOutcome {
    /// The row is kept.
    Added,
    /// The name is taken, and nothing was changed.
    Taken,
}

/// Every client and every edge.
#[derive(Clone, Debug)]
pub struct RegistryRows {
    /// The clients, those that were shut out too, in the order of their registration.
    pub clients: Vec<ClientRow>,
    /// The edges, in the order of their registration.
    pub edges: Vec<EdgeRow>,
}

/// Registers and changes clients and edges.
pub trait RegistryStore {
    /// Adds a client, unless its name is taken.
    fn add_client(&self, add: AddClient) -> Stored<'_, AddOutcome>;

    /// Replaces what can change of a client.
    fn put_client(&self, put: PutClient) -> Stored<'_, ()>;

    /// Adds an edge, unless its name is taken.
    fn add_edge(&self, add: AddEdge) -> Stored<'_, AddOutcome>;

    /// Replaces the credential of an edge.
    fn put_edge_secret(&self, put: PutEdgeSecret) -> Stored<'_, ()>;

    /// Every client and every edge.
    fn load_registry(&self) -> Stored<'_, RegistryRows>;
}
