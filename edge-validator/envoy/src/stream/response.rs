//! Edits of the response before the client sees it.

use crate::abi::Flow;
use crate::abi::host::{self, Map};
use crate::owned_answer::status;
use crate::root::Root;
use crate::stream::answer;
use crate::stream::forward::{Forwarded, routes_to_other_cluster};
use crate::wasm::log_failure;
use edgewrit_edge::verdict::in_flight::{InFlight, OpenResponse, Outcome, ResponseEdits, ResponseHead};
use edgewrit_edge::verdict::refusal::{HostFault, ProblemResponse};

/// The least status that may be of Envoy itself.
const ERRORS: u16 = 400;
/// The details of a response that the upstream made.
const VIA_UPSTREAM: &[u8] = b"via_upstream";

/// Edits the response of the host, or replaces it. Returns the open response to watch while its
/// body goes to the client.
pub(crate) fn edit_or_replace(forwarded: Forwarded, root: &Root) -> (Flow, Option<OpenResponse>) {
    let Forwarded {
        mut in_flight,
        upstream,
    } = forwarded;
    let cluster = root.settings.cluster(upstream.name()).unwrap_or_default();
    if routes_to_other_cluster(cluster) {
        root.distrust_routes(cluster);
        answer::send_refusal(&in_flight.withdraw(HostFault::OtherUpstream), root);
        return (Flow::Pause, None);
    }
    match edit_response(&mut in_flight) {
        Some((status, flow)) => {
            let open = (flow == Flow::Continue).then(|| in_flight.open_response(status));
            root.record_sent(&in_flight.finish(Outcome::Answered(status)));
            (flow, open)
        }
        None => {
            answer::send_response(&in_flight.unanswered_response(), "unanswered");
            root.record_sent(&in_flight.finish(Outcome::Failed));
            (Flow::Pause, None)
        }
    }
}

/// Restores the status of a refusal that Envoy has turned into a gRPC response. Such a response has
/// no body, so headers about a body are removed.
pub(crate) fn restore_status(status: u16) -> Flow {
    const GRPC: [&str; 2] = ["grpc-status", "grpc-message"];
    let status = status.to_string();
    let restored = host::headers(Map::Response).and_then(|block| {
        let is_grpc = block
            .pairs()
            .is_ok_and(|pairs| pairs.iter().any(|(name, _)| GRPC.contains(name)));
        let remove = GRPC.into_iter().chain(["content-type"]).filter(|_| is_grpc);
        let set = is_grpc.then_some((":status", status.as_bytes()));
        host::change_headers(Map::Response, remove, set)
    });
    match restored {
        Ok(()) => Flow::Continue,
        Err(failure) => {
            log_failure(failure);
            Flow::Pause
        }
    }
}

/// Edits the response and returns the status of the upstream; `None` if the host has no response of
/// the upstream that can pass.
fn edit_response(in_flight: &mut InFlight) -> Option<(u16, Flow)> {
    let block = host::headers(Map::Response).ok()?;
    let pairs = block.pairs().ok()?;
    let status = status(&pairs)?;
    if status >= ERRORS && !is_of_upstream() {
        return None;
    }
    let headers: Vec<_> = pairs.into_iter().filter(|(name, _)| !name.starts_with(':')).collect();
    let edits = in_flight.edit_response(&ResponseHead {
        status,
        headers: &headers,
    });
    match edits.body {
        Some(_) => Some((status, replace_response(edits))),
        None => {
            let set = edits.set.iter().map(|(name, value)| (*name, value.as_bytes()));
            let changed = host::change_headers(Map::Response, edits.remove, set);
            changed.ok().map(|()| (status, Flow::Continue))
        }
    }
}

fn is_of_upstream() -> bool {
    host::read_property("response\0code_details").is_ok_and(|details| details == VIA_UPSTREAM)
}

/// Answers in place of the upstream.
fn replace_response(edits: ResponseEdits<'_>) -> Flow {
    let response = ProblemResponse {
        status: edits.status,
        headers: edits.set,
        body: edits.body.unwrap_or_default(),
    };
    answer::send_response(&response, "replaced");
    Flow::Pause
}
