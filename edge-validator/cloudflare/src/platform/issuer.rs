//! Calls to the issuer: sent once, to its origin, with a timeout, without redirects.

use crate::platform::body;
use crate::platform::host::{self, RequestParts};
use crate::platform::runtime;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::{Call, OwnedAnswer};
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

/// Makes a call.
pub(crate) async fn call(config: &Config, call: &Call) -> OwnedAnswer {
    match send(config, call).await {
        Ok(owned_answer) => owned_answer,
        Err(error) => {
            runtime::log(&format!(
                "the issuer cannot be called: {}",
                runtime::error_message(&error)
            ));
            OwnedAnswer::failed()
        }
    }
}

async fn send(config: &Config, call: &Call) -> Result<OwnedAnswer, JsValue> {
    let headers = call.headers.iter();
    let outline = RequestParts {
        url: [config.issuer(), &call.path].concat(),
        method: call.method,
        headers: headers
            .map(|(name, value)| (*name, value.expose().as_bytes()))
            .collect(),
        body: (!call.body.is_empty()).then_some(&call.body),
        signal: Some(AbortSignal::timeout_with_u32(call.timeout_ms)),
    };
    let request = host::build_request(&outline)?;
    let response = runtime::fetch(&request).await?;
    let body = body::read_response_body(&response, call.answer_bytes).await;
    Ok(match body {
        body::BodyOutcome::Whole(body) => OwnedAnswer::new(response.status(), body),
        body::BodyOutcome::TooLarge | body::BodyOutcome::Failed => OwnedAnswer::failed(),
    })
}
