//! The line of one record: a JSON object that an edge writes to its log and reports to the issuer.

use super::{NUMBER_MAX, RecordLabel, uses};
use crate::hex::is_lower_hex_digit;
use crate::json::Json;
use crate::json::document::{Members, Node};
use crate::time::UnixSeconds;
use crate::trace_context::is_traceparent;
use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

/// Most grants of one record: each attempt of a request may need a grant of its own.
pub const GRANTS_PER_RECORD: usize = uses::ATTEMPTS;
/// Longest text of a record that the issuer keeps, in bytes.
const TEXT_BYTES: usize = 1_024;
/// Bytes of the id of a grant: 16 hexadecimal digits.
const GRANT_BYTES: usize = 16;

/// The verdict of a permit.
pub const PERMITTED: &str = "permit";
/// The verdict of a refusal.
pub const REFUSED: &str = "refuse";

/// Names of the members.
pub mod member {
    /// The time of the request in Unix seconds, by the clock of the edge.
    pub const AT: &str = "at";
    /// The id of the request.
    pub const REQUEST_ID: &str = "request_id";
    /// [`super::PERMITTED`] or [`super::REFUSED`].
    pub const VERDICT: &str = "verdict";
    /// The status of the response to the client.
    pub const STATUS: &str = "status";
    /// The text of a [`super::RecordLabel`].
    pub const LABEL: &str = "label";
    /// The error code in the response to the client.
    pub const ERROR_CODE: &str = "error_code";
    /// The detail of the objection, for the log.
    pub const DETAIL: &str = "detail";
    /// The name of the operation.
    pub const OPERATION: &str = "operation";
    /// The action of the operation.
    pub const ACTION: &str = "action";
    /// The resource of the request.
    pub const RESOURCE: &str = "resource";
    /// The name of the upstream.
    pub const UPSTREAM: &str = "upstream";
    /// The id of the writ.
    pub const JTI: &str = "jti";
    /// The task of the writ.
    pub const TASK_ID: &str = "task_id";
    /// The client of the writ.
    pub const CLIENT_ID: &str = "client_id";
    /// A list of the ids of the grants that permitted the request, each once.
    pub const GRANTS: &str = "grants";
    /// The trace context of the client (W3C Trace Context).
    pub const TRACEPARENT: &str = "traceparent";
    /// The text of a [`super::RecordOutcome`].
    pub const OUTCOME: &str = "outcome";
    /// Names of response headers with a secret of the edge, joined by `, `.
    pub const REFLECTED: &str = "reflected";
}

/// The members that the issuer keeps as they are.
const KEPT: [&str; 10] = [
    member::ERROR_CODE,
    member::DETAIL,
    member::OPERATION,
    member::ACTION,
    member::RESOURCE,
    member::UPSTREAM,
    member::JTI,
    member::OUTCOME,
    member::REFLECTED,
    member::STATUS,
];

/// The outcome of a permitted request, or a note about a refused one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// The edge sends the request after the record is kept.
    Sent,
    /// The upstream answered.
    Answered,
    /// The upstream gave no answer.
    Failed,
    /// The client closed the connection first.
    Aborted,
    /// A use was spent, and the edge does not know whether the upstream acted on the request.
    SpentUnknown,
    /// A use was spent on a request that the edge then refused.
    Spent,
    /// The edge cut the response, because the writ was no longer valid.
    Cut,
}

impl RecordOutcome {
    /// The text of the outcome.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
            Self::SpentUnknown => "spent_unknown",
            Self::Spent => "spent",
            Self::Cut => "cut",
        }
    }
}

/// A record, as the issuer reads it from its line.
#[derive(Clone, Debug)]
pub struct RecordLine {
    /// The time of the request, by the clock of the edge.
    pub at: UnixSeconds,
    /// Whether the edge permitted the request.
    pub permitted: bool,
    /// The id of the request.
    pub request_id: String,
    /// The client of the writ.
    pub client_id: Option<String>,
    /// The task of the writ.
    pub task_id: Option<String>,
    /// The trace context of the client, if it is well-formed.
    pub traceparent: Option<String>,
    /// The ids of the grants that permitted the request, each once.
    pub grants: BTreeSet<String>,
    /// The label of the verdict.
    pub label: RecordLabel,
    /// The members that the issuer keeps as they are, by their names.
    pub kept: Vec<(&'static str, KeptValue)>,
}

/// The value of a member that the issuer keeps as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptValue {
    /// A text: of a longer text, its beginning.
    Text(String),
    /// A whole number.
    Number(u64),
}

impl RecordLine {
    /// Reads a record. Members that are not known here are of another version.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let members = node.extensible_object()?;
        let text = |name: &str| members.optional(name).and_then(read_bounded);
        let verdict = members.required(member::VERDICT).and_then(Node::text);
        let permitted = match verdict {
            Some(PERMITTED) => true,
            Some(REFUSED) => false,
            _ => return node.expected("`verdict` to be `permit` or `refuse`"),
        };
        let at = members.required(member::AT);
        let at = at.and_then(|node| node.integer(0, NUMBER_MAX));
        let request_id = members.required(member::REQUEST_ID).and_then(read_bounded);
        Some(Self {
            at: UnixSeconds(at?),
            permitted,
            request_id: request_id?,
            client_id: text(member::CLIENT_ID),
            task_id: text(member::TASK_ID),
            traceparent: text(member::TRACEPARENT).filter(|text| is_traceparent(text)),
            grants: read_grant_ids(&members)?,
            label: RecordLabel::from_text(text(member::LABEL).as_deref().unwrap_or_default()),
            kept: KEPT.iter().filter_map(|name| read_kept(&members, name)).collect(),
        })
    }
}

/// The beginning of a text, at most [`TEXT_BYTES`] long.
fn read_bounded(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    let end = text.floor_char_boundary(TEXT_BYTES);
    text.get(..end).map(str::to_owned)
}

fn read_grant_ids(members: &Members<'_>) -> Option<BTreeSet<String>> {
    let Some(node) = members.optional(member::GRANTS) else {
        return Some(BTreeSet::new());
    };
    node.list(GRANTS_PER_RECORD)?.iter().map(read_grant_id).collect()
}

fn read_grant_id(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    if text.len() == GRANT_BYTES && text.bytes().all(is_lower_hex_digit) {
        return Some(text.to_owned());
    }
    node.expected("the id of a grant: 16 hexadecimal digits")
}

fn read_kept(members: &Members<'_>, name: &'static str) -> Option<(&'static str, KeptValue)> {
    let node = members.optional(name)?;
    let value = match node.json() {
        Json::Text(_) => KeptValue::Text(read_bounded(node)?),
        Json::Number(number) => KeptValue::Number(number.as_u64()?),
        _ => return None,
    };
    Some((name, value))
}
