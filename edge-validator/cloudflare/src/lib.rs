//! The edge validator as a Cloudflare Worker.
//!
//! This crate translates between the runtime and [`edgewrit_edge`]; it decides nothing. A request is read by the names that the
//! pipeline looks at, and what goes upstream is built from the permit alone, for the upstream's fixed origin.
//!
//! The flow, top down: [`serve`] takes one request from its head to its response, [`isolate`] holds what outlives it, [`follow`]
//! keeps the isolate's snapshot fresh, [`records`] writes verdicts down, [`cut`] ends responses in time, [`incoming`], [`outgoing`] and [`answer`] translate, [`runtime`] is what is asked of the
//! host itself.

mod answer;
mod body;
mod cut;
mod follow;
mod incoming;
mod isolate;
mod issuer;
mod metrics;
mod outgoing;
mod queue;
mod records;
mod runtime;
mod serve;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::{Context, Env, event};

/// Requests. It answers every request itself: an error would be the runtime's to answer.
#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    let response = match isolate::current(&env) {
        Some(isolate) => serve::serve(&isolate, &request, context).await,
        None => answer::unconfigured(),
    };
    response.map_err(worker::Error::from)
}

/// Records that come out of the queue, if the Worker consumes one.
#[wasm_bindgen(js_name = queue)]
pub async fn consume(messages: JsValue, env: Env) -> Result<(), JsValue> {
    match isolate::current(&env) {
        Some(isolate) => queue::deliver(&isolate, messages.unchecked_ref()).await,
        None => Err("the edge is not configured".into()),
    }
}
