//! The pipeline that turns a request into a permit or a refusal, the same on every host.
//!
//! Data in, data out: nothing here reads a clock, opens a connection or knows its host. What only a host can do (read a body,
//! call the issuer) is returned as a [`step::Step`] that owns its state and is answered with the then-current
//! [`step::World`]. A [`permit::Permit`] is made by the decision alone and contains the outgoing request, so that what was
//! judged is what is sent.
#![no_std]

extern crate alloc;

#[cfg(test)]
extern crate std;

pub mod body_budget;
pub mod call;
pub mod changes;
pub mod config;
pub mod follow;
pub mod handover;
pub mod head;
pub mod memory;
pub mod permit;
pub mod record;
pub mod records;
pub mod refusal;
pub mod rehearsal;
pub mod response;
pub mod step;
pub mod table;
pub mod world;

mod asked;
mod authenticate;
mod body;
mod boot;
mod cache;
mod case;
mod credential;
mod decide;
mod draft;
mod fold;
mod headers;
mod intake;
mod line;
mod operation;
mod percent;
mod query;
mod readings;
mod reason;
mod reflection;
mod request_id;
mod response_headers;
mod spelling;
mod spend;
mod target;
mod upstream;
mod writ;

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
