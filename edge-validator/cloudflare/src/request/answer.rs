//! Responses: those of the edge, and those of the upstream with the edits of the pipeline.

use crate::platform::host;
use edgewrit_edge::http::head::Pair;
use edgewrit_edge::verdict::in_flight::{InFlight, ResponseEdits, ResponseHead};
use edgewrit_edge::verdict::refusal::ProblemResponse;
use wasm_bindgen::JsValue;
use web_sys::{Headers, ReadableStream, Response, ResponseInit};

/// The response of the upstream with the edits of the pipeline. `body` streams through; `headers`
/// are those of the upstream.
pub(crate) fn edited_response(
    in_flight: &mut InFlight,
    response: &Response,
    headers: &[Pair<'_>],
    body: impl FnOnce(&InFlight) -> Result<Option<ReadableStream>, JsValue>,
) -> Result<Response, JsValue> {
    let ResponseEdits {
        status,
        remove,
        set,
        body: own_body,
    } = in_flight.edit_response(&ResponseHead {
        status: response.status(),
        headers,
    });
    match own_body {
        Some(body) => problem_response(&ProblemResponse {
            status,
            headers: set,
            body,
        }),
        None => host::edit_response(response, body(in_flight)?.as_ref(), &remove, &set),
    }
}

/// A response of the edge itself.
pub(crate) fn problem_response(response: &ProblemResponse) -> Result<Response, JsValue> {
    let (headers, init) = (Headers::new()?, ResponseInit::new());
    for (name, value) in &response.headers {
        headers.set(name, value)?;
    }
    init.set_status(response.status);
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(Some(&response.body), &init)
}
