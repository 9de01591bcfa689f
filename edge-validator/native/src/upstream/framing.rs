//! The length of a response, as its head states it. A head that two readers may read differently is
//! refused (RFC 9112, section 6.3).

use hyper::Version;
use hyper::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};

/// Why the length of a response is not clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FramingFault {
    /// Two headers, or a list.
    #[error("it states its length twice")]
    TwoLengths,
    /// A length and a transfer coding.
    #[error("it has `content-length` and `transfer-encoding`")]
    LengthAndCoding,
    /// A coding besides `chunked`, which would be lost on the way to the client.
    #[error("its `transfer-encoding` is not `chunked`")]
    Coding,
}

/// Checks that the head of a response states one length at most.
pub(super) fn check(headers: &HeaderMap) -> Result<(), FramingFault> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let length = lengths.next();
    let is_list = |value: &[u8]| value.contains(&b',');
    if lengths.next().is_some() || length.is_some_and(|length| is_list(length.as_bytes())) {
        return Err(FramingFault::TwoLengths);
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match codings.next() {
        Some(_) if length.is_some() => Err(FramingFault::LengthAndCoding),
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Err(FramingFault::Coding),
        Some(_) if codings.next().is_some() => Err(FramingFault::Coding),
        _ => Ok(()),
    }
}

/// Whether the connection may serve another request after this response. HTTP/1.0 ends connections.
/// A challenge may belong to an authentication of the whole connection.
pub(super) fn keeps_connection(version: Version, headers: &HeaderMap) -> bool {
    const CHALLENGES: [&str; 3] = ["www-authenticate", "proxy-authenticate", "proxy-support"];
    version == Version::HTTP_11 && !CHALLENGES.iter().any(|name| headers.contains_key(*name))
}
