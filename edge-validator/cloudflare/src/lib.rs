//! The edge validator as a Cloudflare Worker.
//!
//! This crate translates between the runtime and [`edgewrit_edge`]; it decides nothing. A request is read by the names that the
//! pipeline looks at, and what goes upstream is built from the permit alone, for the upstream's fixed origin.
//!
//! The way of a request: the runtime calls `entry.js`, [`request`] takes one request from its head to its response,
//! [`isolate`] holds what outlives the request (its snapshot, its records, its counters), and [`platform`] is what the
//! runtime offers.

mod isolate;
mod platform;
mod request;

use isolate::queue;
use request::answer;
use request::{Begun, Exchange};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::Request;
use worker::Env;

/// A request has come: answers a `Response`, a [`request::ToSend`], or a promise of either. It answers every request itself: an error would be the
/// runtime's to answer.
///
/// # Errors
/// If the runtime cannot make a response.
#[wasm_bindgen]
pub fn begin(request: Request, env: &Env, context: worker::worker_sys::Context) -> Result<JsValue, JsValue> {
    let Some(isolate) = isolate::current(env) else {
        return answer::unconfigured_response().map(JsValue::from);
    };
    match Exchange::new(isolate, request, context).begin()? {
        Begun::Done(done) => Ok(done),
        Begun::Waits(waits) => Ok(future_to_promise(waits).into()),
    }
}

/// Does nothing, in an instance that lives: the bindings start a fresh one before a call, if the last one panicked.
#[wasm_bindgen]
pub fn awake() {}

/// Records that come out of the queue, if the Worker consumes one.
#[wasm_bindgen(js_name = queue)]
pub async fn consume(messages: JsValue, env: Env) -> Result<(), JsValue> {
    match isolate::current(&env) {
        Some(isolate) => queue::deliver_messages(&isolate, messages.unchecked_ref()).await,
        None => Err("the edge is not configured".into()),
    }
}
