//! The exported functions that the host calls. Each calls a function of [`crate::contexts`] and
//! does nothing else.

use crate::abi::arrival;
use crate::contexts;
use edgewrit_envoy_common::host::stream::Flow;

/// The version of the interface. The host checks only that a function of this name exists.
#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    arrival::allocate(size)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, root: u32) {
    contexts::create(context, root);
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(root: u32, size: usize) -> u32 {
    u32::from(contexts::configure(root, size))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_tick(root: u32) {
    contexts::tick(root);
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(stream: u32, _headers: u32, end_of_stream: u32) -> u32 {
    flow_code(contexts::request_headers(stream, end_of_stream != 0))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_body(stream: u32, size: usize, end_of_stream: u32) -> u32 {
    flow_code(contexts::request_body(stream, size, end_of_stream != 0))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_trailers(stream: u32, _trailers: u32) -> u32 {
    flow_code(contexts::request_trailers(stream))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_metadata(stream: u32, _size: u32) -> u32 {
    flow_code(contexts::request_metadata(stream))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_http_call_response(root: u32, token: u32, headers: u32, body_size: usize, _trailers: u32) {
    contexts::call_response(root, token, headers, body_size);
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_headers(stream: u32, _headers: u32, end_of_stream: u32) -> u32 {
    flow_code(contexts::response_headers(stream, end_of_stream != 0))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_trailers(stream: u32, _trailers: u32) -> u32 {
    flow_code(contexts::response_trailers(stream))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_metadata(stream: u32, _size: u32) -> u32 {
    flow_code(contexts::response_metadata(stream))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    contexts::delete(context);
}

/// The number of a flow. `Continue` and `StopIteration` (for headers) or `StopIterationAndBuffer`
/// (for data) have the same numbers everywhere.
const fn flow_code(flow: Flow) -> u32 {
    match flow {
        Flow::Continue => 0,
        Flow::Pause => 1,
    }
}
