//! The edge validator as an Envoy proxy-wasm filter.
//!
//! This crate translates between the host and [`edgewrit_edge`] and decides nothing. One host call
//! reads all headers of a request, and a permitted request replaces the whole incoming request:
//! headers, body, cluster.
//!
//! The path of a request: the host calls [`callbacks`], and [`contexts`] passes the call to
//! [`edgewrit_envoy_common`], which handles streams and roots with [`wasm`] as its host. [`abi`] is
//! the interface to the host.

mod contexts;
mod metrics;
mod wasm;

#[expect(
    unsafe_code,
    reason = "the host's functions are foreign; they are behind safe functions there"
)]
mod abi;
#[expect(unsafe_code, reason = "the host finds its callbacks by name")]
mod callbacks;
