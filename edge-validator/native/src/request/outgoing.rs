//! The request of a permit, as the HTTP client sends it.

use crate::upstream::UpstreamRequest;
use edgewrit_edge::verdict::permit::OutgoingRequest;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, http};

/// Why the client cannot send the request of a permit.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OtherRequest {
    /// A part that HTTP cannot express.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// A target that the library of HTTP changes.
    #[error("the target would be sent as another one")]
    Target,
}

/// The request of a permit.
///
/// # Errors
/// If the request would not be the one of the permit.
pub(crate) fn build(outgoing: OutgoingRequest) -> Result<UpstreamRequest, OtherRequest> {
    Ok(UpstreamRequest {
        method: Method::from_bytes(outgoing.method.as_bytes()).map_err(http::Error::from)?,
        target: build_target(outgoing.target)?,
        headers: outgoing
            .headers
            .into_iter()
            .map(|(name, value)| build_header(&name, value))
            .collect::<Result<_, _>>()?,
        body: outgoing.body.map(Bytes::from),
    })
}

/// The target, byte for byte. The library removes a fragment, and writes `/?a` for `?a`.
pub(crate) fn build_target(target: String) -> Result<PathAndQuery, OtherRequest> {
    let judged = Bytes::from(target);
    let parsed = PathAndQuery::from_maybe_shared(judged.clone()).map_err(http::Error::from)?;
    match judged.starts_with(b"/") && parsed.as_str().as_bytes() == judged {
        true => Ok(parsed),
        false => Err(OtherRequest::Target),
    }
}

fn build_header(name: &str, value: Vec<u8>) -> Result<(HeaderName, HeaderValue), http::Error> {
    let name = HeaderName::from_bytes(name.as_bytes())?;
    let value = HeaderValue::from_maybe_shared(Bytes::from(value))?;
    Ok((name, value))
}
