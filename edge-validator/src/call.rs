//! Calls to the issuer. The pipeline says what to send; the host sends it, once, and hands back what came.

use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::secret::Secret;

/// A request to the issuer. The host adds `host` and `content-length`, follows no redirect and never sends it twice.
#[derive(Debug)]
pub struct Call {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path and query, below the issuer's origin.
    pub path: String,
    /// Header names in lower case, and values; one of the values is the edge's credential, so none can be printed.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body; empty for `GET`.
    pub body: Vec<u8>,
    /// When to give up, in milliseconds; then the answer is [`Answer::Failed`].
    pub timeout_ms: u32,
}

/// What came back for a [`Call`].
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// A whole response.
    Got {
        /// Its status.
        status: u16,
        /// Its body.
        body: &'a [u8],
    },
    /// No connection, a timeout, a response that broke off or was larger than the host takes.
    Failed,
}
