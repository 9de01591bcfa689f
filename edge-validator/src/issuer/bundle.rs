//! Requests for the issuer's bundle of keys and revocations.

use crate::config::Config;
use crate::issuer::call::{ANSWER_BYTES, Call, IssuerAnswer};
use crate::memory::Memory;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use edgewrit_shared::bundle::{BundleError, HeadContradiction, RowsHash, Snapshot};
use edgewrit_shared::edge_api::bundle::{MEDIA_TYPE, WAIT_SECONDS, write_target};
use edgewrit_shared::edge_api::record_line::{REFUSED, member};
use edgewrit_shared::json::object::Object;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::time::UnixSeconds;

/// Time that the issuer has for an answer, besides the time for which the edge asks it to wait.
const TIMEOUT_MS: u32 = 5_000;

/// The cause why an answer made no newer snapshot. The edge keeps its snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowError {
    /// The edge got no answer.
    Failed,
    /// The issuer answered with this status instead of 200.
    Status(u16),
    /// The bundle is invalid, or invalid at this edge.
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

/// The call that asks for a bundle newer than `held`. The issuer may delay the answer for
/// `wait_seconds`, at most [`WAIT_SECONDS`] and at most half of the time after which the snapshot
/// is stale.
///
/// The call carries no credential. The answer is signed and the same for all edges, so a cache on
/// the way does no harm.
#[must_use]
pub fn bundle_call(config: &Config, held: Option<&Snapshot>, wait_seconds: u32) -> Call {
    let bearable = u32::try_from(config.freshness() / 2).unwrap_or(WAIT_SECONDS);
    let wait = wait_seconds.min(WAIT_SECONDS).min(bearable);
    Call {
        method: "GET",
        path: write_target(held.map(Snapshot::position).as_deref(), wait),
        headers: vec![("accept", Secret::new(MEDIA_TYPE.into()))],
        body: Vec::new(),
        timeout_ms: TIMEOUT_MS + wait * 1_000,
        answer_bytes: ANSWER_BYTES,
    }
}

/// Whether the edge may decide by `snapshot` at `now`: the bundle and the configuration both set a
/// time.
#[must_use]
pub fn is_fresh(config: &Config, snapshot: &Snapshot, now: UnixSeconds) -> bool {
    snapshot.is_fresh(now) && now.since(snapshot.issued_at()) < config.freshness()
}

/// Applies the answer to [`bundle_call`] to `held`.
///
/// # Errors
/// [`FollowError`]; the edge asks again after a pause.
pub fn apply_bundle(
    config: &Config,
    held: Option<&Snapshot>,
    answer: IssuerAnswer<'_>,
    now: UnixSeconds,
) -> Result<Snapshot, FollowError> {
    let body = bundle_body(answer)?;
    Snapshot::apply(held, body, config.trust(), now).map_err(FollowError::Bundle)
}

/// The same as [`apply_bundle`], for a host with a fast hash of
/// [`edgewrit_shared::bundle::rows_of`] the answer.
///
/// # Errors
/// As [`apply_bundle`].
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

/// The report on a bundle whose audit head contradicts an earlier head of the same epoch: the audit
/// of the issuer was truncated or rewritten. The edge goes on deciding.
#[derive(Debug)]
pub struct HeadReport {
    /// The contradiction. Counters list its label among the labels of bundles.
    pub contradiction: HeadContradiction,
    /// The line for the log.
    pub line: String,
    /// Whether the issuer gets the line as a record. The issuer gets each contradiction once.
    pub is_new: bool,
}

/// The report on the bundle that turned `held` into `applied`, if its audit head contradicts an
/// earlier head.
///
/// The line has the form of the record of a refusal, so that issuers of every version accept it.
#[must_use]
pub fn head_report(
    memory: &Memory,
    held: Option<&Snapshot>,
    applied: &Snapshot,
    now: UnixSeconds,
) -> Option<HeadReport> {
    let contradiction = applied.audit_contradiction()?;
    let (seen, found) = (applied.highest_audit_head()?, applied.audit_head()?);
    let mut line = Object::open();
    line.text("edgewrit", Some("audit_head"));
    line.member(member::AT, now.0);
    line.member(member::REQUEST_ID, format_args!("\"{}\"", memory.next_request()));
    line.text(member::VERDICT, Some(REFUSED));
    line.text(member::LABEL, Some(contradiction.label()));
    line.text(
        member::DETAIL,
        Some(&format!("the issuer says {found}, but {seen} was seen")),
    );
    Some(HeadReport {
        contradiction,
        line: line.close(),
        is_new: held.and_then(Snapshot::audit_contradiction) != Some(contradiction),
    })
}

/// The log line with the highest audit head that the edge has seen, in the form of
/// `edgewrit audit verify --seen`.
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
