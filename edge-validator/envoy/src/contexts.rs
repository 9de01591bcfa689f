//! The state of the VM, and the targets of the callbacks of the host.

use crate::abi::host::{self, Buffer};
use crate::wasm::{self, Wasm, log_failure};
use edgewrit_edge::config::FaultList;
use edgewrit_envoy_common::contexts::{Contexts, FIRST_TICK_MS, TICK_MS};
use edgewrit_envoy_common::host::stream::Flow;
use edgewrit_envoy_common::settings::{FilterSettings, single_fault};
use edgewrit_envoy_common::stream::{Stream, unseen};
use std::cell::RefCell;

thread_local! {
    static CONTEXTS: RefCell<Contexts<Wasm>> = const { RefCell::new(Contexts::new(Wasm)) };
}

/// Runs a callback on the state of the VM. Callbacks do not nest; a nested callback would get
/// `otherwise`.
fn enter<T>(otherwise: T, callback: impl FnOnce(&mut Contexts<Wasm>) -> T) -> T {
    CONTEXTS.with(|contexts| match contexts.try_borrow_mut() {
        Ok(mut contexts) => callback(&mut contexts),
        Err(_) => otherwise,
    })
}

/// The host creates a context.
pub(crate) fn create(context: u32, root: u32) {
    enter((), |contexts| contexts.create(context, root));
}

/// The host gives a root its configuration, `size` bytes long. The result `false` keeps Envoy from
/// using the configuration.
pub(crate) fn configure(id: u32, size: usize) -> bool {
    let read = read_settings(size);
    enter(false, |contexts| contexts.configure(id, read)) && host::tick_every(FIRST_TICK_MS).is_ok()
}

/// The settings of a root, and randomness.
fn read_settings(size: usize) -> Result<(FilterSettings, u64), FaultList> {
    let text = host::read_bytes(Buffer::Configuration, size).map_err(single_fault)?;
    let environment = host::environment().map_err(single_fault)?;
    let settings = FilterSettings::read(text, &environment)?;
    Ok((settings, host::random().map_err(single_fault)?))
}

/// The timer of a root has fired.
pub(crate) fn tick(root: u32) {
    if let Err(failure) = host::tick_every(TICK_MS) {
        log_failure(failure);
    }
    enter((), |contexts| contexts.tick(root));
}

/// A request's head has arrived.
pub(crate) fn request_headers(stream: u32, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |contexts| {
        contexts.on_stream(stream, |stream| stream.receive_head(end_of_stream))
    })
}

/// `size` bytes of a request's body have been buffered.
pub(crate) fn request_body(stream: u32, size: usize, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |contexts| {
        contexts.receive_body(stream, size, end_of_stream)
    })
}

/// The host has received trailers after the body of a request. The trailers are part of no verdict,
/// and the filter removes them.
pub(crate) fn request_trailers(stream: u32) -> Flow {
    enter(Flow::Pause, |contexts| {
        contexts.on_stream(stream, Stream::receive_trailers)
    })
}

/// The host has received metadata with a request.
pub(crate) fn request_metadata(_stream: u32) -> Flow {
    unseen::receive_request_metadata(Wasm)
}

/// The head of a response has arrived: of the upstream, of the filter or of Envoy itself.
pub(crate) fn response_headers(stream: u32, end_of_stream: bool) -> Flow {
    enter(Flow::Pause, |contexts| {
        contexts.on_stream(stream, |stream| stream.receive_response(end_of_stream))
    })
}

/// The host has received trailers after the body of a response.
pub(crate) fn response_trailers(_stream: u32) -> Flow {
    unseen::receive_response_trailers(Wasm)
}

/// The host has received metadata with a response.
pub(crate) fn response_metadata(_stream: u32) -> Flow {
    unseen::receive_response_metadata(Wasm)
}

/// A call of `root` has an answer. A failed call has no headers.
pub(crate) fn call_response(root: u32, token: u32, headers: u32, body_size: usize) {
    let owned_answer = wasm::read_answer(headers, body_size);
    enter((), |contexts| contexts.receive_answer(root, token, &owned_answer));
}

/// The host deletes a context.
pub(crate) fn delete(context: u32) {
    enter((), |contexts| contexts.delete(context));
}
