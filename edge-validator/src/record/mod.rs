//! The record of a verdict: one line. The lines of both edges have one form, and `request_id` joins
//! them with responses.

pub(crate) mod context;

use crate::memory::Memory;
use crate::reason::Objection;
use crate::record::context::RequestContext;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::edge_api::record_line::{PERMITTED, REFUSED, RecordOutcome, member};
use edgewrit_shared::grant::GrantId;
use edgewrit_shared::json::object::Object;

/// The record of one request. The line of a record is JSON with bounded values and escaped control
/// characters.
#[derive(Debug)]
pub struct Record {
    pub(crate) context: RequestContext,
    pub(crate) permitted: bool,
    /// The status of the response to the client; `None` before there is a response.
    pub(crate) status: Option<u16>,
    /// The grants that permitted the attempts of the request, each once.
    pub(crate) grants: Vec<GrantId>,
    /// The objection of a rule, if a rule objected.
    pub(crate) objection: Option<Objection>,
    /// The outcome of a permitted request, or the note that a use was spent on a refused one.
    pub(crate) outcome: Option<RecordOutcome>,
    /// Names of response headers that contained a secret of the edge and did not reach the client.
    pub(crate) reflected: Vec<String>,
    /// Whether the host has kept a record of the same request before.
    pub(crate) is_kept: bool,
}

impl Record {
    /// The label of the rule that refused, or `permit`.
    #[must_use]
    pub fn label(&self) -> RecordLabel {
        let objection = self.objection.as_ref();
        objection.map_or(RecordLabel::Permit, |objection| objection.reason.into())
    }

    /// Whether the host has kept the record of the permit before it sent the request, so that this
    /// record may be lost. The host logs and counts it, and the issuer does not get it.
    #[must_use]
    pub fn may_be_lost(&self) -> bool {
        self.is_kept
    }

    /// Whether the issuer gets the record. The issuer gets a record without a verified writ only
    /// while `memory` admits one.
    #[must_use]
    pub fn is_for_issuer(&self, memory: &Memory) -> bool {
        let is_reported = || self.context.writ.is_some() || memory.admits_unauthenticated(self.context.arrival.at);
        !self.is_kept && is_reported()
    }

    /// Whether the record is a permit that the upstream answered. Operators do not look for such
    /// records.
    #[must_use]
    pub fn is_routine(&self) -> bool {
        self.permitted
            && self.objection.is_none()
            && self.outcome == Some(RecordOutcome::Answered)
            && !self.is_reflection()
    }

    /// Whether a header of the response of the upstream contained a secret of the edge.
    #[must_use]
    pub fn is_reflection(&self) -> bool {
        !self.reflected.is_empty()
    }

    /// The line of the record.
    #[must_use]
    pub fn line(&self) -> String {
        let context = &self.context;
        let (claims, operation) = (context.claims(), context.subject.operation.as_deref());
        let mut line = Object::open();
        line.text("edgewrit", Some("verdict"));
        line.member(member::AT, context.arrival.at.0);
        line.member(member::REQUEST_ID, format_args!("\"{}\"", context.arrival.request_id));
        line.text(member::VERDICT, Some(if self.permitted { PERMITTED } else { REFUSED }));
        if let Some(status) = self.status {
            line.member(member::STATUS, status);
        }
        line.text(member::LABEL, Some(self.label().text()));
        if let Some(objection) = &self.objection {
            line.text(member::ERROR_CODE, Some(objection.class().code()));
            line.text(member::DETAIL, Some(objection.log_detail()));
        }
        line.text(member::OPERATION, operation.map(|operation| operation.name.as_str()));
        line.text(member::ACTION, context.subject.action());
        line.text(member::RESOURCE, context.subject.resource());
        line.text(member::UPSTREAM, operation.map(|operation| operation.upstream.name()));
        line.text(member::JTI, claims.map(|claims| claims.jti.as_str()));
        line.text(member::TASK_ID, claims.map(|claims| claims.task_id.as_str()));
        line.text(member::CLIENT_ID, claims.map(|claims| claims.client_id.as_str()));
        self.write_grants(&mut line);
        line.text(member::TRACEPARENT, context.arrival.traceparent.as_deref());
        line.text(member::OUTCOME, self.outcome.map(RecordOutcome::text));
        if self.is_reflection() {
            line.text(member::REFLECTED, Some(&self.reflected.join(", ")));
        }
        line.close()
    }

    fn write_grants(&self, line: &mut Object) {
        let mut ids = String::new();
        for grant in &self.grants {
            ids.push(if ids.is_empty() { '[' } else { ',' });
            // Writing to a `String` does not fail.
            let _ = write!(ids, "\"{grant}\"");
        }
        if !ids.is_empty() {
            line.member(member::GRANTS, format_args!("{ids}]"));
        }
    }
}
