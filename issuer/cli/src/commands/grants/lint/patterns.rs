//! Findings about patterns and values, as they are written.

use super::finding::{GrantCode, GrantFinding};
use super::values;
use edgewrit_shared::grant::Pattern;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::place_step;

/// Findings in a grant as it is written; a scope string has no patterns.
pub(super) fn find_all(place: &str, grant: &Json) -> Vec<GrantFinding> {
    let mut found = Vec::new();
    if let Some(Json::List(resources)) = grant.member("resources") {
        for (index, resource) in resources.iter().enumerate() {
            if let Json::Text(pattern) = resource {
                found.extend(star_stops(&format!("{place}/resources/{index}"), pattern));
            }
        }
    }
    if let Some(Json::Object(rules)) = grant.member("rules") {
        for (param, rule) in rules {
            let place = format!("{place}/rules/{}", place_step(param));
            add_findings_of_rule(&place, rule, &mut found);
        }
    }
    found
}

fn add_findings_of_rule(place: &str, rule: &Json, found: &mut Vec<GrantFinding>) {
    found.extend(values::find_all(place, rule));
    if let Some(Json::Text(glob)) = rule.member("glob") {
        let place = format!("{place}/glob");
        let is_read = ["under", "domain"].iter().any(|kind| rule.member(kind).is_some());
        let escape = (!is_read).then(|| glob_escape(&place, glob)).flatten();
        found.extend(escape.or_else(|| star_stops(&place, glob)));
    }
    for kind in ["optional", "each"] {
        if let Some(inner) = rule.member(kind) {
            add_findings_of_rule(&format!("{place}/{kind}"), inner, found);
        }
    }
}

/// A final `*` where other languages' runs on.
fn star_stops(place: &str, pattern: &str) -> Option<GrantFinding> {
    let is_single = pattern.ends_with('*') && !pattern.ends_with("**") && !pattern.ends_with("\\*");
    let runs_elsewhere = pattern == "*" || pattern.starts_with("arn:") || is_url(pattern);
    if !is_single || !runs_elsewhere {
        return None;
    }
    let wrong = format!("the last `*` of `{pattern}` stops at the next `/` or `:`");
    let instead = "write `**` if all behind it is meant; otherwise this is right";
    Some(GrantFinding::new(GrantCode::StarStops, place, wrong, instead))
}

/// A glob on URLs that admits other hosts, or one on paths that admits `..`: each with a text that
/// shows it.
fn glob_escape(place: &str, glob: &str) -> Option<GrantFinding> {
    let pattern = Pattern::parse(glob).ok()?;
    let (text, what, kind) = if is_url(glob) {
        (other_host(glob)?, "another host", "domain")
    } else {
        (way_up(glob)?, "what lies elsewhere", "under")
    };
    let wrong = format!("`{glob}` also matches {what}: `{text}`");
    let instead = format!("use `{kind}`, which reads the text as its readers do");
    pattern
        .matches(&text)
        .then(|| GrantFinding::new(GrantCode::GlobEscape, place, wrong, instead))
}

/// A URL of another host, if there is a `*` in the glob's.
fn other_host(glob: &str) -> Option<String> {
    let (scheme, behind) = glob.split_once("://")?;
    let authority = behind.split('/').next()?;
    let filler = match authority.find('*')? {
        0 => "evil.test?",
        _ => ".evil.test?",
    };
    let rest = behind.replacen('*', filler, 1).replace('*', "");
    Some(format!("{scheme}://{rest}"))
}

/// A path that goes up, if a `*` of the glob leaves room for a whole segment.
fn way_up(glob: &str) -> Option<String> {
    if !glob.starts_with('/') {
        return None;
    }
    let text = match glob.strip_suffix("**") {
        Some(before) if before.ends_with('/') => format!("{before}../x"),
        Some(before) => format!("{before}/../../x"),
        None if glob.split('/').any(|segment| segment == "*") => {
            let up = |segment| if segment == "*" { ".." } else { segment };
            glob.split('/').map(up).collect::<Vec<_>>().join("/")
        }
        None => return None,
    };
    Some(text.replace('*', "x"))
}

fn is_url(pattern: &str) -> bool {
    pattern.starts_with("http://") || pattern.starts_with("https://")
}
