//! Responses: those of the edge, and those of the upstream with the edits of the pipeline.

use crate::request::cut::WatchedBody;
use crate::upstream::UpstreamBody;
use edgewrit_edge::http::head::Pair;
use edgewrit_edge::verdict::in_flight::{InFlight, ResponseEdits, ResponseHead};
use edgewrit_edge::verdict::refusal::ProblemResponse;
use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::http::response::Parts;
use hyper::{Response, StatusCode, Version};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A response to the client.
pub(crate) type ProxyResponse = Response<ResponseBody>;

/// The body of a response.
pub(crate) enum ResponseBody {
    /// A body of the edge.
    Own(Full<Bytes>),
    /// A short body of the upstream, or an empty one.
    Short(UpstreamBody),
    /// A body of the upstream, which streams through while its writ is valid.
    Watched(WatchedBody),
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Own(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Self::Short(body) => Pin::new(body).poll_frame(context),
            Self::Watched(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(body) => body.is_end_stream(),
            Self::Short(body) => body.is_end_stream(),
            Self::Watched(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(body) => body.size_hint(),
            Self::Short(body) => body.size_hint(),
            Self::Watched(body) => body.size_hint(),
        }
    }
}

/// Edits the head of the response of the upstream. The error is a response in place of the whole
/// response.
pub(crate) fn edit_head(in_flight: &mut InFlight, head: &mut Parts) -> Result<(), ProblemResponse> {
    let pairs: Vec<Pair<'_>> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let ResponseEdits {
        status,
        remove,
        set,
        body,
    } = in_flight.edit_response(&ResponseHead {
        status: head.status.as_u16(),
        headers: &pairs,
    });
    if let Some(body) = body {
        let headers = set;
        return Err(ProblemResponse { status, headers, body });
    }
    let removed: Vec<HeaderName> = head
        .headers
        .keys()
        .filter(|name| remove.contains(&name.as_str()))
        .cloned()
        .collect();
    for name in removed {
        head.headers.remove(name);
    }
    set_headers(&mut head.headers, &set);
    head.extensions.clear();
    head.version = Version::HTTP_11;
    Ok(())
}

/// A response of the edge itself.
pub(crate) fn problem(problem: &ProblemResponse) -> ProxyResponse {
    let mut response = Response::new(ResponseBody::Own(Full::new(Bytes::copy_from_slice(
        problem.body.as_bytes(),
    ))));
    *response.status_mut() = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set_headers(response.headers_mut(), &problem.headers);
    response
}

/// A response without a body.
pub(crate) fn bare(status: u16) -> ProxyResponse {
    problem(&ProblemResponse {
        status,
        headers: Vec::new(),
        body: String::new(),
    })
}

/// Sets headers whose values are of the edge and therefore valid.
fn set_headers(headers: &mut HeaderMap, set: &[(&'static str, String)]) {
    for (name, value) in set {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
