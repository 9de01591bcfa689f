//! Calls to the issuer. The pipeline says what to send; the host sends it, once, and hands back what came.

use crate::config::Config;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use edgewrit_shared::secret::Secret;

/// How long the issuer has to answer what is posted to it.
const TIMEOUT_MS: u32 = 5_000;

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

impl Call {
    /// Sends JSON to the issuer, in the edge's name.
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
        }
    }
}

/// What came back for a [`Call`].
#[derive(Clone, Copy, Debug)]
pub enum IssuerAnswer<'a> {
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
