//! Calls to the issuer. The pipeline makes the call; the host sends it once and returns the answer.

use crate::config::Config;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use edgewrit_shared::secret::Secret;

/// Time that the issuer has for an answer to a `POST`.
const TIMEOUT_MS: u32 = 5_000;
/// Longest answer that the edge reads, in bytes: more than the largest bundle.
pub(crate) const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// A request to the issuer. The host adds `host` and `content-length`, follows no redirect and
/// never sends the request twice.
#[derive(Debug)]
pub struct Call {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path and query at the origin of the issuer.
    pub path: String,
    /// Header names in lower case, and values. One value is the credential of the edge, so no value
    /// can be printed.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body; empty for `GET`.
    pub body: Vec<u8>,
    /// The time limit in milliseconds. After it the answer is [`IssuerAnswer::Failed`].
    pub timeout_ms: u32,
    /// Longest answer in bytes. A longer answer is [`IssuerAnswer::Failed`].
    pub answer_bytes: usize,
}

impl Call {
    /// A call that sends JSON to the issuer, with the credential of the edge.
    pub(crate) fn post(config: &Config, path: &str, body: Vec<u8>) -> Self {
        Self {
            method: "POST",
            path: path.into(),
            headers: vec![
                ("accept", Secret::new("application/json".into())),
                ("authorization", config.authorization().clone()),
                ("content-type", Secret::new("application/json".into())),
            ],
            body,
            timeout_ms: TIMEOUT_MS,
            answer_bytes: ANSWER_BYTES,
        }
    }
}

/// The answer to a [`Call`].
#[derive(Clone, Copy, Debug)]
pub enum IssuerAnswer<'a> {
    /// A complete response.
    Got {
        /// The status.
        status: u16,
        /// The body.
        body: &'a [u8],
    },
    /// No connection, a timeout, an incomplete response or a response that is larger than the host
    /// accepts.
    Failed,
}

impl<'a> IssuerAnswer<'a> {
    /// The body; empty if there is no response.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        match *self {
            Self::Got { body, .. } => body,
            Self::Failed => &[],
        }
    }
}

/// The answer to a [`Call`], with a copy of the body of the response.
#[derive(Debug)]
pub struct OwnedAnswer(Option<(u16, Vec<u8>)>);

impl OwnedAnswer {
    /// A complete response with this status and body.
    #[must_use]
    pub const fn new(status: u16, body: Vec<u8>) -> Self {
        Self(Some((status, body)))
    }

    /// The answer to a call that failed or was not made.
    #[must_use]
    pub const fn failed() -> Self {
        Self(None)
    }

    /// The answer as the pipeline expects it.
    #[must_use]
    pub fn as_answer(&self) -> IssuerAnswer<'_> {
        match &self.0 {
            Some((status, body)) => IssuerAnswer::Got { status: *status, body },
            None => IssuerAnswer::Failed,
        }
    }
}
