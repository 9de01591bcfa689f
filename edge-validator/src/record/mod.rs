//! One line for each verdict. Lines of both edges have one form, and join with responses by `request_id`.

pub(crate) mod context;

use crate::json_object::Object;
use crate::memory::Memory;
use crate::reason::Objection;
use crate::record::context::RequestContext;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::grant::GrantId;

/// The outcome of a permit whose request the upstream has answered.
pub(crate) const ANSWERED: &str = "answered";

/// What is written down about one request. Its line is JSON: values are bounded, control characters escaped.
#[derive(Debug)]
pub struct Record {
    pub(crate) context: RequestContext,
    pub(crate) permitted: bool,
    /// Of the answer to the client; `None` before there is one.
    pub(crate) status: Option<u16>,
    pub(crate) label: &'static str,
    /// The grant that permitted it.
    pub(crate) grant: Option<GrantId>,
    /// What went wrong, if anything did.
    pub(crate) objection: Option<Objection>,
    /// How a permitted request ended, or that a use was spent on a refused one.
    pub(crate) outcome: Option<&'static str>,
    /// Names of response headers that held a secret of the edge and did not reach the client.
    pub(crate) reflected: Vec<String>,
}

impl Record {
    /// Which rule refused, or `permit`.
    #[must_use]
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// Whether it is for the issuer. A record without a verified writ is, while `memory` admits one.
    #[must_use]
    pub fn is_for_issuer(&self, memory: &Memory) -> bool {
        self.context.writ.is_some() || memory.admits_unauthenticated(self.context.at)
    }

    /// Whether it is a permit that was answered: nothing that an operator looks for.
    #[must_use]
    pub fn is_routine(&self) -> bool {
        self.permitted && self.objection.is_none() && self.outcome == Some(ANSWERED) && !self.is_reflection()
    }

    /// Whether the upstream's response held a secret of the edge in its headers.
    #[must_use]
    pub fn is_reflection(&self) -> bool {
        !self.reflected.is_empty()
    }

    /// The line.
    #[must_use]
    pub fn line(&self) -> String {
        let context = &self.context;
        let (claims, operation) = (context.claims(), context.subject.operation.as_deref());
        let mut line = Object::open();
        line.text("edgewrit", Some("verdict"));
        line.member("at", context.at.0);
        line.member("request_id", format_args!("\"{}\"", context.request_id));
        line.text("verdict", Some(if self.permitted { "permit" } else { "refuse" }));
        if let Some(status) = self.status {
            line.member("status", status);
        }
        line.text("label", Some(self.label));
        if let Some(objection) = &self.objection {
            line.text("error_code", Some(objection.reason.outside.code()));
            line.text(
                "detail",
                Some(objection.detail.as_deref().unwrap_or(objection.reason.meaning)),
            );
        }
        line.text("operation", operation.map(|operation| operation.name.as_str()));
        line.text("action", context.subject.action());
        line.text("resource", context.subject.resource());
        line.text("upstream", operation.map(|operation| operation.upstream.name()));
        line.text("jti", claims.map(|claims| claims.jti.as_str()));
        line.text("task_id", claims.map(|claims| claims.task_id.as_str()));
        line.text("client_id", claims.map(|claims| claims.client_id.as_str()));
        if let Some(grant) = self.grant {
            line.member("grants", format_args!("[\"{grant}\"]"));
        }
        line.text("traceparent", context.traceparent.as_deref());
        line.text("outcome", self.outcome);
        if self.is_reflection() {
            line.text("reflected", Some(&self.reflected.join(", ")));
        }
        line.close()
    }
}
