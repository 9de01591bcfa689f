//! The permit: the only way upstream.

use crate::config::{Config, Upstream};
use crate::operation::Operation;
use crate::record::context::RequestContext;
use crate::request::draft::Draft;
use crate::verdict::decide::Authorization;
use crate::verdict::in_flight::InFlight;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Authorization to send one request, which it contains. Only the decision makes one; where uses are limited, only after one was spent.
#[must_use]
pub struct Permit(Box<Permitted>);

struct Permitted {
    context: RequestContext,
    config: Arc<Config>,
    operation: Arc<Operation>,
    draft: Draft,
    authorization: Authorization,
}

/// The request to send, once, complete: nothing of the incoming request is added to it, and no host repeats it.
pub struct OutgoingRequest {
    /// The method that was judged.
    pub method: String,
    /// Where it goes. Its authority goes into `host`.
    pub upstream: Arc<Upstream>,
    /// The path, byte for byte as judged, and the query in the spelling that was judged; the URL is
    /// the upstream's origin and this.
    pub target: String,
    /// Header names in lower case and values, the upstream's credential among them. `content-length` is the host's to set.
    pub headers: Vec<(Arc<str>, Vec<u8>)>,
    /// The judged body, a form in the spelling that was judged; `None` if the request has none.
    pub body: Option<Vec<u8>>,
}

impl Permit {
    /// The only maker. A [`Authorization`] comes from the decision alone.
    pub(crate) fn new(
        context: RequestContext,
        config: Arc<Config>,
        operation: Arc<Operation>,
        draft: Draft,
        authorization: Authorization,
    ) -> Self {
        Self(Box::new(Permitted {
            context,
            config,
            operation,
            draft,
            authorization,
        }))
    }

    /// The request to send, and what waits for its response.
    #[must_use]
    pub fn into_request(self) -> (OutgoingRequest, InFlight) {
        let Permitted {
            context,
            config,
            operation,
            draft,
            authorization,
        } = *self.0;
        let request = OutgoingRequest {
            method: draft.method,
            upstream: Arc::clone(&operation.upstream),
            target: draft.target,
            headers: draft.headers,
            body: draft.body,
        };
        (request, InFlight::new(context, config, operation.caches, authorization))
    }
}
