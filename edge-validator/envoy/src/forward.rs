//! Puts a permit into the host's hands: nothing of the incoming request stays.

use crate::abi::host::{self, Buffer, Map};
use crate::answer;
use crate::root::Root;
use edgewrit_edge::permit::{OutgoingRequest, Permit};
use edgewrit_edge::refusal::{HostFault, Refusal};
use edgewrit_edge::response::InFlight;

/// Names the cluster of the permit's upstream. A route with `cluster_header` follows it, and removes it.
const CLUSTER_HEADER: &str = "x-edgewrit-cluster";
/// Envoy finds no route without it.
const PROTOCOL_HEADER: &str = "x-forwarded-proto";

/// A permitted request on its way.
pub(crate) struct Forwarded {
    pub(crate) in_flight: InFlight,
    /// The cluster that it has to go to.
    pub(crate) cluster: String,
}

/// Replaces the request that the host holds by the permit's.
pub(crate) fn replace(permit: Permit, root: &Root, has_body: bool) -> Result<Forwarded, Refusal> {
    let (request, in_flight) = permit.into_request();
    match place(&request, root, has_body) {
        Ok(cluster) => {
            answer::publish("permit");
            Ok(Forwarded { in_flight, cluster })
        }
        Err(fault) => Err(in_flight.withdraw(fault)),
    }
}

fn place(request: &OutgoingRequest, root: &Root, has_body: bool) -> Result<String, HostFault> {
    let cluster = root.cluster(&request.upstream).ok_or(HostFault::OtherUpstream)?;
    if selected_cluster().is_some_and(|selected| selected != cluster.as_bytes()) {
        return Err(HostFault::OtherUpstream);
    }
    if has_body != request.body.is_some() {
        return Err(HostFault::OtherRequest);
    }
    let sent = replace_head(request, cluster).and_then(|()| match &request.body {
        Some(body) => host::replace_bytes(Buffer::RequestBody, body),
        None => Ok(()),
    });
    match sent {
        Ok(()) => Ok(cluster.to_owned()),
        Err(failure) => {
            failure.log();
            Err(HostFault::OtherRequest)
        }
    }
}

/// The cluster of the route that Envoy has matched last; `None` while a route leaves the choice to [`CLUSTER_HEADER`].
///
/// Envoy matches a route when the request arrives and again, after this filter, by the headers that it has set. So a route of
/// another cluster is seen here if the client's request matches it; one that only the permit's headers match is seen in the
/// response.
pub(crate) fn selected_cluster() -> Option<Vec<u8>> {
    host::property("xds\0cluster_name").ok()
}

fn replace_head(request: &OutgoingRequest, cluster: &str) -> Result<(), crate::abi::Failure> {
    let scheme = request.origin.split_once("://").map_or("https", |(scheme, _)| scheme);
    let length = request.body.as_ref().map(|body| body.len().to_string());
    let mut headers: Vec<(&str, &[u8])> = vec![
        (":method", request.method.as_bytes()),
        (":scheme", scheme.as_bytes()),
        (":authority", request.authority.as_bytes()),
        (":path", request.target.as_bytes()),
        (PROTOCOL_HEADER, scheme.as_bytes()),
        (CLUSTER_HEADER, cluster.as_bytes()),
    ];
    headers.extend(request.headers.iter().map(|(name, value)| (&**name, value.as_slice())));
    headers.extend(length.as_ref().map(|length| ("content-length", length.as_bytes())));
    if !request.repeatable {
        headers.push(("x-envoy-max-retries", b"0"));
    }
    host::replace_headers(Map::Request, &headers)
}
