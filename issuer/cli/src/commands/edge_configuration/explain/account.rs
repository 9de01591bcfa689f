//! A verdict with its reasons.

use super::smallest;
use crate::output::attempt::attempt_to_json;
use edgewrit_edge::config::Config;
use edgewrit_edge::rehearsal::{Rehearsal, Verdict};
use edgewrit_shared::grant::{Decision, Grant, Grants};
use edgewrit_shared::json::Quoted;
use edgewrit_shared::time::UnixSeconds;

/// A verdict, and the answer of each grant.
#[derive(Debug)]
pub(super) struct Explanation {
    pub(super) rehearsal: Rehearsal,
    pub(super) grants: Vec<Grant>,
    /// For each attempt: what keeps each grant from permitting it, if anything does.
    pub(super) objections: Vec<Vec<Option<String>>>,
    /// The smallest grant that would have permitted, where the want of one is why the request is
    /// refused.
    pub(super) smallest: Option<smallest::Smallest>,
}

impl Explanation {
    pub(super) fn new(
        grants: Vec<Grant>,
        edge: &Config,
        now: UnixSeconds,
        judge: impl Fn(&[Grant]) -> Rehearsal,
    ) -> Self {
        let rehearsal = judge(&grants);
        let objections = rehearsal.attempts.iter().map(|attempt| {
            let objections = grants.iter().map(|grant| {
                // A missing allowance is no objection.
                let alone = Grants::new(vec![grant.clone().with_allowance(String::new())]);
                match alone.decide(attempt, now) {
                    Decision::Permit { .. } => None,
                    Decision::Refuse(miss) => Some(miss.reason.to_string()),
                }
            });
            objections.collect()
        });
        Self {
            objections: objections.collect(),
            smallest: smallest::find(&rehearsal, &grants, edge, judge),
            rehearsal,
            grants,
        }
    }

    pub(super) fn to_json(&self) -> String {
        let mut members = Vec::new();
        match &self.rehearsal.verdict {
            Verdict::Permit { grant, spends } => {
                members.push("\"verdict\":\"permit\",\"label\":\"permit\"".to_owned());
                members.push(format!("\"grant\":{grant},\"spends\":{spends:?}"));
            }
            Verdict::Refuse { reason, detail } => members.push(format!(
                "\"verdict\":\"refuse\",\"label\":\"{reason}\",\"detail\":{}",
                Quoted(detail)
            )),
        }
        let operation = self.rehearsal.operation.as_deref();
        members.extend(operation.map(|name| format!("\"operation\":{}", Quoted(name))));
        members.push(format!("\"attempts\":[{}]", self.attempts_to_json().join(",")));
        members.extend(self.smallest.as_ref().map(|smallest| match &smallest.grant {
            Ok(grant) => format!("\"smallest\":{}", grant.to_json()),
            Err(message) => format!("\"no_smallest\":{}", Quoted(message)),
        }));
        format!("{{{}}}", members.join(","))
    }

    /// Each attempt with the objections of the grants, as JSON.
    fn attempts_to_json(&self) -> Vec<String> {
        let said = |objection: &Option<String>| match objection {
            None => "null".to_owned(),
            Some(objection) => Quoted(objection).to_string(),
        };
        let attempts = self.rehearsal.attempts.iter().zip(&self.objections);
        let attempts = attempts.map(|(attempt, objections)| {
            let objections: Vec<_> = objections.iter().map(said).collect();
            let attempt = attempt_to_json(attempt);
            format!("{{\"attempt\":{attempt},\"objections\":[{}]}}", objections.join(","))
        });
        attempts.collect()
    }
}
