//! Responses: the edge's own, and the upstream's with the pipeline's edits.

use edgewrit_edge::refusal::RefusalResponse;
use edgewrit_edge::response::{InFlight, ResponseEdits, ResponseHead};
use js_sys::{Array, try_iter};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Headers, ReadableStream, Response, ResponseInit};

/// What a client is told when the configuration has faults. What they are is in the log alone.
const UNCONFIGURED: &str = r#"{"type":"urn:edgewrit:error:configuration","title":"the edge is not configured","status":500,"error_code":"configuration"}"#;

/// The answer when the configuration has faults.
pub(crate) fn unconfigured() -> Result<Response, JsValue> {
    own(&RefusalResponse {
        status: 500,
        headers: vec![
            ("content-type", "application/problem+json".into()),
            ("cache-control", "no-store".into()),
        ],
        body: UNCONFIGURED.into(),
    })
}

/// The upstream's response with the pipeline's edits. Its body streams through as `body` has it.
pub(crate) fn edited(
    in_flight: &InFlight,
    response: &Response,
    body: impl FnOnce() -> Result<Option<ReadableStream>, JsValue>,
) -> Result<Response, JsValue> {
    let pairs = pairs(&response.headers())?;
    let headers: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let edits = in_flight.response(&ResponseHead {
        status: response.status(),
        headers: &headers,
    });
    let init = init(edits.status, &kept(response, &edits)?);
    match &edits.body {
        Some(body) => Response::new_with_opt_str_and_init(Some(body), &init),
        None => Response::new_with_opt_readable_stream_and_init(body()?.as_ref(), &init),
    }
}

/// An answer of the edge's own.
pub(crate) fn own(response: &RefusalResponse) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    set(&headers, &response.headers)?;
    Response::new_with_opt_str_and_init(Some(&response.body), &init(response.status, &headers))
}

fn kept(response: &Response, edits: &ResponseEdits<'_>) -> Result<Headers, JsValue> {
    let headers = Headers::new_with_headers(&response.headers())?;
    for name in &edits.remove {
        headers.delete(name)?;
    }
    set(&headers, &edits.set)?;
    Ok(headers)
}

/// All names, in lower case, and values. Values of one name are joined, but for `set-cookie`.
fn pairs(headers: &Headers) -> Result<Vec<(String, String)>, JsValue> {
    let mut pairs = Vec::new();
    for entry in try_iter(headers)?.into_iter().flatten() {
        let entry: Array = entry?.dyn_into()?;
        pairs.extend(entry.get(0).as_string().zip(entry.get(1).as_string()));
    }
    Ok(pairs)
}

fn set(headers: &Headers, pairs: &[(&'static str, String)]) -> Result<(), JsValue> {
    pairs.iter().try_for_each(|(name, value)| headers.set(name, value))
}

fn init(status: u16, headers: &Headers) -> ResponseInit {
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(headers);
    init
}
