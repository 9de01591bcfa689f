//! Cutting a response whose writ ends before the response does.
//!
//! The runtime sends a response without the code and the timers of the Worker, unless the body goes
//! through a stream of the Worker. Short bodies do not go through a stream, because they are sent
//! before a cut is possible.

use crate::isolate::Isolate;
use crate::isolate::bundle;
use crate::isolate::records;
use crate::platform::runtime;
use edgewrit_edge::http::head::Pair;
use edgewrit_edge::issuer::pace::watch::{CHECK_MS, ResponseChecks};
use edgewrit_edge::verdict::in_flight::OpenResponse;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStream, Response, StreamPipeOptions, WritableStream};
use worker::Context;

#[wasm_bindgen]
extern "C" {
    /// A stream in which the runtime itself moves the bytes from one side to the other.
    type IdentityTransformStream;

    #[wasm_bindgen(catch, constructor)]
    fn new() -> Result<IdentityTransformStream, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn readable(this: &IdentityTransformStream) -> ReadableStream;

    #[wasm_bindgen(method, getter)]
    fn writable(this: &IdentityTransformStream) -> WritableStream;

    /// The same stream with a fixed length, which the client sees.
    #[wasm_bindgen(extends = IdentityTransformStream)]
    type FixedLengthStream;

    #[wasm_bindgen(catch, constructor)]
    fn new(length: f64) -> Result<FixedLengthStream, JsValue>;
}

/// The body of `response` with these headers, cut when the writ ends. If there is no need to watch
/// the body, it is returned unchanged.
pub(crate) fn watch_body(
    isolate: &Rc<Isolate>,
    context: &Rc<Context>,
    open: OpenResponse,
    response: &Response,
    headers: &[Pair<'_>],
) -> Result<Option<ReadableStream>, JsValue> {
    let Some(body) = response.body() else { return Ok(None) };
    let value = |name: &str| headers.iter().find_map(|(own, value)| (*own == name).then_some(*value));
    let length = value("content-length").and_then(|length| str::from_utf8(length).ok()?.parse::<u64>().ok());
    let Some(checks) = ResponseChecks::begin(length) else {
        return Ok(Some(body));
    };
    // The runtime decodes an encoded body, so its length is another one.
    let length = length.filter(|_| value("content-encoding").is_none());
    let through: IdentityTransformStream = match length {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the runtime takes a number, and no length is that long"
        )]
        Some(length) => FixedLengthStream::new(length as f64)?.into(),
        None => IdentityTransformStream::new()?,
    };
    let end = AbortController::new()?;
    let options = StreamPipeOptions::new();
    options.set_signal(&end.signal());
    let piped = body.pipe_to_with_options(&through.writable(), &options);
    let watch = Watch::begin(isolate, context, (open, checks), end)?;
    context.wait_until(async move {
        // The cause of the end is of no interest here.
        let _ = JsFuture::from(piped).await;
        watch.end();
    });
    Ok(Some(through.readable()))
}

/// The repeated check whether a response may go on.
struct Watch {
    timer: JsValue,
    _look: Closure<dyn FnMut()>,
}

impl Watch {
    fn begin(
        isolate: &Rc<Isolate>,
        context: &Rc<Context>,
        (open, mut checks): (OpenResponse, ResponseChecks),
        end: AbortController,
    ) -> Result<Self, JsValue> {
        let (isolate, context) = (Rc::clone(isolate), Rc::clone(context));
        let open = RefCell::new(Some(open));
        let look = Closure::<dyn FnMut()>::new(move || {
            if checks.count() {
                bundle::refresh_in_background(&isolate, &context);
            }
            let ended = open.borrow().as_ref().and_then(|open| isolate.check_ended(open));
            if let Some(record) = ended {
                open.take();
                records::write_record(&isolate, &context, &record);
                end.abort();
            }
        });
        let timer = runtime::start_interval(CHECK_MS, look.as_ref())?;
        Ok(Self { timer, _look: look })
    }

    fn end(self) {
        runtime::stop_interval(&self.timer);
    }
}
