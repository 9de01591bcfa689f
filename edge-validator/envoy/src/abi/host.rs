//! Calls of the filter to the host.

use super::arrival::receive;
use super::check_status;
use super::imports;
use super::pairs::{self, Block};
use core::str;
use edgewrit_envoy_common::host::stream::Reply;
use edgewrit_envoy_common::host::{HostFailure, LogLevel, Outgoing, SharedValue};

/// The header maps that the filter uses.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Map {
    /// The request, on its way upstream.
    Request = 0,
    /// The trailers of the request.
    RequestTrailers = 1,
    /// The response, on its way to the client.
    Response = 2,
    /// The trailers of the response.
    ResponseTrailers = 3,
    /// The response to an HTTP call of the filter.
    Call = 6,
}

/// The buffers that the filter uses.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Buffer {
    /// The buffered part of the body of a request.
    RequestBody = 0,
    /// The body of the response to an HTTP call of the filter.
    CallBody = 4,
    /// The configuration of the filter.
    Configuration = 7,
}

/// The request of the client, for [`resume_request`] and [`cut_request`].
const REQUEST_STREAM: u32 = 0;
/// The response to the client, for [`cut_response`].
const RESPONSE_STREAM: u32 = 1;
/// The status for a key without a shared value.
const NOT_FOUND: u32 = 1;
/// The status for a value that another VM has set since.
const OTHER_VERSION: u32 = 8;
/// The version that accepts any version of the value.
const ANY_VERSION: u32 = 0;
/// The `grpc_status` of a response that is not gRPC.
const NOT_GRPC: i32 = -1;

/// Writes a line to the log of the host. A failure of this call cannot be reported.
pub(crate) fn log(level: LogLevel, line: &str) {
    // SAFETY: pointer and length are those of `line`, which outlives the call.
    let _ = unsafe { imports::proxy_log(level as u32, line.as_ptr(), line.len()) };
}

/// The least level that the host writes to its log.
pub(crate) fn log_threshold() -> Result<u32, HostFailure> {
    let mut least = 0;
    check_status("proxy_get_log_level", imports::proxy_get_log_level(&mut least)).map(|()| least)
}

/// Nanoseconds since 1970-01-01T00:00:00Z.
pub(crate) fn nanoseconds() -> Result<u64, HostFailure> {
    let mut time = 0;
    check_status(
        "proxy_get_current_time_nanoseconds",
        imports::proxy_get_current_time_nanoseconds(&mut time),
    )?;
    Ok(time)
}

/// Makes the host call `proxy_on_tick` of the current root context every `milliseconds`.
pub(crate) fn tick_every(milliseconds: u32) -> Result<(), HostFailure> {
    check_status(
        "proxy_set_tick_period_milliseconds",
        imports::proxy_set_tick_period_milliseconds(milliseconds),
    )
}

/// Selects `context` for the next calls until the callback returns. Fails if that context is gone.
pub(crate) fn select_context(context: u32) -> Result<(), HostFailure> {
    check_status(
        "proxy_set_effective_context",
        imports::proxy_set_effective_context(context),
    )
}

/// Resumes the paused request.
pub(crate) fn resume_request() -> Result<(), HostFailure> {
    check_status("proxy_continue_stream", imports::proxy_continue_stream(REQUEST_STREAM))
}

/// Ends the request without a response: the client sees a reset.
pub(crate) fn cut_request() -> Result<(), HostFailure> {
    check_status("proxy_close_stream", imports::proxy_close_stream(REQUEST_STREAM))
}

/// Cuts the response: the client sees that it is incomplete.
pub(crate) fn cut_response() -> Result<(), HostFailure> {
    check_status("proxy_close_stream", imports::proxy_close_stream(RESPONSE_STREAM))
}

/// All headers of `map`.
pub(crate) fn headers(map: Map) -> Result<Block, HostFailure> {
    const CALL: &str = "proxy_get_header_map_pairs";
    receive(CALL, |data, size| {
        imports::proxy_get_header_map_pairs(map as u32, data, size)
    })
    .map(Block::new)
}

