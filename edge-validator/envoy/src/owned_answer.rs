//! The answer to a call to the issuer.

use crate::abi::host::{self, Buffer, Map};
use edgewrit_edge::issuer::call::IssuerAnswer;

/// The header that Envoy sets on the response of a server, and not on a response of its own when
/// there is no server or no time.
const BY_A_SERVER: &str = "x-envoy-upstream-service-time";
/// The least status that may be of Envoy itself.
const FAILURES: u16 = 500;

/// The whole response to a call, copied while the host holds it.
pub(crate) struct OwnedAnswer(Option<(u16, Vec<u8>)>);

impl OwnedAnswer {
    /// The answer to a call that failed or was not made.
    pub(crate) const fn failed() -> Self {
        Self(None)
    }

    /// Reads an answer. A failed call arrives without headers, and there is nothing to read.
    pub(crate) fn read(headers: u32, body_size: usize) -> Self {
        if headers == 0 {
            return Self(None);
        }
        let status = host::headers(Map::Call)
            .ok()
            .and_then(|block| server_status(&block.pairs().ok()?));
        Self(status.zip(host::read_bytes(Buffer::CallBody, body_size).ok()))
    }

    /// The answer as the pipeline expects it.
    pub(crate) fn as_answer(&self) -> IssuerAnswer<'_> {
        match &self.0 {
            Some((status, body)) => IssuerAnswer::Got { status: *status, body },
            None => IssuerAnswer::Failed,
        }
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
