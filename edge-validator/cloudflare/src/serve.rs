//! One request, from its head to its response.

use crate::incoming::Incoming;
use crate::isolate::Isolate;
use crate::{answer, body, follow, issuer, outgoing, runtime};
use edgewrit_edge::permit::Permit;
use edgewrit_edge::refusal::{HostFault, Refusal};
use edgewrit_edge::step::Step;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{Request, Response};
use worker::Context;

/// Most steps that a request takes: its head, its body, a boot id, a spend.
const STEPS: u32 = 8;
/// What is told when nothing can be decided without a newer bundle.
const STALE: &str = "snapshot_stale";

/// Answers a request.
pub(crate) async fn serve(isolate: &Rc<Isolate>, request: &Request, context: &Context) -> Result<Response, JsValue> {
    follow::refresh(isolate, context);
    let Ok(incoming) = Incoming::read(request, &isolate.config) else {
        return answer::refusal(&unreadable(isolate));
    };
    let mut step = isolate.step(|world| incoming.start(world));
    if matches!(&step, Step::Refuse(refusal) if refusal.error_code() == STALE) {
        follow::settled(isolate).await;
        step = isolate.step(|world| incoming.start(world));
    }
    for _ in 0..STEPS {
        step = match step {
            Step::Refuse(refusal) => return answer::refusal(&refusal),
            Step::Forward(permit) => return forward(permit).await,
            Step::Body(need) => {
                let body = body::of_request(request, need.limit()).await;
                isolate.step(|world| need.with(body.as_body(), world))
            }
            Step::Spend(need) => {
                let heard = issuer::call(&isolate.config, &need.call()).await;
                isolate.step(|world| need.with(heard.answer(), world))
            }
        };
    }
    answer::refusal(&unreadable(isolate))
}

fn unreadable(isolate: &Isolate) -> Refusal {
    Refusal::of_host(HostFault::Unreadable, isolate.memory(), runtime::now())
}

/// Sends what the permit holds, once.
async fn forward(permit: Permit) -> Result<Response, JsValue> {
    let (outgoing, in_flight) = permit.into_request();
    let request = match outgoing::permitted(&outgoing) {
        Ok(request) => request,
        Err(fault) => return answer::refusal(&in_flight.withdraw(fault)),
    };
    match runtime::fetch(&request).await {
        Ok(response) => answer::upstream(in_flight, &response),
        Err(error) => {
            runtime::log(&format!("the upstream cannot be reached: {}", runtime::message(&error)));
            answer::unanswered(in_flight)
        }
    }
}
