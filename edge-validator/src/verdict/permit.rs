//! The permit, without which no request goes upstream.

use crate::config::Upstream;
use crate::verdict::decide::Authorization;
use crate::verdict::in_flight::InFlight;
use crate::verdict::judged::Judged;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

/// Permission to send one request, which it contains. Only the decision makes a permit. If uses are
/// limited, the decision makes it only after a use was spent for each limited attempt.
#[must_use]
pub struct Permit {
    judged: Box<Judged>,
    authorization: Authorization,
}

/// The complete request to send once. The host adds nothing of the incoming request to it and never
/// repeats it.
pub struct OutgoingRequest {
    /// The method that was judged.
    pub method: String,
    /// The upstream, whose authority goes into `host`.
    pub upstream: Arc<Upstream>,
    /// The path, byte for byte as judged, and the query in the judged spelling. The URL is the
    /// origin of the upstream and this target.
    pub target: String,
    /// Header names in lower case and values, the credential of the upstream included. The host
    /// sets `content-length`.
    pub headers: Vec<(Arc<str>, Vec<u8>)>,
    /// The judged body, a form in the judged spelling; `None` if the request has no body.
    pub body: Option<Vec<u8>>,
}

impl Permit {
    /// The only constructor. An [`Authorization`] comes from the decision alone.
    pub(crate) fn new(judged: Box<Judged>, authorization: Authorization) -> Self {
        Self { judged, authorization }
    }

    /// The request to send, and the value that processes its response.
    #[must_use]
    pub fn into_request(self) -> (OutgoingRequest, InFlight) {
        let Self {
            mut judged,
            authorization,
        } = self;
        let draft = mem::take(&mut judged.draft);
        let request = OutgoingRequest {
            method: draft.method,
            upstream: Arc::clone(&judged.operation.upstream),
            target: draft.target,
            headers: draft.headers,
            body: draft.body,
        };
        (request, InFlight::new(judged, authorization))
    }
}
