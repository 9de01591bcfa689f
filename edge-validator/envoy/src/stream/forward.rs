//! Puts a permit into the host's hands: nothing of the incoming request stays.

use crate::abi::Failure;
use crate::abi::host::{self, Buffer, Map};
use crate::root::Root;
use crate::stream::answer;
use edgewrit_edge::config::Upstream;
use edgewrit_edge::http::head::Pair;
use edgewrit_edge::http::header_diff::diff_headers;
use edgewrit_edge::verdict::in_flight::InFlight;
use edgewrit_edge::verdict::permit::{OutgoingRequest, Permit};
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use std::sync::Arc;

/// Names the cluster of the permit's upstream. A route with `cluster_header` follows it, and removes it.
const CLUSTER_HEADER: &str = "x-edgewrit-cluster";
/// Forbids retries, whatever the route says: one permit is one request. The router removes it.
const RETRIES_HEADER: &str = "x-envoy-max-retries";
/// Envoy finds no route without it.
const PROTOCOL_HEADER: &str = "x-forwarded-proto";

/// A permitted request on its way.
pub(crate) struct Forwarded {
    pub(crate) in_flight: InFlight,
    pub(crate) upstream: Arc<Upstream>,
}

/// Turns the request that the host holds, with the headers `held` unless they cannot be read, into the permit's.
pub(crate) fn replace_request(
    permit: Permit,
    root: &Root,
    held: Option<&[Pair<'_>]>,
    has_body: bool,
) -> Result<Forwarded, Refusal> {
    let (request, in_flight) = permit.into_request();
    match write_request(&request, root, held, has_body) {
        Ok(()) => {
            answer::publish_verdict("permit");
            Ok(Forwarded {
                in_flight,
                upstream: request.upstream,
            })
        }
        Err(fault) => Err(in_flight.withdraw(fault)),
    }
}

fn write_request(
    request: &OutgoingRequest,
    root: &Root,
    held: Option<&[Pair<'_>]>,
    has_body: bool,
) -> Result<(), HostFault> {
    let held = held.ok_or(HostFault::Unreadable)?;
    let cluster = root.settings.cluster(request.upstream.name());
    let cluster = cluster.ok_or(HostFault::OtherUpstream)?;
    if !root.trusts_routes() || routes_to_other_cluster(cluster) {
        return Err(HostFault::OtherUpstream);
    }
    if has_body != request.body.is_some() {
        return Err(HostFault::OtherRequest);
    }
    let sent = replace_head(request, held, cluster).and_then(|()| match &request.body {
        Some(body) => host::replace_bytes(Buffer::RequestBody, body),
        None => Ok(()),
    });
    sent.map_err(|failure| {
        failure.log();
        HostFault::OtherRequest
    })
}

/// Whether the route that Envoy has matched last is one to another cluster. Not while a route leaves the choice to [`CLUSTER_HEADER`].
///
/// Envoy matches a route when the request arrives and again, after this filter, by the headers that it has set. So a route of
/// another cluster is seen here if the client's request matches it; one that only the permit's headers match is seen in the
/// response.
pub(crate) fn routes_to_other_cluster(cluster: &str) -> bool {
    host::read_property("xds\0cluster_name").is_ok_and(|selected| selected != cluster.as_bytes())
}

fn replace_head(request: &OutgoingRequest, held: &[Pair<'_>], cluster: &str) -> Result<(), Failure> {
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
    host::change_headers(Map::Request, changes.remove, changes.set)
}
