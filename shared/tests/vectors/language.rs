//! Checks of the spelling of grants: reading, canonical JSON, scope strings, patterns.

use super::case::{VectorCase, sorted};
use super::same;
use crate::examples::{attempt, grant, text};
use crate::support::{parse, permits, read_json};
use edgewrit_shared::grant::{Grant, Pattern};
use edgewrit_shared::json::Json;

pub(crate) fn reading(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&["name", "grant", "grant_json", "scope", "is_grant", "faults_at"]);
    let is_grant = case.bool("is_grant");
    if case.has("scope") {
        return same(&Grant::from_scope(&case.text("scope")).is_ok(), &is_grant);
    }
    let places = match case.json("grant").map(|json| read_json(&json)) {
        Ok(Ok(_)) => return same(&true, &is_grant),
        Ok(Err(faults)) => sorted(faults.kept().iter().map(|fault| fault.place.clone())),
        Err(_) => Vec::new(),
    };
    same(&false, &is_grant)?;
    if case.has("faults_at") {
        same(&places, &case.set("faults_at"))?;
    }
    Ok(())
}

pub(crate) fn canonical(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&["name", "written", "canonical"]);
    let canonical = case.text("canonical");
    for written in case.list("written").iter().chain([&parse(&canonical)]) {
        let read = read_json(written).map_err(|faults| format!("{faults:?}"))?;
        same(&read.to_json(), &canonical)?;
    }
    Ok(())
}

pub(crate) fn scopes(case: &VectorCase<'_>) -> Result<(), String> {
    if case.has("scope") {
        return scope(case);
    }
    case.only(&["name", "grant", "scope_of"]);
    let grant = grant(&case.value("grant"));
    match &*case.value("scope_of") {
        Json::Null => same(&grant.to_scope(), &None),
        scope => {
            same(&grant.to_scope().as_deref(), &Some(text(scope)))?;
            same(&Grant::from_scope(text(scope)), &Ok(grant))
        }
    }
}

fn scope(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&["name", "scope", "permits", "refuses"]);
    let grant = Grant::from_scope(&case.text("scope"))?;
    for (name, expected) in [("permits", true), ("refuses", false)] {
        for json in case.list(name) {
            VectorCase(json).only(&["action", "resource"]);
            same(&permits(&grant, &attempt(json)), &expected).map_err(|found| format!("{json:?}: {found}"))?;
        }
    }
    Ok(())
}

fn parsed(case: &VectorCase<'_>, name: &str) -> Pattern {
    Pattern::parse(&case.text(name)).unwrap()
}

pub(crate) fn pattern(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&["name", "pattern", "text", "matches"]);
    let matches = parsed(case, "pattern").matches(&case.text("text"));
    same(&matches, &case.bool("matches"))
}

pub(crate) fn inclusion(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&["name", "child", "parent", "within", "word"]);
    let (child, parent) = (parsed(case, "child"), parsed(case, "parent"));
    same(&parent.includes(&child), &case.bool("within"))?;
    same(&case.has("word"), &!case.bool("within"))?;
    if case.has("word") {
        let word = case.text("word");
        same(&(child.matches(&word), parent.matches(&word)), &(true, false))?;
    }
    Ok(())
}
