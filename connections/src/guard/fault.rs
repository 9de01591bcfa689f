//! The faults of a client.

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
