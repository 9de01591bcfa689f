//! The answer to a call to the issuer.

use crate::abi::host::{self, Buffer, Map};
use edgewrit_edge::issuer::call::OwnedAnswer;

/// The header that Envoy sets on the response of a server, and not on a response of its own when
/// there is no server or no time.
const BY_A_SERVER: &str = "x-envoy-upstream-service-time";
/// The least status that may be of Envoy itself.
const FAILURES: u16 = 500;

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

/// The status of a response of a server.
fn server_status(headers: &[(&str, &[u8])]) -> Option<u16> {
    let by_a_server = headers.iter().any(|(name, _)| *name == BY_A_SERVER);
    status(headers).filter(|status| *status < FAILURES || by_a_server)
}

/// The status in the headers of a response.
pub(crate) fn status(headers: &[(&str, &[u8])]) -> Option<u16> {
    let (_, value) = headers.iter().find(|(name, _)| *name == ":status")?;
    str::from_utf8(value).ok()?.parse().ok()
}
