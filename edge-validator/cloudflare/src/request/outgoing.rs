//! The outgoing request of a permit: a new request for a fixed origin.

use crate::platform::host::{self, RequestParts};
use edgewrit_edge::verdict::in_flight::InFlight;
use edgewrit_edge::verdict::permit::Permit;
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use web_sys::Request;

/// The request of a permit for the runtime, and the state that waits for its response.
///
/// # Errors
/// The refusal, if the runtime cannot make the request, or would send another request than the
/// judged one.
pub(crate) fn build_permitted(permit: Permit) -> Result<(Request, InFlight), Refusal> {
    let (outgoing, in_flight) = permit.into_request();
    let headers = outgoing.headers.iter();
    let outline = RequestParts {
        url: [outgoing.upstream.origin(), &outgoing.target].concat(),
        method: &outgoing.method,
        headers: headers.map(|(name, value)| (&**name, value.as_slice())).collect(),
        body: outgoing.body.as_deref(),
        signal: None,
    };
    match host::build_request(&outline) {
        Ok(request) => Ok((request, in_flight)),
        Err(_) => Err(in_flight.withdraw(HostFault::OtherRequest)),
    }
}
