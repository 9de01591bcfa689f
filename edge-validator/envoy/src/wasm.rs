//! The functions of Envoy that its adapters share, by means of the proxy-wasm ABI.

use crate::abi::host::{self, Buffer, Map};
use crate::abi::pairs::Block;
use crate::metrics;
use edgewrit_edge::http::head::Pair;
use edgewrit_edge::issuer::call::OwnedAnswer;
use edgewrit_envoy_common::host::stream::{Message, Reply, StreamHost};
use edgewrit_envoy_common::host::{Host, HostFailure, LogLevel, Outgoing, SharedValue};
use edgewrit_envoy_common::stream::server_status;
use edgewrit_shared::time::UnixSeconds;

/// The filter state that access logs show as `%FILTER_STATE(wasm.edgewrit:PLAIN)%`.
const FILTER_STATE: &str = "edgewrit";

/// The host of a Wasm filter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wasm;

impl Host for Wasm {
    fn now(self) -> Result<UnixSeconds, HostFailure> {
        const NANOSECONDS: u64 = 1_000_000_000;
        Ok(UnixSeconds(host::nanoseconds()? / NANOSECONDS))
    }

    fn log(self, level: LogLevel, line: &str) {
        host::log(level, line);
    }

    fn log_threshold(self) -> Result<u32, HostFailure> {
        host::log_threshold()
    }

    fn read_shared(self, key: &str) -> Result<Option<SharedValue>, HostFailure> {
        host::read_shared(key)
    }

    fn write_shared(self, key: &str, value: &[u8], version: Option<u32>) -> Result<bool, HostFailure> {
        host::write_shared(key, value, version)
    }

    fn create_shared(self, key: &str, value: &[u8]) -> Result<bool, HostFailure> {
        host::create_shared(key, value)
    }

    fn start_call(self, outgoing: &Outgoing<'_>) -> Result<u32, HostFailure> {
        host::start_call(outgoing)
    }

    fn count(self, group: &'static str, name: &'static str, by: u64) {
        metrics::count(group, name, by);
    }

    fn change_gauge(self, group: &'static str, name: &'static str, by: i64) {
        metrics::change(group, name, by);
    }

    fn set_gauge(self, group: &'static str, name: &'static str, value: u64) {
        metrics::set(group, name, value);
    }
}

impl StreamHost for Wasm {
    type Headers = Block;

    fn select(self, stream: u32) -> bool {
        host::select_context(stream).is_ok()
    }

    fn headers(self, message: Message) -> Result<Block, HostFailure> {
        host::headers(map_of(message))
    }

    fn pairs(headers: &Block) -> Option<Vec<Pair<'_>>> {
        headers.pairs().ok()
    }

    fn change_headers(self, message: Message, remove: &[&str], set: &[Pair<'_>]) -> Result<(), HostFailure> {
        host::change_headers(map_of(message), remove, set)
    }

    fn remove_request_trailers(self) -> Result<(), HostFailure> {
        host::remove_headers(Map::RequestTrailers)
    }

    fn remove_response_trailers(self) -> Result<(), HostFailure> {
        host::remove_headers(Map::ResponseTrailers)
    }

    fn request_body(self, size: usize) -> Result<Vec<u8>, HostFailure> {
        host::read_bytes(Buffer::RequestBody, size)
    }

    fn replace_request_body(self, body: &[u8]) -> Result<(), HostFailure> {
        host::replace_bytes(Buffer::RequestBody, body)
    }

    fn selected_cluster(self) -> Result<Vec<u8>, HostFailure> {
        host::read_property("xds\0cluster_name")
    }

    fn response_details(self) -> Result<Vec<u8>, HostFailure> {
        host::read_property("response\0code_details")
    }

    fn send_reply(self, reply: &Reply<'_>) -> Result<(), HostFailure> {
        host::send_reply(reply)
    }

    fn publish_verdict(self, label: &str) -> Result<(), HostFailure> {
        host::publish_state(FILTER_STATE, label)
    }

    fn resume_request(self) -> Result<(), HostFailure> {
        host::resume_request()
    }

    fn cut_request(self) -> Result<(), HostFailure> {
        host::cut_request()
    }

    fn cut_response(self) -> Result<(), HostFailure> {
        host::cut_response()
    }
}

const fn map_of(message: Message) -> Map {
    match message {
        Message::Request => Map::Request,
        Message::Response => Map::Response,
    }
}

/// Reads the answer to a call, while the host holds it. A failed call arrives without headers, and
/// there is nothing to read.
pub(crate) fn read_answer(headers: u32, body_size: usize) -> OwnedAnswer {
    if headers == 0 {
        return OwnedAnswer::failed();
    }
    let status = host::headers(Map::Call)
        .ok()
        .and_then(|block| server_status(&block.pairs().ok()?));
    match (status, host::read_bytes(Buffer::CallBody, body_size)) {
        (Some(status), Ok(body)) => OwnedAnswer::new(status, body),
        _ => OwnedAnswer::failed(),
    }
}

/// Writes a failure to the log of the host.
#[cold]
pub(crate) fn log_failure(failure: HostFailure) {
    failure.log(Wasm);
}
