//! Forward auth: the answers to a proxy in front that asks for a verdict and sends the request
//! itself.

mod answer;
mod start;

pub use self::start::ForwardAuthError;
pub(crate) use self::start::check_start;

use crate::clock;
use crate::request::{IncomingHead, ProxyResponse};
use crate::worker::{Environment, Worker};
use edgewrit_edge::forward_auth::ForwardAuth;
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use hyper::Request;
use hyper::body::Incoming;
use std::rc::Rc;
use std::sync::Arc;

/// Answers one question. The body of a question is not read: a request with a body is refused.
pub(crate) async fn answer(
    worker: Rc<Worker>,
    forward_auth: Arc<ForwardAuth>,
    request: Request<Incoming>,
) -> ProxyResponse {
    let environment = worker.environment();
    let Some(_open) = worker.open_request() else {
        let refusal = Refusal::of_host(HostFault::Busy, &environment.memory, clock::now());
        return refuse(&worker, &environment, &forward_auth, &refusal);
    };
    let (parts, body) = request.into_parts();
    let Some(head) = IncomingHead::read(&parts, &body) else {
        let refusal = Refusal::of_host(HostFault::Unreadable, &environment.memory, clock::now());
        return refuse(&worker, &environment, &forward_auth, &refusal);
    };
    let judged = match environment.in_world(|world| forward_auth.authorize(head.as_head(), world)) {
        Ok(authorized) if authorized.must_be_recorded() => {
            let (records, config) = (worker.records(), environment.config());
            let is_kept = records.keep_durably(config, authorized.record().line()).await;
            environment.in_world(|world| authorized.after_record(is_kept, world))
        }
        judged => judged,
    };
    match judged {
        Ok(authorized) => {
            worker.record(&environment, &authorized.record());
            answer::permit(forward_auth.front, &head.as_head(), authorized)
        }
        Err(refusal) => refuse(&worker, &environment, &forward_auth, &refusal),
    }
}

fn refuse(worker: &Worker, environment: &Environment, forward_auth: &ForwardAuth, refusal: &Refusal) -> ProxyResponse {
    worker.record(environment, &refusal.record());
    answer::refusal(forward_auth.front, refusal)
}
