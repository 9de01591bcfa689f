//! The faults of a client.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why bytes of a client do not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A line that does not end in CR LF (RFC 9112, section 2.2).
    LineEnd,
    /// A request line other than METHOD SP TARGET SP `HTTP/1.1` (RFC 9112, section 3).
    RequestLine,
    /// `CONNECT`.
    Connect,
    /// A field that is not NAME `:` VALUE, with a token for the name, or that is folded (RFC 9112,
    /// section 5).
    Field,
    /// Another number of `host` fields than one (RFC 9112, section 3.2).
    Host,
    /// A length that is not a number, or two of them (RFC 9112, section 6.3).
    Length,
    /// A `transfer-encoding` other than `chunked`, or one beside a length (RFC 9112, section 6.1).
    Coding,
    /// A head or trailers beyond the limits.
    TooLarge,
    /// A chunk that is not SIZE EXTENSION CR LF DATA CR LF (RFC 9112, section 7.1).
    Chunk,
    /// The extension of a chunk beyond its limit.
    Extension,
    /// More resets of streams in a minute than the limit.
    Resets,
}

impl Fault {
    /// All faults, in the order of their declaration.
    pub const ALL: [Self; 11] = [
        Self::LineEnd,
        Self::RequestLine,
        Self::Connect,
        Self::Field,
        Self::Host,
        Self::Length,
        Self::Coding,
        Self::TooLarge,
        Self::Chunk,
        Self::Extension,
        Self::Resets,
    ];

    /// The name of the kind of the fault, for metrics.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::LineEnd => "line_end",
            Self::RequestLine => "request_line",
            Self::Connect => "connect",
            Self::Field => "header",
            Self::Host => "host",
            Self::Length => "length",
            Self::Coding => "transfer_coding",
            Self::TooLarge => "too_large",
            Self::Chunk => "chunk",
            Self::Extension => "chunk_extension",
            Self::Resets => "resets",
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::LineEnd => "a line does not end in CR LF",
            Self::RequestLine => "the request line is malformed",
            Self::Connect => "the method is CONNECT",
            Self::Field => "a header is malformed",
            Self::Host => "there is not exactly one host",
            Self::Length => "the length is malformed or repeated",
            Self::Coding => "the transfer coding is not `chunked` alone",
            Self::TooLarge => "the head is too large",
            Self::Chunk => "a chunk is malformed",
            Self::Extension => "the extension of a chunk is too long",
            Self::Resets => "too many streams are reset",
        })
    }
}

impl std::error::Error for Fault {}

/// Counts of the connections that were ended for a fault, by its kind.
#[derive(Debug, Default)]
pub struct FaultCounts([AtomicU64; Fault::ALL.len()]);

impl FaultCounts {
    pub(super) fn count(&self, fault: Fault) {
        if let Some(count) = self.0.get(fault as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The faults with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        Fault::ALL.into_iter().zip(counts)
    }
}
