//! Connections of unauthenticated clients to a server of Edgewrit, issuer or native host: bounded in
//! number, in the size of a head and in time, and with one reading of each request.

mod descriptors;
mod guard;
mod paced;

pub use descriptors::count_connections_that_fit;
pub use guard::{Fault, FaultCounts, GuardedStream, HttpVersion, Messages, Progress};
pub use paced::{Pace, PacedStream, WRITE_RATE, WRITE_TIME};

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use std::time::Duration;

/// Most headers of one request.
pub const HEADERS: usize = 100;
/// Most bytes of the head of one request to the issuer, and so the bytes that it holds of a connection
/// before a handler reads the request.
pub const HEAD_BYTES: usize = 32 * 1024;
/// Most bytes of a head behind the guard: more than any head that an edge permits, with 32 KiB of
/// headers and a target of 8 KiB. The edge refuses smaller ones itself, with a record.
pub const GUARDED_HEAD_BYTES: usize = 48 * 1024;
/// Longest time for the head of a request, however its bytes are spread.
pub const HEAD_TIME: Duration = Duration::from_secs(10);

/// HTTP/1 with heads of at most `head_bytes`. `rest` is the time for which a connection may be without a
/// whole head: from its beginning, and from the end of the response before.
#[must_use]
pub fn http1_builder(rest: Duration, head_bytes: usize) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(rest)
        .max_headers(HEADERS)
        .max_header_size(head_bytes)
        .max_buf_size(head_bytes)
        .half_close(false);
    builder
}
