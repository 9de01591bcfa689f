//! Replacement of the incoming request by the request of a permit. Nothing of the incoming request
//! stays.

use crate::host::HostFailure;
use crate::host::stream::{Message, StreamHost};
use crate::root::Root;
use crate::stream::answer;
use edgewrit_edge::config::Upstream;
use edgewrit_edge::http::head::Pair;
use edgewrit_edge::http::header_diff::diff_headers;
use edgewrit_edge::verdict::in_flight::InFlight;
use edgewrit_edge::verdict::permit::{OutgoingRequest, Permit};
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use std::sync::Arc;

/// The header with the cluster of the upstream of the permit. A route with `cluster_header` follows
/// it and removes it.
const CLUSTER_HEADER: &str = "x-edgewrit-cluster";
/// The header that forbids retries, whatever the route says: one permit is one request. The router
/// removes it.
const RETRIES_HEADER: &str = "x-envoy-max-retries";
/// The header without which Envoy finds no route.
const PROTOCOL_HEADER: &str = "x-forwarded-proto";

/// A permitted request on its way.
pub(crate) struct Forwarded {
    pub(crate) in_flight: InFlight,
    pub(crate) upstream: Arc<Upstream>,
}

/// Replaces the request of the host by the request of the permit. `held` are the headers of the
/// host, unless they cannot be read.
pub(super) fn replace_request<H: StreamHost>(
    permit: Permit,
    root: &Root<H>,
    held: Option<&[Pair<'_>]>,
    has_body: bool,
) -> Result<Forwarded, Refusal> {
    let (request, in_flight) = permit.into_request();
    match write_request(&request, root, held, has_body) {
        Ok(()) => {
            answer::publish_verdict(root.host, "permit");
            Ok(Forwarded {
                in_flight,
                upstream: request.upstream,
            })
        }
        Err(fault) => Err(in_flight.withdraw(fault)),
    }
}

fn write_request<H: StreamHost>(
    request: &OutgoingRequest,
    root: &Root<H>,
    held: Option<&[Pair<'_>]>,
    has_body: bool,
) -> Result<(), HostFault> {
    let held = held.ok_or(HostFault::Unreadable)?;
    let cluster = find_cluster(root, &request.upstream)?;
    if has_body != request.body.is_some() {
        return Err(HostFault::OtherRequest);
    }
    let sent = replace_head(root.host, request, held, cluster).and_then(|()| match &request.body {
        Some(body) => root.host.replace_request_body(body),
        None => Ok(()),
    });
    sent.map_err(|failure| {
        failure.log(root.host);
        HostFault::OtherRequest
    })
}

/// The cluster of an upstream, unless a route leads elsewhere.
pub(super) fn find_cluster<'r, H: StreamHost>(root: &'r Root<H>, upstream: &Upstream) -> Result<&'r str, HostFault> {
    let cluster = root.settings.cluster(upstream.name());
    let cluster = cluster.ok_or(HostFault::OtherUpstream)?;
    match root.trusts_routes() && !routes_to_other_cluster(root.host, cluster) {
        true => Ok(cluster),
        false => Err(HostFault::OtherUpstream),
    }
}

/// Whether the last route that Envoy has matched leads to another cluster. A route that uses
/// [`CLUSTER_HEADER`] does not.
///
/// Envoy matches a route when the request arrives, and again after this filter by the headers that
/// the filter has set. So this function sees a route to another cluster if the request of the
/// client matches it. The check of the response sees a route that only the headers of the permit
/// match.
pub(super) fn routes_to_other_cluster(host: impl StreamHost, cluster: &str) -> bool {
    host.selected_cluster()
        .is_ok_and(|selected| selected != cluster.as_bytes())
}

fn replace_head(
    host: impl StreamHost,
    request: &OutgoingRequest,
    held: &[Pair<'_>],
    cluster: &str,
) -> Result<(), HostFailure> {
    let (scheme, authority) = (request.upstream.scheme(), request.upstream.authority());
    let length = request.body.as_ref().map(|body| body.len().to_string());
    let mut wanted: Vec<Pair<'_>> = vec![
        (":method", request.method.as_bytes()),
        (":scheme", scheme.as_bytes()),
        (":authority", authority.as_bytes()),
        (":path", request.target.as_bytes()),
        (PROTOCOL_HEADER, scheme.as_bytes()),
        (CLUSTER_HEADER, cluster.as_bytes()),
        (RETRIES_HEADER, b"0"),
    ];
    wanted.extend(request.headers.iter().map(|(name, value)| (&**name, value.as_slice())));
    wanted.extend(length.as_ref().map(|length| ("content-length", length.as_bytes())));
    let changes = diff_headers(held, &wanted);
    host.change_headers(Message::Request, &changes.remove, &changes.set)
}
