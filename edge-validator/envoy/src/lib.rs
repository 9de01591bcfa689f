//! The edge validator as an Envoy proxy-wasm filter.
//!
//! This crate translates between the host and [`edgewrit_edge`] and decides nothing. One host call
//! reads all headers of a request, and a permitted request replaces the whole incoming request:
//! headers, body, cluster.
//!
//! The path of a request: the host calls [`callbacks`], [`contexts`] finds the stream or the root
//! of the call, [`stream`] handles one request from its head to its verdict and its response, and
//! [`root`] is one configured filter. [`edgewrit_envoy_common`] has the snapshot and the records of
//! that filter. [`abi`] is the interface to the host.

mod contexts;
mod metrics;
mod owned_answer;
mod root;
mod stream;
mod wasm;

#[expect(
    unsafe_code,
    reason = "the host's functions are foreign; they are behind safe functions there"
)]
mod abi;
#[expect(unsafe_code, reason = "the host finds its callbacks by name")]
mod callbacks;
