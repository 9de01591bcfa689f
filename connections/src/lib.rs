//! Connections of unauthenticated clients to a server of Edgewrit, issuer or native host: bounded in
//! number, in the size of a head and in time, and with one reading of each request.

mod descriptors;
mod guard;
mod paced;

pub use descriptors::count_connections_that_fit;
pub use guard::{Fault, GuardedStream, HttpVersion, Messages, Progress};
pub use paced::{Pace, PacedStream, WRITE_RATE, WRITE_TIME};

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use std::time::Duration;

/// Most headers of one request.
pub const HEADERS: usize = 100;
/// Most bytes of the head of one request, and so the bytes that a server holds of a connection
/// before a handler reads the request.
pub const HEAD_BYTES: usize = 32 * 1024;
/// Longest time for the head of a request, however its bytes are spread.
pub const HEAD_TIME: Duration = Duration::from_secs(10);

/// HTTP/1 within the limits of a head. `rest` is the time for which a connection may be without a
/// whole head: from its beginning, and from the end of the response before.
#[must_use]
pub fn http1_builder(rest: Duration) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(rest)
        .max_headers(HEADERS)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(HEAD_BYTES)
        .half_close(false);
    builder
}
