//! The permit: the only way upstream.

use crate::refusal::{HostFault, Refusal};
use crate::response::InFlight;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Leave to send one request, which it contains. Only the decision makes one.
pub struct Permit(());

/// The request to send, complete: nothing of the incoming request is added to it.
pub struct OutgoingRequest {
    /// The method that was judged.
    pub method: String,
    /// The name of the upstream in the configuration.
    pub upstream: String,
    /// Its origin, such as `https://api.travel.example`; the URL is `origin` and `target` joined.
    pub origin: String,
    /// Host and port of the origin, for `host`.
    pub authority: String,
    /// Path and query, byte for byte as judged.
    pub target: String,
    /// Header names in lower case and values, the upstream's credential among them. `content-length` is the host's to set.
    pub headers: Vec<(Arc<str>, Vec<u8>)>,
    /// The judged body; `None` if the request has none.
    pub body: Option<Vec<u8>>,
    /// Whether sending it again could do no harm that was not permitted; false after a spend.
    pub repeatable: bool,
}

impl Permit {
    /// The name of the upstream that this permit is for.
    #[must_use]
    pub fn upstream(&self) -> &str {
        todo!()
    }
    /// The request to send, and what waits for its response.
    #[must_use]
    pub fn into_request(self) -> (OutgoingRequest, InFlight) {
        todo!()
    }
    /// Gives the permit up unused because the host cannot do as it says.
    #[must_use]
    pub fn withdraw(self, _fault: HostFault) -> Refusal {
        todo!()
    }
}
