//! Responses of the edge itself, and the verdict in access logs.

use crate::abi::host::{self, Reply};
use crate::root::Root;
use crate::wasm::log_failure;
use edgewrit_edge::verdict::refusal::{ProblemResponse, Refusal};

/// The filter state that access logs show as `%FILTER_STATE(wasm.edgewrit:PLAIN)%`.
const FILTER_STATE: &str = "edgewrit";

/// Answers the client with a refusal.
pub(crate) fn send_refusal(refusal: &Refusal, root: &Root) {
    publish_verdict(refusal.reason().label());
    send_response(&refusal.response(), refusal.reason().label());
    root.record(&refusal.record());
}

/// Answers the client. If the host refuses the response, the request stays paused.
pub(crate) fn send_response(response: &ProblemResponse, label: &str) {
    let headers: Vec<_> = response
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let sent = host::send_reply(&Reply {
        status: response.status,
        headers: &headers,
        body: response.body.as_bytes(),
        details: &format!("edgewrit_{label}"),
    });
    if let Err(failure) = sent {
        log_failure(failure);
    }
}

/// Publishes the verdict for access logs. Nothing depends on it.
pub(crate) fn publish_verdict(label: &str) {
    let _ = host::publish_state(FILTER_STATE, label);
}
