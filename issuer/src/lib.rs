//! The issuer: signs writs for orchestrators, within their ceilings.
//!
//! [`app`] has all public endpoints, as a router that tests call without a socket; [`serve`] puts
//! it behind one. Decisions are pure and come first ([`grant`], [`mint`], [`allowance`]); what must
//! last goes through [`store`], which answers after it lasts.

mod agents;
pub mod audit;
mod base;
pub mod config;
pub mod data;
mod edges;
mod evidence;
pub mod files;
mod health;
mod http;
pub mod keyring;
pub mod keys;
mod policy;
pub mod registry;
mod server;
mod sessions;
mod state;
pub mod store;
mod tasks;
mod tokens;

pub use base::{clock, id, json_document, origin, rfc3339, stopping, ttl};
pub use evidence::{history, outside, verify};
pub use http::{
    ADMIN_BODY_BYTES, AdminState, AdmittedCaller, BODY_BYTES, Peer, RouteAccess, admin, app, problem, route_access,
};
pub use policy::{allowance, ceiling, grant, granted_task, task_request};
pub use server::{admin_client, serve};
pub use state::Issuer;
pub use tasks::report;
pub use tokens::{bundle, mint, revoke};
