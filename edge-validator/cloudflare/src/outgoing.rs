//! The request for a permit: built from nothing, for a fixed origin.

use crate::host::{self, Outline};
use edgewrit_edge::permit::OutgoingRequest;
use edgewrit_edge::refusal::HostFault;
use web_sys::Request;

/// The runtime's request for a permit.
///
/// # Errors
/// If the runtime cannot make it, or would send something else than what was judged.
pub(crate) fn permitted(outgoing: &OutgoingRequest) -> Result<Request, HostFault> {
    let headers = outgoing.headers.iter();
    let outline = Outline {
        url: [outgoing.upstream.origin(), &outgoing.target].concat(),
        method: &outgoing.method,
        headers: headers.map(|(name, value)| (&**name, value.as_slice())).collect(),
        body: outgoing.body.as_deref(),
        signal: None,
    };
    host::request_of(&outline).map_err(|_| HostFault::OtherRequest)
}
