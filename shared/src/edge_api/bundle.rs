//! `GET /v1/bundle`: the bundles that edges follow. [`crate::bundle`] reads the document.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// The path.
pub const PATH: &str = "/v1/bundle";
/// The media type of the document.
pub const MEDIA_TYPE: &str = "application/edgewrit-bundle";
/// Longest wait for news, in seconds: less than the 30 after which proxies commonly give up.
pub const WAIT_SECONDS: u32 = 28;

/// A position in the history of revocations, written as `<epoch>.<seq>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The epoch of the history.
    pub epoch: String,
    /// The number of the last revocation.
    pub seq: u64,
}

impl Position {
    /// Reads `<epoch>.<seq>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, seq) = text.split_once('.')?;
        let digits = seq.bytes().all(|byte| byte.is_ascii_digit());
        let seq = digits.then(|| seq.parse().ok())??;
        Some(Self {
            epoch: epoch.to_owned(),
            seq,
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

/// Path and query of the request. `held` is the position of the bundle that the edge holds. The
/// issuer may delay an answer without news for `wait` seconds.
#[must_use]
pub fn write_target(held: Option<&str>, wait: u32) -> String {
    match held {
        Some(held) => format!("{PATH}?have={held}&wait={wait}"),
        None => PATH.into(),
    }
}

/// The query of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleQuery {
    /// The position of the bundle that the edge holds.
    pub have: Option<Position>,
    /// The time in seconds for which the issuer may delay an answer without news.
    pub wait: u32,
}

impl BundleQuery {
    /// Reads the query from its decoded names and values, of which no name occurs twice.
    #[must_use]
    pub fn read<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let mut query = Self::default();
        for (name, value) in pairs {
            match name {
                "have" => query.have = Some(Position::parse(value)?),
                "wait" => query.wait = value.parse().ok().filter(|wait| *wait <= WAIT_SECONDS)?,
                _ => return None,
            }
        }
        Some(query)
    }
}
