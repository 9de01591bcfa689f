//! Writs and the authority in them.
//!
//! Every function depends on its arguments alone: there is no clock (time is a
//! [`time::UnixSeconds`] argument), no I/O, no randomness and no host. The issuer signs the claims
//! of [`token::claims`]. The edge turns bytes into trust in one direction only, from
//! [`token::Unverified`] to [`token::Verified`], and [`grant::Grants`] decides about an
//! [`grant::attempt::Attempt`].
#![no_std]

extern crate alloc;

// Unit tests and the tests under `tests/` share one signer, which imports this crate by its
// external name.
#[cfg(test)]
extern crate self as edgewrit_shared;
#[cfg(test)]
extern crate std;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

pub mod bundle;
pub mod edge_api;
pub mod grant;
pub mod hex;
pub mod id;
pub mod jose;
pub mod json;
pub mod limits;
pub mod origin;
pub mod reason;
pub mod secret;
pub mod small_code;
pub mod time;
pub mod token;
pub mod trace_context;
