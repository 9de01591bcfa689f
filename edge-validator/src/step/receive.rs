//! Reception of the head of a request: every check up to the parameters in the head, with cheap
//! refusals first.

use crate::authenticate;
use crate::config::Config;
use crate::http::head::Head;
use crate::http::headers::Headers;
use crate::reason::Objection;
use crate::record::context::RequestContext;
use crate::request::parsed::{ParsedHead, ParsedRequest};
use crate::world::World;
use crate::writ::Writ;
use alloc::sync::Arc;

/// A request with a valid writ and a known operation.
#[derive(Debug)]
pub(crate) struct Request {
    /// The configuration of the request from its begin to its end, even if the host reloads
    /// meanwhile.
    pub(crate) config: Arc<Config>,
    pub(crate) writ: Arc<Writ>,
    pub(crate) parsed: ParsedRequest,
}

/// Judges `head`. `context` gets each fact as soon as it is known, even if the request is refused.
pub(crate) fn receive_head(
    head: &Head<'_>,
    world: &World<'_>,
    context: &mut RequestContext,
) -> Result<Request, Objection> {
    let config = world.config;
    let formed = ParsedHead::read(head, config)?;
    context.traceparent = read_traceparent(&formed.headers);
    let writ = authenticate::verify(&formed.headers, config, world)?;
    context.writ = Some(Arc::clone(&writ));
    let parsed = formed.into_request(config, &mut context.subject)?;
    Ok(Request {
        config: Arc::clone(config),
        writ,
        parsed,
    })
}

/// The trace context of the client, if it has the form of version 00 (W3C Trace Context, section
/// 3.2).
fn read_traceparent(headers: &Headers<'_>) -> Option<Arc<str>> {
    const LENGTH: usize = 55;
    let value = headers.value("traceparent")?;
    (value.len() == LENGTH).then(|| value.into())
}
