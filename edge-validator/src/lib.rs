//! The pipeline that turns a request into a permit or a refusal, the same on every host.
//!
//! The pipeline maps data to data: it reads no clock, opens no connection and knows no host. A
//! [`step::Step`] returns what only a host can do (read a body, call the issuer). The step owns its
//! state, and the host answers it with the current [`world::World`]. Only the decision makes a
//! [`verdict::permit::Permit`]. The permit contains the outgoing request, so the host sends exactly
//! what was judged.
#![no_std]

extern crate alloc;

#[cfg(test)]
extern crate std;

pub mod config;
pub mod forward_auth;
pub mod http;
pub mod issuer;
pub mod memory;
pub mod record;
pub mod rehearsal;
pub mod step;
pub mod verdict;
pub mod world;

mod authenticate;
mod operation;
mod reason;
mod request;
mod upstream;
mod writ;
