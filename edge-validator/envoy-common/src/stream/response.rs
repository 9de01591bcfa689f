//! Edits of the response before the client sees it.

use crate::host::stream::{Flow, Message, StreamHost};
use crate::root::Root;
use crate::stream::answer;
use crate::stream::forward::{Forwarded, routes_to_other_cluster};
use crate::stream::status::read_status;
use edgewrit_edge::verdict::in_flight::{InFlight, OpenResponse, Outcome, ResponseEdits, ResponseHead};
use edgewrit_edge::verdict::refusal::{HostFault, ProblemResponse};

/// The least status that may be of Envoy itself.
const ERRORS: u16 = 400;
/// The details of a response that the upstream made.
const VIA_UPSTREAM: &[u8] = b"via_upstream";

/// Edits the response of the host, or replaces it. Returns the open response to watch while its
/// body goes to the client.
pub(super) fn edit_or_replace<H: StreamHost>(forwarded: Forwarded, root: &Root<H>) -> (Flow, Option<OpenResponse>) {
    let Forwarded {
        mut in_flight,
        upstream,
    } = forwarded;
    let cluster = root.settings.cluster(upstream.name()).unwrap_or_default();
    if routes_to_other_cluster(root.host, cluster) {
        root.distrust_routes(cluster);
        answer::send_refusal(&in_flight.withdraw(HostFault::OtherUpstream), root);
        return (Flow::Pause, None);
    }
    match edit_response(root.host, &mut in_flight) {
        Some((status, flow)) => {
            let open = (flow == Flow::Continue).then(|| in_flight.open_response(status));
            root.record(&in_flight.finish(Outcome::Answered(status)));
            (flow, open)
        }
        None => {
            answer::send_response(root.host, &in_flight.unanswered_response(), "unanswered");
            root.record(&in_flight.finish(Outcome::Failed));
            (Flow::Pause, None)
        }
    }
}

/// Restores the status of a refusal that Envoy has turned into a gRPC response. Such a response has
/// no body, so headers about a body are removed.
pub(super) fn restore_status<H: StreamHost>(host: H, status: u16) -> Flow {
    const GRPC: [&str; 2] = ["grpc-status", "grpc-message"];
    const REMOVED: [&str; 3] = ["grpc-status", "grpc-message", "content-type"];
    let status = status.to_string();
    let restored = host.headers(Message::Response).and_then(|headers| {
        let is_grpc = H::pairs(&headers).is_some_and(|pairs| pairs.iter().any(|(name, _)| GRPC.contains(name)));
        match is_grpc {
            true => host.change_headers(Message::Response, &REMOVED, &[(":status", status.as_bytes())]),
            false => Ok(()),
        }
    });
    match restored {
        Ok(()) => Flow::Continue,
        Err(failure) => {
            failure.log(host);
            Flow::Pause
        }
    }
}

/// Edits the response and returns the status of the upstream; `None` if the host has no response of
/// the upstream that can pass.
fn edit_response<H: StreamHost>(host: H, in_flight: &mut InFlight) -> Option<(u16, Flow)> {
    let held = host.headers(Message::Response).ok()?;
    let pairs = H::pairs(&held)?;
    let status = read_status(&pairs)?;
    if status >= ERRORS && !is_of_upstream(host) {
        return None;
    }
    let headers: Vec<_> = pairs.into_iter().filter(|(name, _)| !name.starts_with(':')).collect();
    let edits = in_flight.edit_response(&ResponseHead {
        status,
        headers: &headers,
    });
    match edits.body {
        Some(_) => Some((status, replace_response(host, edits))),
        None => {
            let set: Vec<_> = edits
                .set
                .iter()
                .map(|(name, value)| (*name, value.as_bytes()))
                .collect();
            let changed = host.change_headers(Message::Response, &edits.remove, &set);
            changed.ok().map(|()| (status, Flow::Continue))
        }
    }
}

fn is_of_upstream(host: impl StreamHost) -> bool {
    host.response_details().is_ok_and(|details| details == VIA_UPSTREAM)
}

/// Answers in place of the upstream.
fn replace_response(host: impl StreamHost, edits: ResponseEdits<'_>) -> Flow {
    let response = ProblemResponse {
        status: edits.status,
        headers: edits.set,
        body: edits.body.unwrap_or_default(),
    };
    answer::send_response(host, &response, "replaced");
    Flow::Pause
}
