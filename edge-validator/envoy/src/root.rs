//! The filter of one root context.

use crate::abi::host::{self, Buffer};
use crate::wasm::Wasm;
use edgewrit_edge::config::FaultList;
use edgewrit_edge::memory::body_budget::BodyBudget;
use edgewrit_envoy_common::root;
use edgewrit_envoy_common::settings::{Settings, single_fault};

/// One root context.
pub(crate) type Root = root::Root<Wasm>;

/// A root with its configuration, `size` bytes long, from the host.
pub(crate) fn configure(size: usize, bodies: Option<BodyBudget>) -> Result<Root, FaultList> {
    let text = host::read_bytes(Buffer::Configuration, size).map_err(single_fault)?;
    let environment = host::environment().map_err(single_fault)?;
    let settings = Settings::read(text, &environment)?;
    let seed = host::random().map_err(single_fault)?;
    Root::new(Wasm, settings, seed, bodies)
}
