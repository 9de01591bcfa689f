//! Following the issuer's bundle of keys and revocations.

use crate::config::Config;
use crate::issuer::call::{Call, IssuerAnswer};
use crate::json_object::Object;
use crate::memory::Memory;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use edgewrit_shared::bundle::{BundleError, RowsHash, Snapshot};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::time::UnixSeconds;

/// Longest time the issuer is asked to wait for news, in seconds.
const WAIT_MAX: u32 = 28;
/// How long the issuer has to answer besides the time it was asked to wait.
const TIMEOUT_MS: u32 = 5_000;

/// Why an answer gave no newer snapshot. The one that is held stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowError {
    /// No answer came.
    Failed,
    /// The issuer answered with this status instead of 200.
    Status(u16),
    /// The bundle does not count, or not here.
    Bundle(BundleError),
}

impl FollowError {
    /// The stable label, such as `bundle_status`.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Failed => "bundle_unanswered",
            Self::Status(_) => "bundle_status",
            Self::Bundle(error) => error.label(),
        }
    }
}

impl fmt::Display for FollowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => f.write_str("no answer from the issuer to a call for its bundle"),
            Self::Status(status) => write!(f, "the issuer answered {status} to a call for its bundle, expected 200"),
            Self::Bundle(error) => write!(f, "the issuer's bundle was not applied: {error}"),
        }
    }
}

impl core::error::Error for FollowError {}

/// The call that asks for a bundle newer than `held`; the issuer may keep it waiting for `wait_seconds`, at most 28 and at most half
/// of the time after which the edge refuses to decide by what it holds.
///
/// It carries no credential: what it answers is signed and the same for all, so that a cache on the way does no harm.
#[must_use]
pub fn bundle_call(config: &Config, held: Option<&Snapshot>, wait_seconds: u32) -> Call {
    let bearable = u32::try_from(config.freshness() / 2).unwrap_or(WAIT_MAX);
    let wait = wait_seconds.min(WAIT_MAX).min(bearable);
    let path = match held {
        Some(held) => format!("/v1/bundle?have={}&wait={wait}", held.position()),
        None => "/v1/bundle".into(),
    };
    Call {
        method: "GET",
        path,
        headers: vec![("accept", Secret::new("application/edgewrit-bundle".into()))],
        body: Vec::new(),
        timeout_ms: TIMEOUT_MS + wait * 1_000,
    }
}

/// The snapshot that the answer to [`bundle_call`] makes of `held`.
///
/// # Errors
/// [`FollowError`]; ask again after a pause.
pub fn apply_bundle(
    config: &Config,
    held: Option<&Snapshot>,
    answer: IssuerAnswer<'_>,
    now: UnixSeconds,
) -> Result<Snapshot, FollowError> {
    let body = bundle_body(answer)?;
    Snapshot::apply(held, body, config.trust(), now).map_err(FollowError::Bundle)
}

/// The same, where the host has a fast way to hash [`edgewrit_shared::bundle::rows_of`] the answer.
///
/// # Errors
/// As [`bundle_answer`].
pub fn apply_hashed_bundle(
    config: &Config,
    held: Option<&Snapshot>,
    answer: IssuerAnswer<'_>,
    sha256: RowsHash,
    now: UnixSeconds,
) -> Result<Snapshot, FollowError> {
    let body = bundle_body(answer)?;
    Snapshot::apply_hashed(held, body, sha256, config.trust(), now).map_err(FollowError::Bundle)
}

/// What is said of a bundle whose audit head contradicts one that was seen before in its epoch: the issuer's audit was cut off or rewritten.
/// Decisions go on.
#[derive(Debug)]
pub struct HeadReport {
    /// The stable label, to be counted among those of bundles.
    pub label: &'static str,
    /// For the log.
    pub line: String,
    /// Whether the issuer gets the line as a record: not again while nothing else is contradicted.
    pub is_new: bool,
}

/// The report on the bundle that made `applied` of `held`, if there is one to make.
///
/// The line has the form of a record that a request was refused, so that issuers of every version take it in.
#[must_use]
pub fn head_report(
    memory: &Memory,
    held: Option<&Snapshot>,
    applied: &Snapshot,
    now: UnixSeconds,
) -> Option<HeadReport> {
    let label = applied.audit_trouble()?.label();
    let (seen, found) = (applied.highest_audit_head()?, applied.audit_head()?);
    let mut line = Object::open();
    line.text("edgewrit", Some("audit_head"));
    line.member("at", now.0);
    line.member("request_id", format_args!("\"{}\"", memory.next_request()));
    line.text("verdict", Some("refuse"));
    line.text("label", Some(label));
    line.text("detail", Some(&format!("the issuer says {found}, but {seen} was seen")));
    Some(HeadReport {
        label,
        line: line.close(),
        is_new: held.and_then(Snapshot::audit_trouble) != applied.audit_trouble(),
    })
}

/// A line of the log with the highest audit head that was seen, as `edgewrit audit verify --seen` takes it.
#[must_use]
pub fn head_line(snapshot: &Snapshot, now: UnixSeconds) -> Option<String> {
    let head = snapshot.highest_audit_head()?;
    let mut line = Object::open();
    line.text("edgewrit", Some("audit_seen"));
    line.member("at", now.0);
    line.text("audit_head", Some(head));
    Some(line.close())
}

fn bundle_body(answer: IssuerAnswer<'_>) -> Result<&[u8], FollowError> {
    match answer {
        IssuerAnswer::Got { status: 200, body } => Ok(body),
        IssuerAnswer::Got { status, .. } => Err(FollowError::Status(status)),
        IssuerAnswer::Failed => Err(FollowError::Failed),
    }
}
