//! The issuer: signs writs for orchestrators, within their ceilings.
//!
//! [`app`] is everything that strangers reach, as a router that tests call without a socket; [`serve`] puts it behind one. Decisions
//! are pure and come first ([`grant`], [`mint`], [`allowance`]); what must last goes through [`store`], which answers after it lasts.

mod agent;
pub mod allowance;
pub mod ask;
pub mod audit;
mod audit_log;
pub mod bundle;
pub mod call;
pub mod ceiling;
pub mod clock;
pub mod config;
mod connection;
pub mod data;
pub mod files;
pub mod folder;
mod from;
pub mod grant;
pub mod granted;
pub mod history;
mod http;
pub mod id;
pub mod issuer;
pub mod keyring;
pub mod keys;
pub mod life;
mod limiter;
mod lineage;
mod metrics;
pub mod mint;
mod names;
pub mod office;
pub mod origin;
pub mod outside;
pub mod problem;
pub mod reading;
mod records;
pub mod registry;
pub mod report;
pub mod revoke;
pub mod rfc3339;
mod seen;
pub mod serve;
mod session;
pub mod settings;
mod spending;
mod standing;
pub mod stopping;
pub mod store;
mod task;
mod trace_context;
pub mod verify;

pub use http::{ADMIN_BODY_BYTES, BODY_BYTES, Office, Peer, admin, app};
