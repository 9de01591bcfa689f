//! Reading of a body up to a limit, which the runtime itself does not have.

use crate::platform::runtime;
use edgewrit_edge::step::{BodyEnd, NeedBody};
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStream, ReadableStreamDefaultReader, Request, Response};

/// The result of reading a body.
pub(crate) enum BodyOutcome {
    Whole(Vec<u8>),
    TooLarge,
    Failed,
}

impl BodyOutcome {
    /// Moves the body to the request that needs it, so that no copy stays while it is judged.
    pub(crate) fn append_to(self, need: &mut NeedBody) -> BodyEnd {
        match self {
            Self::Whole(bytes) => {
                need.append(&bytes);
                BodyEnd::Whole
            }
            Self::TooLarge => BodyEnd::TooLarge,
            Self::Failed => BodyEnd::Failed,
        }
    }
}

/// Reads the body of a request. A body that announces too great a length is not read at all.
pub(crate) async fn read_request_body(request: &Request, need: &NeedBody) -> BodyOutcome {
    let limit = need.limit();
    let length = request.headers().get("content-length").ok().flatten();
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    match request.body() {
        Some(_) if length.is_some_and(|length| length > limit) => BodyOutcome::TooLarge,
        Some(stream) => read_stream(&stream, limit, Some(&runtime::timer(milliseconds(need.seconds())))).await,
        None => BodyOutcome::Whole(Vec::new()),
    }
}

fn milliseconds(seconds: u64) -> u32 {
    u32::try_from(seconds.saturating_mul(1_000)).unwrap_or(u32::MAX)
}

/// Reads the body of a response. A body with a known length is read at once, which is a tenth of
/// the work for a long one.
pub(crate) async fn read_response_body(response: &Response, limit: usize) -> BodyOutcome {
    match (stated_length(&response.headers()), response.body()) {
        (_, None) => BodyOutcome::Whole(Vec::new()),
        (Some(length), Some(_)) if length <= limit => read_at_once(response).await.unwrap_or(BodyOutcome::Failed),
        (Some(_), Some(_)) => BodyOutcome::TooLarge,
        (None, Some(stream)) => read_stream(&stream, limit, None).await,
    }
}

/// The length of the body, if it is certain. A compressed body may become longer.
fn stated_length(headers: &Headers) -> Option<usize> {
    let encoded = headers.has("content-encoding").unwrap_or(true);
    let length = headers.get("content-length").ok().flatten().filter(|_| !encoded)?;
    length.parse().ok()
}

async fn read_at_once(response: &Response) -> Result<BodyOutcome, JsValue> {
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(BodyOutcome::Whole(Uint8Array::new(&buffer).to_vec()))
}

/// Reads a stream until `deadline`, at most `limit` bytes and one more chunk.
async fn read_stream(stream: &ReadableStream, limit: usize, deadline: Option<&Promise>) -> BodyOutcome {
    let Ok(reader) = stream.get_reader().dyn_into() else {
        return BodyOutcome::Failed;
    };
    let read = read_chunks(&reader, limit, deadline)
        .await
        .unwrap_or(BodyOutcome::Failed);
    if !matches!(read, BodyOutcome::Whole(_)) {
        // The runtime drops the rest of the body with the request, even if this call fails.
        let _ = reader.cancel();
    }
    read
}

async fn read_chunks(
    reader: &ReadableStreamDefaultReader,
    limit: usize,
    deadline: Option<&Promise>,
) -> Result<BodyOutcome, JsValue> {
    let mut bytes = Vec::new();
    loop {
        let next = reader.read();
        let first = deadline.map_or_else(|| next.clone(), |deadline| Promise::race(&Array::of2(&next, deadline)));
        let result = JsFuture::from(first).await?;
        if result.is_undefined() {
            return Ok(BodyOutcome::Failed);
        }
        if Reflect::get(&result, &"done".into())?.is_truthy() {
            return Ok(BodyOutcome::Whole(bytes));
        }
        let chunk: Uint8Array = Reflect::get(&result, &"value".into())?.dyn_into()?;
        if bytes.len().saturating_add(chunk.length() as usize) > limit {
            return Ok(BodyOutcome::TooLarge);
        }
        bytes.extend(chunk.to_vec());
    }
}
