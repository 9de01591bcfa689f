//! Reading of the body of a request into the request that needs it.

use edgewrit_edge::step::{BodyEnd, NeedBody};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use std::time::Duration;
use tokio::time::timeout;

/// Reads the body up to its limit and within its time. Trailers are dropped.
pub(crate) async fn read(body: &mut Incoming, need: &mut NeedBody) -> BodyEnd {
    let limit = Duration::from_secs(need.seconds());
    timeout(limit, read_frames(body, need)).await.unwrap_or(BodyEnd::Failed)
}

async fn read_frames(body: &mut Incoming, need: &mut NeedBody) -> BodyEnd {
    let mut size = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return BodyEnd::Failed };
        // h2 drops pseudo-headers in trailers, where RFC 9113, section 8.1, calls them malformed.
        if frame.trailers_ref().is_some_and(HeaderMap::is_empty) {
            return BodyEnd::Failed;
        }
        if let Some(part) = frame.data_ref() {
            size = size.saturating_add(part.len());
            if size > need.limit() {
                return BodyEnd::TooLarge;
            }
            need.append(part);
        }
    }
    BodyEnd::Whole
}
