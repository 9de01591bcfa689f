//! One line of output.

use super::question;
use crate::attempt;
use crate::document::{FILE_VALUES, write};
use edgewrit_edge::config::Config;
use edgewrit_edge::head::Head;
use edgewrit_edge::rehearsal::{Authority, Rehearsal, Verdict, rehearse};
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::reading;
use edgewrit_shared::document::{Members, Node};
use edgewrit_shared::json::{self, Json, Quoted};

/// What answers questions.
#[derive(Debug)]
pub(super) struct Judge {
    config: Config,
    clock: Clock,
    last: Last,
}

impl Judge {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            clock: Clock::system(),
            last: Last::default(),
        }
    }

    /// The answer to a question; an error if that cannot be read.
    pub(super) fn answer(&mut self, line: &[u8]) -> Result<String, String> {
        let json = json::parse(line, FILE_VALUES).map_err(|error| unreadable(None, &[error.to_string()]))?;
        let id = json.member("id");
        match reading::value(&json, |root| self.decide(root)) {
            Ok(rehearsal) => Ok(answer(id, &rehearsal)),
            Err(faults) => {
                let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
                Err(unreadable(id, &faults))
            }
        }
    }

    fn decide(&mut self, root: &Node<'_>) -> Option<Rehearsal> {
        let members = root.object(&question::MEMBERS)?;
        let (question, authority) = (question::read(&members), self.last.know(&members));
        let (question, authority) = (question?, authority?);
        let headers: Vec<_> = question
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let head = Head {
            method: question.method,
            target: question.target.as_bytes(),
            headers: &headers,
            has_body: question.body.is_some(),
        };
        let now = question.now.unwrap_or_else(|| self.clock.now().seconds());
        let body = question.body.unwrap_or_default();
        Some(rehearse(head, body.as_bytes(), authority, &self.config, now))
    }
}

/// The grants of the last question, as they were written and as they are decided by.
#[derive(Debug, Default)]
struct Last(Option<([Option<Json>; 2], Authority)>);

impl Last {
    /// The grants of a question. They are often those of the one before, and then not read again.
    fn know(&mut self, members: &Members<'_>) -> Option<&Authority> {
        let written = ["grants", "scope"].map(|name| members.optional(name).map(Node::json));
        let is_same = |own: &[Option<Json>; 2]| own.iter().map(Option::as_ref).eq(written);
        if !self.0.as_ref().is_some_and(|(own, _)| is_same(own)) {
            let authority = Authority::new(question::grants(members)?);
            self.0 = Some((written.map(|json| json.cloned()), authority));
        }
        self.0.as_ref().map(|(_, authority)| authority)
    }
}

fn answer(id: Option<&Json>, rehearsal: &Rehearsal) -> String {
    let (verdict, label, grant) = match &rehearsal.verdict {
        Verdict::Permit { grant, .. } => ("permit", "permit", format!(",\"grant\":{grant}")),
        Verdict::Refuse { label, .. } => ("refuse", *label, String::new()),
    };
    let attempts: Vec<_> = rehearsal.attempts.iter().map(attempt::to_json).collect();
    format!(
        "{{{}\"verdict\":\"{verdict}\",\"label\":\"{label}\",\"attempts\":[{}]{grant}}}",
        id_member(id),
        attempts.join(",")
    )
}

/// The answer to what is no question: messages, each with its place in the line.
pub(super) fn unreadable(id: Option<&Json>, messages: &[String]) -> String {
    let messages: Vec<_> = messages.iter().map(|message| Quoted(message).to_string()).collect();
    format!("{{{}\"error\":[{}]}}", id_member(id), messages.join(","))
}

/// The `id` of a question, to begin its answer with.
fn id_member(id: Option<&Json>) -> String {
    let mut text = String::new();
    if let Some(id) = id {
        text.push_str("\"id\":");
        write(id, &mut text);
        text.push(',');
    }
    text
}
