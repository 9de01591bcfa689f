//! The calls of a filter to the issuer.

use super::{Caller, Root};
use crate::host::{Host, HostFailure, Outgoing};
use edgewrit_edge::issuer::call::Call;

impl<H: Host> Root<H> {
    /// Starts a call to the issuer. `caller` gets the response.
    pub fn call(&self, call: &Call, caller: Caller) -> Result<(), HostFailure> {
        let authority = self.settings.issuer_authority().as_bytes();
        let mut headers = vec![
            (":method", call.method.as_bytes()),
            (":scheme", b"https"),
            (":path", call.path.as_bytes()),
            (":authority", authority),
        ];
        headers.extend(
            call.headers
                .iter()
                .map(|(name, value)| (*name, value.expose().as_bytes())),
        );
        let token = self.host.start_call(&Outgoing {
            cluster: &self.settings.issuer_cluster,
            headers: &headers,
            body: &call.body,
            timeout_ms: call.timeout_ms,
        })?;
        self.calls.borrow_mut().push((token, caller));
        Ok(())
    }

    /// The caller that waits for the response to the call with this token.
    pub fn take_caller(&self, token: u32) -> Option<Caller> {
        let mut calls = self.calls.borrow_mut();
        let at = calls.iter().position(|(own, _)| *own == token)?;
        Some(calls.swap_remove(at).1)
    }
}