/// Removes all headers with these names from `map`, then sets others, each in place of all headers
/// of its name. The function makes one call for each header: there are few, and an exchange of all
/// headers takes longer.
pub(crate) fn change_headers(map: Map, remove: &[&str], set: &[(&str, &[u8])]) -> Result<(), HostFailure> {
    remove.iter().try_for_each(|name| remove_header(map, name))?;
    set.iter().try_for_each(|(name, value)| set_header(map, name, value))
}

/// Removes all headers from `map`.
pub(crate) fn remove_headers(map: Map) -> Result<(), HostFailure> {
    let block = headers(map)?;
    let pairs = block
        .pairs()
        .map_err(|_| HostFailure::unusable("proxy_get_header_map_pairs"))?;
    pairs.iter().try_for_each(|(name, _)| remove_header(map, name))
}

fn set_header(map: Map, name: &str, value: &[u8]) -> Result<(), HostFailure> {
    // SAFETY: pointers and lengths are those of `name` and `value`, which outlive the call.
    let status = unsafe {
        imports::proxy_replace_header_map_value(map as u32, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    };
    check_status("proxy_replace_header_map_value", status)
}

fn remove_header(map: Map, name: &str) -> Result<(), HostFailure> {
    // SAFETY: pointer and length are those of `name`, which outlives the call.
    let status = unsafe { imports::proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) };
    check_status("proxy_remove_header_map_value", status)
}

/// The first `size` bytes of `buffer`, fewer if it is shorter.
pub(crate) fn read_bytes(buffer: Buffer, size: usize) -> Result<Vec<u8>, HostFailure> {
    receive("proxy_get_buffer_bytes", |data, length| {
        imports::proxy_get_buffer_bytes(buffer as u32, 0, size, data, length)
    })
}

/// Replaces the whole of `buffer`.
pub(crate) fn replace_bytes(buffer: Buffer, bytes: &[u8]) -> Result<(), HostFailure> {
    // SAFETY: pointer and length are those of `bytes`, which outlives the call.
    let status = unsafe { imports::proxy_set_buffer_bytes(buffer as u32, 0, usize::MAX, bytes.as_ptr(), bytes.len()) };
    check_status("proxy_set_buffer_bytes", status)
}

/// The property at `path`, whose parts are separated by NUL.
pub(crate) fn read_property(path: &str) -> Result<Vec<u8>, HostFailure> {
    receive("proxy_get_property", |data, size| {
        // SAFETY: pointer and length are those of `path`, which outlives the call.
        unsafe { imports::proxy_get_property(path.as_ptr(), path.len(), data, size) }
    })
}

