//! The proxy-wasm ABI, version 0.2.1, as far as this filter uses it. In the shipped code only this
//! module and the exports have `unsafe`.
//!
//! [`host`] has the calls to the host, with every status as a `Result`; [`crate::callbacks`] has
//! the calls of the host. An exported callback costs the host time on each request, so the filter
//! exports only the callbacks that it needs: one for every part of an exchange that could otherwise
//! pass unseen, and none for the body of a response, which the filter does not read. These rules of
//! the interface always hold:
//! * The VM is single-threaded, and the host never calls a callback inside a callback, except the
//!   allocation export.
//! * The host reads the memory of a pointer argument during the call and keeps no pointer.
//! * The host writes its results into memory that the module allocated for that one call
//!   ([`arrival`]).

pub(crate) mod arrival;
pub(crate) mod host;
mod imports;
pub(crate) mod pairs;

use edgewrit_envoy_common::host::HostFailure;

/// The result for a returned status.
fn check_status(call: &'static str, status: u32) -> Result<(), HostFailure> {
    match status {
        0 => Ok(()),
        status => Err(HostFailure { call, status }),
    }
}
