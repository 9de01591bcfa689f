//! The edge validator as a Cloudflare Worker.
//!
//! This crate translates between the runtime and [`edgewrit_edge`] and decides nothing. The crate
//! reads only the headers that the pipeline reads. The crate builds the outgoing request from the
//! permit alone, for the fixed origin of the upstream.
//!
//! The path of a request: the runtime calls `entry.js`, [`request`] handles one request from its
//! head to its response, [`isolate`] has the state that outlives the request (its snapshot, its
//! records, its counters), and [`platform`] is the interface to the runtime.

mod isolate;
mod platform;
mod request;

use edgewrit_edge::verdict::refusal::ProblemResponse;
use isolate::queue;
use request::answer;
use request::{BegunRequest, Exchange};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::Request;
use worker::Env;

/// Handles a request. The result is a `Response`, a [`request::ToSend`], or a promise of either.
/// The Worker answers every request itself, because the runtime would answer an error.
///
/// # Errors
/// If the runtime cannot make a response.
#[wasm_bindgen]
pub fn begin(request: Request, env: &Env, context: worker::worker_sys::Context) -> Result<JsValue, JsValue> {
    let Some(isolate) = isolate::current(env) else {
        return answer::problem_response(&ProblemResponse::of_unconfigured_edge()).map(JsValue::from);
    };
    match Exchange::new(isolate, request, context).begin()? {
        BegunRequest::Done(done) => Ok(done),
        BegunRequest::Waits(waits) => Ok(future_to_promise(waits).into()),
    }
}

/// Does nothing. The call replaces an instance that has panicked: the bindings start a fresh one
/// before a call.
#[wasm_bindgen]
pub fn awake() {}

/// Delivers records of the queue, if the Worker consumes a queue.
#[wasm_bindgen(js_name = queue)]
pub async fn consume(messages: JsValue, env: Env) -> Result<(), JsValue> {
    match isolate::current(&env) {
        Some(isolate) => queue::deliver_messages(&isolate, messages.unchecked_ref()).await,
        None => Err("the edge is not configured".into()),
    }
}
