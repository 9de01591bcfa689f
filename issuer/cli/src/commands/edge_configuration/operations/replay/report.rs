//! The verdicts on recorded requests, for people and for programs.

use super::tally::{Groups, TallyGroup, VerdictTally};
use crate::output::words::visible;
use edgewrit_shared::reason::Reason;
use serde_json::{Value, json};

/// Width of a count.
const WIDTH: usize = 7;

pub(super) fn tally_to_words(tally: &VerdictTally) -> Vec<String> {
    let mut lines = vec![format!(
        "{} requests: {} would pass, {} would be refused, {} not judged; {} lines not readable",
        tally.requests,
        tally.passed,
        tally.refused.total(),
        tally.not_judged.total(),
        tally.unreadable
    )];
    let groups = tally.refused.sorted();
    let (missing, refused): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .partition(|(_, why, _)| *why == Reason::NoOperation.label());
    add_section(&mut lines, "refused", refused, |subject, why, group| {
        format!("{subject}: {why}: {}", group.detail)
    });
    add_section(&mut lines, "missing operations", missing, |subject, _, _| {
        format!("match: \"{subject}\"")
    });
    add_section(
        &mut lines,
        "not judged",
        tally.not_judged.sorted(),
        |subject, why, _| format!("{subject}: {why}"),
    );
    if !tally.first_unreadable.is_empty() {
        lines.push("not readable, the first".to_owned());
    }
    let unreadable = tally.first_unreadable.iter();
    lines.extend(unreadable.map(|(line, message)| format!("  line {line}: {}", visible(message))));
    lines
}

fn add_section(
    lines: &mut Vec<String>,
    title: &str,
    groups: Vec<(&str, &str, &TallyGroup)>,
    said: impl Fn(&str, &str, &TallyGroup) -> String,
) {
    if !groups.is_empty() {
        lines.push(title.to_owned());
    }
    let groups = groups.into_iter().map(|(subject, why, group)| {
        let said = visible(&said(subject, why, group));
        format!("{:WIDTH$}  {said}", group.count)
    });
    lines.extend(groups);
}

pub(super) fn tally_to_json(tally: &VerdictTally) -> Value {
    let missing = tally
        .refused
        .sorted()
        .into_iter()
        .filter(|(_, why, _)| *why == Reason::NoOperation.label());
    let missing = missing.map(|(subject, _, group)| json!({"count": group.count, "match": subject}));
    let unreadable = tally.first_unreadable.iter();
    let unreadable = unreadable.map(|(line, message)| json!({"line": line, "message": message}));
    json!({
        "requests": tally.requests,
        "passed": tally.passed,
        "refused": groups_to_json(&tally.refused, "label"),
        "missing": missing.collect::<Vec<_>>(),
        "not_judged": groups_to_json(&tally.not_judged, "reason"),
        "unreadable": {"count": tally.unreadable, "first": unreadable.collect::<Vec<_>>()},
    })
}

fn groups_to_json(groups: &Groups, why_is: &str) -> Vec<Value> {
    let groups = groups.sorted().into_iter().map(|(subject, why, group)| {
        let mut said = json!({"count": group.count, "operation": subject, why_is: why});
        if let (Some(members), false) = (said.as_object_mut(), group.detail.is_empty()) {
            members.insert("detail".to_owned(), Value::from(group.detail.as_str()));
        }
        said
    });
    groups.collect()
}
