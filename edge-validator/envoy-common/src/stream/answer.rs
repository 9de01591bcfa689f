//! Responses of the edge itself, and the verdict in access logs.

use crate::host::stream::{Reply, StreamHost};
use crate::root::Root;
use edgewrit_edge::verdict::refusal::{ProblemResponse, Refusal};

/// Answers the client with a refusal.
pub(super) fn send_refusal<H: StreamHost>(refusal: &Refusal, root: &Root<H>) {
    publish_verdict(root.host, refusal.reason().label());
    send_response(root.host, &refusal.response(), refusal.reason().label());
    root.record(&refusal.record());
}

/// Answers the client. If the host refuses the response, the request stays paused.
pub(super) fn send_response(host: impl StreamHost, response: &ProblemResponse, label: &str) {
    let headers: Vec<_> = response
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let sent = host.send_reply(&Reply {
        status: response.status,
        headers: &headers,
        body: response.body.as_bytes(),
        details: &format!("edgewrit_{label}"),
    });
    if let Err(failure) = sent {
        failure.log(host);
    }
}

/// Publishes the verdict for access logs. Nothing depends on it.
pub(super) fn publish_verdict(host: impl StreamHost, label: &str) {
    let _ = host.publish_verdict(label);
}
