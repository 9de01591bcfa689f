//! What came back for a call to the issuer.

use crate::abi::host::{self, Buffer, Map};
use edgewrit_edge::issuer::call::IssuerAnswer;

/// Envoy sets it on what a server has answered, and not on what it answers itself when there is no server or no time.
const BY_A_SERVER: &str = "x-envoy-upstream-service-time";
/// Statuses from here on may be Envoy's own.
const FAILURES: u16 = 500;

/// The whole response to a call, read while the host holds it.
pub(crate) struct OwnedAnswer(Option<(u16, Vec<u8>)>);

impl OwnedAnswer {
    /// No answer, and none to come.
    pub(crate) const fn failed() -> Self {
        Self(None)
    }

    /// A call that failed arrives with no headers, and then nothing can be read.
    pub(crate) fn read(headers: u32, body_size: usize) -> Self {
        if headers == 0 {
            return Self(None);
        }
        let status = host::headers(Map::Call)
            .ok()
            .and_then(|block| server_status(&block.pairs().ok()?));
        Self(status.zip(host::read_bytes(Buffer::CallBody, body_size).ok()))
    }

    /// The same, as the pipeline takes it.
    pub(crate) fn as_answer(&self) -> IssuerAnswer<'_> {
        match &self.0 {
            Some((status, body)) => IssuerAnswer::Got { status: *status, body },
            None => IssuerAnswer::Failed,
        }
    }
}

/// The status of a server's answer.
fn server_status(headers: &[(&str, &[u8])]) -> Option<u16> {
    let by_a_server = headers.iter().any(|(name, _)| *name == BY_A_SERVER);
    status(headers).filter(|status| *status < FAILURES || by_a_server)
}

/// The status of a response whose headers these are.
pub(crate) fn status(headers: &[(&str, &[u8])]) -> Option<u16> {
    let (_, value) = headers.iter().find(|(name, _)| *name == ":status")?;
    str::from_utf8(value).ok()?.parse().ok()
}
