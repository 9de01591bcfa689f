//! The status of a response.

use edgewrit_edge::http::head::Pair;

/// The header that Envoy sets on the response of a server, and not on a response of its own when
/// there is no server or no time.
const BY_A_SERVER: &str = "x-envoy-upstream-service-time";
/// The least status that may be of Envoy itself.
const FAILURES: u16 = 500;

/// The status of the response to a call; `None` if Envoy itself made the response.
#[must_use]
pub fn server_status(headers: &[Pair<'_>]) -> Option<u16> {
    let by_a_server = headers.iter().any(|(name, _)| *name == BY_A_SERVER);
    read_status(headers).filter(|status| *status < FAILURES || by_a_server)
}

/// The status in the headers of a response.
pub(super) fn read_status(headers: &[Pair<'_>]) -> Option<u16> {
    let (_, value) = headers.iter().find(|(name, _)| *name == ":status")?;
    str::from_utf8(value).ok()?.parse().ok()
}
