//! Cutting off a response whose writ ends before it does.
//!
//! The runtime sends a response on without us, and without our timers, unless its body goes through a stream of ours. Short bodies go
//! without: they are sent before anybody could cut them.

use crate::isolate::Isolate;
use crate::isolate::bundle;
use crate::isolate::records;
use crate::platform::runtime;
use edgewrit_edge::http::head::Pair;
use edgewrit_edge::verdict::in_flight::OpenResponse;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStream, Response, StreamPipeOptions, WritableStream};
use worker::Context;

/// Bodies that announce a length up to this are not watched, in bytes.
const SHORT_BYTES: u64 = 64 * 1024;
/// Time between two looks at a response under way, in milliseconds.
const LOOK_MS: u32 = 2_000;
/// Every so many looks it asks for a newer bundle, if nobody else has, and so often at most: a request has a limited number of calls.
const ASK_EVERY: u32 = 5;
const ASKS: u32 = 40;

#[wasm_bindgen]
extern "C" {
    /// What is written to one side is read from the other, by the runtime itself.
    type IdentityTransformStream;

    #[wasm_bindgen(catch, constructor)]
    fn new() -> Result<IdentityTransformStream, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn readable(this: &IdentityTransformStream) -> ReadableStream;

    #[wasm_bindgen(method, getter)]
    fn writable(this: &IdentityTransformStream) -> WritableStream;

    /// The same, of a length that the client is told.
    #[wasm_bindgen(extends = IdentityTransformStream)]
    type FixedLengthStream;

    #[wasm_bindgen(catch, constructor)]
    fn new(length: f64) -> Result<FixedLengthStream, JsValue>;
}

/// The body of `response`, whose headers these are. It ends when its writ does; the body itself if there is none to watch.
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
    if length.is_some_and(|length| length <= SHORT_BYTES) {
        return Ok(Some(body));
    }
    // Of an encoded body the runtime hands over what it decodes to, which is of another length.
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
    let watch = Watch::begin(isolate, context, open, end)?;
    context.wait_until(async move {
        // Who broke off, and why, is of no interest here.
        let _ = JsFuture::from(piped).await;
        watch.end();
    });
    Ok(Some(through.readable()))
}

/// Looks again and again whether a response may go on.
struct Watch {
    timer: JsValue,
    _look: Closure<dyn FnMut()>,
}

impl Watch {
    fn begin(
        isolate: &Rc<Isolate>,
        context: &Rc<Context>,
        open: OpenResponse,
        end: AbortController,
    ) -> Result<Self, JsValue> {
        let (isolate, context) = (Rc::clone(isolate), Rc::clone(context));
        let open = RefCell::new(Some(open));
        let mut looks = 0;
        let look = Closure::<dyn FnMut()>::new(move || {
            looks += 1;
            if looks % ASK_EVERY == 0 && looks / ASK_EVERY <= ASKS {
                bundle::refresh_in_background(&isolate, &context);
            }
            let ended = open.borrow().as_ref().and_then(|open| isolate.check_ended(open));
            if let Some(record) = ended {
                open.take();
                records::write_record(&isolate, &context, &record);
                end.abort();
            }
        });
        let timer = runtime::start_interval(LOOK_MS, look.as_ref())?;
        Ok(Self { timer, _look: look })
    }

    fn end(self) {
        runtime::stop_interval(&self.timer);
    }
}