/// Sets filter state, which access logs and later filters read as `wasm.<name>`.
pub(crate) fn publish_state(name: &str, value: &str) -> Result<(), HostFailure> {
    // SAFETY: pointers and lengths are those of `name` and `value`, which outlive the call.
    let status = unsafe { imports::proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
    check_status("proxy_set_property", status)
}

/// The value that the VMs with the same `vm_id` share under `key`, in all threads. The value
/// outlives the VMs and is not authenticated.
///
/// The cost grows with the length of the value, so requests do not call this function.
pub(crate) fn read_shared(key: &str) -> Result<Option<SharedValue>, HostFailure> {
    let mut version = 0;
    let value = receive("proxy_get_shared_data", |data, size| {
        // SAFETY: pointer and length are those of `key`, which outlives the call.
        unsafe { imports::proxy_get_shared_data(key.as_ptr(), key.len(), data, size, &mut version) }
    });
    match value {
        Ok(value) => Ok(Some(SharedValue { value, version })),
        Err(HostFailure { status: NOT_FOUND, .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Shares `value` under `key` in place of the value there. With a version, only if the version is
/// still the one of [`read_shared`]. Returns whether the value was set.
pub(crate) fn write_shared(key: &str, value: &[u8], version: Option<u32>) -> Result<bool, HostFailure> {
    let version = version.unwrap_or(ANY_VERSION);
    // SAFETY: pointers and lengths are those of `key` and `value`, which outlive the call.
    let status =
        unsafe { imports::proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), version) };
    match status {
        OTHER_VERSION => Ok(false),
        status => check_status("proxy_set_shared_data", status).map(|()| true),
    }
}

/// The kinds of metrics that the filter uses.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Metric {
    Counter = 0,
    Gauge = 1,
}

/// The id of the metric called `name`. The host makes the metric if there is none.
pub(crate) fn define_metric(kind: Metric, name: &str) -> Result<u32, HostFailure> {
    let mut id = 0;
    // SAFETY: pointer and length are those of `name`, which outlives the call.
    let status = unsafe { imports::proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &mut id) };
    check_status("proxy_define_metric", status).map(|()| id)
}

/// Adds to a counter or gauge. A negative number lowers a gauge.
pub(crate) fn increment(metric: u32, by: i64) -> Result<(), HostFailure> {
    check_status("proxy_increment_metric", imports::proxy_increment_metric(metric, by))
}

/// Sets a gauge.
pub(crate) fn record_metric(metric: u32, value: u64) -> Result<(), HostFailure> {
    check_status("proxy_record_metric", imports::proxy_record_metric(metric, value))
}

/// Shares `value` under `key` if there is no value. Returns whether the value was set.
pub(crate) fn create_shared(key: &str, value: &[u8]) -> Result<bool, HostFailure> {
    // No value has this version, so any value at the key has another one.
    write_shared(key, value, Some(u32::MAX))
}

/// Answers the client in place of the upstream. The request stops, whatever the callback returns.
pub(crate) fn send_reply(reply: &Reply<'_>) -> Result<(), HostFailure> {
    const CALL: &str = "proxy_send_local_response";
    let headers = pairs::encode(reply.headers).ok_or(HostFailure::unusable(CALL))?;
    // SAFETY: pointers and lengths are those of `reply`'s parts and `headers`, which outlive the
    // call.
    let status = unsafe {
        imports::proxy_send_local_response(
            reply.status.into(),
            reply.details.as_ptr(),
            reply.details.len(),
            reply.body.as_ptr(),
            reply.body.len(),
            headers.as_ptr(),
            headers.len(),
            NOT_GRPC,
        )
    };
    check_status(CALL, status)
}

/// Starts an HTTP call to a cluster. `proxy_on_http_call_response` of the root context gets the
/// returned token.
pub(crate) fn start_call(outgoing: &Outgoing<'_>) -> Result<u32, HostFailure> {
    const CALL: &str = "proxy_http_call";
    let headers = pairs::encode(outgoing.headers).ok_or(HostFailure::unusable(CALL))?;
    let trailers = pairs::encode(&[]).ok_or(HostFailure::unusable(CALL))?;
    let mut token = 0;
    // SAFETY: pointers and lengths are those of `outgoing`'s parts, `headers` and `trailers`, which
    // outlive the call.
    let status = unsafe {
        imports::proxy_http_call(
            outgoing.cluster.as_ptr(),
            outgoing.cluster.len(),
            headers.as_ptr(),
            headers.len(),
            outgoing.body.as_ptr(),
            outgoing.body.len(),
            trailers.as_ptr(),
            trailers.len(),
            outgoing.timeout_ms,
            &mut token,
        )
    };
    check_status(CALL, status).map(|()| token)
}

/// The environment variables of the VM as `NAME=value`, each followed by NUL.
pub(crate) fn environment() -> Result<Vec<u8>, HostFailure> {
    let (mut count, mut size) = (0, 0);
    check_status("environ_sizes_get", imports::environ_sizes_get(&mut count, &mut size))?;
    let (mut pointers, mut text) = (vec![0; count], vec![0; size]);
    // SAFETY: the host writes `count` pointers and `size` bytes, the sizes that it has just
    // returned; nothing reads the pointers.
    let status = unsafe { imports::environ_get(pointers.as_mut_ptr(), text.as_mut_ptr()) };
    check_status("environ_get", status).map(|()| text)
}

/// Unpredictable random bits.
pub(crate) fn random() -> Result<u64, HostFailure> {
    let mut bytes = [0; size_of::<u64>()];
    // SAFETY: the host writes `len` bytes to a live, exclusively borrowed array of that length.
    let status = unsafe { imports::random_get(bytes.as_mut_ptr(), bytes.len()) };
    check_status("random_get", status).map(|()| u64::from_le_bytes(bytes))
}
