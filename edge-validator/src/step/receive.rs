//! Reception of the head of a request: every check up to the parameters in the head, with cheap
//! refusals first.

use crate::authenticate;
use crate::http::head::Head;
use crate::http::headers::Headers;
use crate::record::context::RequestContext;
use crate::request::attempts::AttemptValues;
use crate::request::parsed::{HeadSelection, ParsedHead};
use crate::verdict::judged::Judged;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use alloc::boxed::Box;
use alloc::sync::Arc;
use edgewrit_shared::trace_context::is_traceparent;

/// A request whose head was judged.
#[derive(Debug)]
pub(crate) struct ReceivedHead {
    pub(crate) judged: Box<Judged>,
    /// The attempt, without the values of the body.
    pub(crate) attempt: AttemptValues,
    /// Most bytes of the body; `None` if the operation takes no body.
    pub(crate) body_bytes: Option<usize>,
}

/// Judges `head`. A refusal states each fact that is known by then.
pub(crate) fn receive_head(head: &Head<'_>, world: &World<'_>) -> Result<ReceivedHead, Refusal> {
    let config = world.config;
    let mut context = RequestContext::new(world.memory.next_request(), world.now);
    let parsed = match ParsedHead::read(head, config) {
        Ok(parsed) => parsed,
        Err(objection) => return Err(Refusal::new(context, objection)),
    };
    context.arrival.traceparent = read_traceparent(&parsed.headers);
    let writ = match authenticate::verify(&parsed.headers, config, world) {
        Ok(writ) => writ,
        Err(objection) => return Err(Refusal::new(context, objection)),
    };
    context.writ = Some(Arc::clone(&writ));
    let selection = match parsed.select(config) {
        Ok(selection) => selection,
        Err(refused) => {
            context.subject = refused.subject.unwrap_or_default();
            return Err(Refusal::new(context, refused.objection));
        }
    };
    let HeadSelection {
        attempt,
        draft,
        body_bytes,
    } = selection;
    let judged = Judged {
        arrival: context.arrival,
        config: Arc::clone(config),
        writ,
        operation: Arc::clone(&attempt.operation),
        subject: attempt.subject(),
        draft,
    };
    Ok(ReceivedHead {
        judged: Box::new(judged),
        attempt,
        body_bytes,
    })
}

/// The trace context of the client.
fn read_traceparent(headers: &Headers<'_>) -> Option<Arc<str>> {
    let value = headers.value("traceparent")?;
    is_traceparent(value).then(|| value.into())
}
