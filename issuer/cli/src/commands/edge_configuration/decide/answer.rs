//! The answer to a question.

use super::question;
use crate::input::edge_configuration::requested_host;
use crate::output::attempt::attempt_to_json;
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{Rehearsal, RehearsedGrants, Verdict, rehearse};
use edgewrit_issuer::clock::Clock;
use edgewrit_shared::edge_api::RecordLabel;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::{Members, Node};

/// The judge of questions.
#[derive(Debug)]
pub(super) struct QuestionJudge {
    config: Config,
    clock: Clock,
    last: LastGrants,
}

impl QuestionJudge {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            clock: Clock::system(),
            last: LastGrants::default(),
        }
    }

    /// The members of the answer to a question.
    pub(super) fn answer(&mut self, question: &Node<'_>) -> Option<String> {
        self.decide(question).map(|rehearsal| answer_members(&rehearsal))
    }

    fn decide(&mut self, root: &Node<'_>) -> Option<Rehearsal> {
        let members = root.object(&question::MEMBERS)?;
        let (question, authority) = (question::read_question(&members), self.last.read_or_reuse(&members));
        let (question, authority) = (question?, authority?);
        let headers: Vec<_> = question
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let head = Head {
            method: question.method,
            target: question.target.as_bytes(),
            authority: requested_host(&headers, &self.config),
            headers: &headers,
            has_body: question.body.is_some(),
        };
        let now = question.now.unwrap_or_else(|| self.clock.now().seconds());
        let body = question.body.unwrap_or_default();
        Some(rehearse(head, body.as_bytes(), authority, &self.config, now))
    }
}

/// The grants of the last question, as JSON and as read.
#[derive(Debug, Default)]
struct LastGrants(Option<([Option<Json>; 2], RehearsedGrants)>);

impl LastGrants {
    /// The grants of a question. They are often those of the question before, and then not read
    /// again.
    fn read_or_reuse(&mut self, members: &Members<'_>) -> Option<&RehearsedGrants> {
        let written = ["grants", "scope"].map(|name| members.optional(name).map(Node::json));
        let is_same = |own: &[Option<Json>; 2]| own.iter().map(Option::as_ref).eq(written);
        if !self.0.as_ref().is_some_and(|(own, _)| is_same(own)) {
            let authority = RehearsedGrants::new(question::read_grants(members)?);
            self.0 = Some((written.map(|json| json.cloned()), authority));
        }
        self.0.as_ref().map(|(_, authority)| authority)
    }
}

fn answer_members(rehearsal: &Rehearsal) -> String {
    let (verdict, label, grant) = match &rehearsal.verdict {
        Verdict::Permit { grant, .. } => ("permit", RecordLabel::Permit, format!(",\"grant\":{grant}")),
        Verdict::Refuse { reason, .. } => ("refuse", RecordLabel::from(*reason), String::new()),
    };
    let attempts: Vec<_> = rehearsal.attempts.iter().map(attempt_to_json).collect();
    format!(
        "\"verdict\":\"{verdict}\",\"label\":\"{}\",\"attempts\":[{}]{grant}",
        label.text(),
        attempts.join(",")
    )
}
