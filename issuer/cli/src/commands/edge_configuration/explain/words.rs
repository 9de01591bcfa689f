//! A verdict with its reasons, as text for people.

use super::account::Explanation;
use crate::output::attempt::param_to_json;
use crate::output::words::{grant_to_words, visible};
use edgewrit_edge::rehearsal::Verdict;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::json;
use edgewrit_shared::json::text::visible_json;
use edgewrit_shared::limits::JSON_VALUES;

/// The lines of the account.
pub(super) fn account_to_words(account: &Explanation) -> Vec<String> {
    let rehearsal = &account.rehearsal;
    let mut lines = vec![verdict_to_words(&rehearsal.verdict)];
    let operation = rehearsal.operation.as_deref().unwrap_or("none matches");
    lines.push(format!("operation: {operation}"));
    for (attempt, objections) in rehearsal.attempts.iter().zip(&account.objections) {
        lines.push(format!("attempt: {}", attempt_to_words(attempt)));
        let grants = account.grants.iter().zip(objections).enumerate();
        lines.extend(grants.flat_map(|(index, (grant, objection))| {
            let answer = objection.as_deref().unwrap_or("permits");
            [
                format!("  grant {index}: {}", describe_grant(grant)),
                format!("    {}", visible(answer)),
            ]
        }));
    }
    if let Some(smallest) = &account.smallest {
        match &smallest.grant {
            Ok(grant) => {
                lines.push("the smallest grant that would permit it:".to_owned());
                lines.push(format!("  {}", visible_json(&grant.to_json())));
            }
            Err(message) => lines.push(format!("no grant can be just this: {}", visible(message))),
        }
        if !smallest.open.is_empty() {
            lines.push(format!("  it leaves open: {}", visible(&smallest.open.join(", "))));
        }
    }
    lines
}

fn verdict_to_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Refuse { reason, detail } => format!("refused: {reason}: {}", visible(detail)),
        Verdict::Permit { grant, spends } => match spends.as_slice() {
            [] => format!("permitted by grant {grant}"),
            [_] => format!("permitted by grant {grant}, one of its uses is spent"),
            spends => {
                let spends: Vec<_> = spends.iter().map(ToString::to_string).collect();
                format!(
                    "permitted by grant {grant}, one use of grant {} is spent",
                    spends.join(" or ")
                )
            }
        },
    }
}

fn attempt_to_words(attempt: &Attempt) -> String {
    let params: Vec<_> = attempt
        .params
        .iter()
        .map(|(name, value)| format!("{} {}", visible(name), visible(&param_to_json(value))))
        .collect();
    let (action, resource) = (visible(&attempt.action), visible(&attempt.resource));
    match params.as_slice() {
        [] => format!("{action} on {resource}"),
        params => format!("{action} on {resource} with {}", params.join(", ")),
    }
}

fn describe_grant(grant: &Grant) -> String {
    let text = grant.to_json();
    json::parse(text.as_bytes(), JSON_VALUES).map_or(text, |json| grant_to_words(&json))
}
