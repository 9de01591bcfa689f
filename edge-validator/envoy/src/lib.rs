//! The edge validator as an Envoy proxy-wasm filter.
//!
//! This crate translates between the host and [`edgewrit_edge`]; it decides nothing. Everything that a request needs comes from
//! one host call for all headers, and a permitted request replaces the incoming one whole: headers, body, cluster.
//!
//! The way of a request: the host calls [`callbacks`], [`contexts`] finds the stream or the root of the call, [`stream`]
//! takes one request from its head to its verdict and its response, and [`root`] is one configured filter with its
//! snapshot. [`bundle`] keeps that snapshot fresh and leaves it to the next filter. [`records`] keeps verdicts in the host's
//! memory and delivers them. [`abi`] is the host itself.

mod bundle;
mod contexts;
mod metrics;
mod owned_answer;
mod records;
mod root;
mod settings;
mod stream;

#[expect(
    unsafe_code,
    reason = "the host's functions are foreign; they are behind safe functions there"
)]
mod abi;
#[expect(unsafe_code, reason = "the host finds its callbacks by name")]
mod callbacks;
