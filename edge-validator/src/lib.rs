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

pub mod config;
pub mod http;
pub mod issuer;
pub mod memory;
pub mod record;
pub mod rehearsal;
pub mod step;
pub mod verdict;
pub mod world;

mod authenticate;
mod json_object;
mod operation;
mod reason;
mod request;
mod upstream;
mod writ;
