//! The transactions of a store, one trait for each domain.
//!
//! A transaction takes one input and answers a row or an outcome. It is atomic: it does all of its
//! work or none. It is answered once its work is durable, and the events of its work are durable
//! with it. No transaction takes a connection or a closure, so each store implements it in its own
//! way. What a transaction decides is a rule (`store/rules/`), which every store calls.

mod agents;
mod audit;
mod edges;
mod keys;
mod maintenance;
mod registry;
mod tasks;
mod tokens;

pub use agents::{
    AgentStore, Delegate, DelegateOutcome, FindLaunchToken, IssueLaunchToken, RegisterAgent, RegisterOutcome, Renew,
    RenewOutcome, SpoilNonce,
};
pub use audit::{AuditStore, EventsAfter, EventsOfRequest, FindPruneTarget, FindPublished, PruneTo, RecordEvent};
pub use edges::{BeginBoot, DebitUses, EdgeStore, TakeOutcome, TakeRecords};
pub use keys::{DropKeyRow, KeyStore, ReplaceKey, VoidBackup};
pub use maintenance::{DeclareOriginal, MaintenanceStore, RestoreState};
pub use registry::{AddClient, AddEdge, AddOutcome, PutClient, PutEdgeSecret, RegistryRows, RegistryStore};
pub use tasks::{BeginOutcome, BeginTask, CompleteTask, FindRepetition, NamedReport, NamedTask, TaskStore};
pub use tokens::{
    EndSession, ReleaseLineage, RevokeAuthority, RevokeOutcome, RevokedSince, RevokedSinceRows, TokenStore,
};

use super::StoreError;
use std::future::Future;
use std::pin::Pin;

/// The answer of a transaction, once its work is durable; or the reason why nothing was changed.
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;
