//! The part of an Envoy adapter that does not depend on how Envoy loads the adapter.
//!
//! [`host`] has the few functions of Envoy that this crate needs. A Wasm filter implements them
//! with the proxy-wasm ABI, and a native module implements them with the functions of Envoy.
//! [`contexts`] has the filters and streams of one thread. [`root`] is one configured filter:
//! [`settings`], snapshot, calls. [`stream`] is one request. [`handover`] leaves bundles to later
//! filters. [`records`] keeps records in the memory of the host and delivers them.

pub mod contexts;
pub mod host;
pub mod root;
pub mod settings;
pub mod stream;

mod handover;
mod records;

#[cfg(test)]
mod simulated;
