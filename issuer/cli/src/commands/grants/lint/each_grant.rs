//! Findings about each grant by itself.

use super::finding::{GrantCode, GrantFinding};
use super::patterns;
use super::source::{Source, SourceContent};
use super::verbs::Effect;
use edgewrit_issuer::clock::Moment;
use edgewrit_issuer::grant::{Term, never_open};
use edgewrit_issuer::rfc3339;
use edgewrit_issuer::task_request::TaskRequest;
use edgewrit_shared::grant::attempt::Param;
use edgewrit_shared::grant::{Grant, Rule, RuleAnswer};
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::{more, place_step};
use edgewrit_shared::limits::WRIT_TTL_DEFAULT;

pub(super) fn find_all(source: &Source, now: Moment) -> Vec<GrantFinding> {
    let mut found = match &source.content {
        SourceContent::Policy(ask) => find_windows_never_open(ask, now),
        SourceContent::Ceiling(_) => Vec::new(),
    };
    for group in source.groups() {
        for (place, grant) in group.placed() {
            let json = source.document.value(&place);
            found.extend(find_broad(&place, grant, source.is_policy()));
            if source.is_policy() {
                found.extend(find_unguarded(&place, grant));
            } else {
                found.extend(find_closed_window(&place, grant, now));
            }
            found.extend(json.into_iter().flat_map(|json| patterns::find_all(&place, json)));
            for (param, rule) in grant.rules() {
                let place = format!("{place}/rules/{}", place_step(param));
                let json = source.document.value(&place);
                found.extend(find_impossible(&place, param, rule, json));
            }
        }
    }
    found
}

fn find_windows_never_open(ask: &TaskRequest, now: Moment) -> Vec<GrantFinding> {
    let ttl = ask.ttl.unwrap_or(WRIT_TTL_DEFAULT);
    let expires = now.seconds().plus(ttl);
    let faults = never_open(ask, &Term { born: now, expires });
    const INSTEAD: &str = "move the window, mint later, or live longer (`ttl`)";
    let found = faults.kept().iter().map(|fault| {
        GrantFinding::new(
            GrantCode::Impossible,
            fault.place.as_str(),
            fault.message.as_str(),
            INSTEAD,
        )
    });
    let rest = Some(faults.omitted()).filter(|omitted| *omitted > 0);
    let rest = rest.map(|omitted| GrantFinding::new(GrantCode::Impossible, "", more(omitted), INSTEAD));
    found.chain(rest).collect()
}

/// A window of a ceiling that has ended.
fn find_closed_window(place: &str, grant: &Grant, now: Moment) -> Option<GrantFinding> {
    let end = grant.window().not_after.filter(|end| *end <= now.seconds())?;
    let wrong = format!("its window ended at {}", rfc3339::write(end));
    Some(GrantFinding::new(
        GrantCode::Impossible,
        place,
        wrong,
        "remove it, or move the window",
    ))
}

/// A rule that admits nothing, or not what it seems to.
fn find_impossible(place: &str, param: &str, rule: &Rule, json: Option<&Json>) -> Option<GrantFinding> {
    let param = param.escape_debug();
    if rule.admits_nothing() {
        let wrong = format!("nothing meets the rule on `{param}`, `{rule}`, so the grant permits nothing");
        return Some(GrantFinding::new(
            GrantCode::Impossible,
            place,
            wrong,
            "correct the rule: all its kinds have to hold",
        ));
    }
    let inner = json.and_then(|json| json.member("optional"));
    if inner.is_some() && rule.admits_no_value() {
        let wrong = format!("no value of `{param}` meets `{rule}`: only requests without it are permitted");
        let instead = "correct the rule, or write `{\"absent\": true}` if that is meant";
        return Some(GrantFinding::new(GrantCode::Contradictory, place, wrong, instead));
    }
    let dead = refused(rule, inner.or(json)?)?;
    let wrong = format!("`in` lists `{dead}` for `{param}`, which the rest of the rule refuses");
    Some(GrantFinding::new(
        GrantCode::Contradictory,
        place,
        wrong,
        "take it out of the list, or correct the rest",
    ))
}

/// A value that the rule lists and does not admit.
fn refused(rule: &Rule, json: &Json) -> Option<Param> {
    let Json::List(values) = json.member("in")? else {
        return None;
    };
    let mut values = values.iter().filter_map(param_of_json);
    values.find(|value| rule.answer(Some(value)) != RuleAnswer::Admits)
}

fn param_of_json(value: &Json) -> Option<Param> {
    match value {
        Json::Text(text) => Some(Param::Text(text.clone())),
        Json::Number(number) => Some(Param::Number(number.clone())),
        Json::Bool(value) => Some(Param::Bool(*value)),
        Json::Null | Json::List(_) | Json::Object(_) => None,
    }
}

/// Resources that reach farther than one would think: of a ceiling only all of them, since it is
/// meant to be wide.
fn find_broad(place: &str, grant: &Grant, is_policy: bool) -> Option<GrantFinding> {
    if grant.resources().iter().any(|pattern| pattern.to_string() == "**") {
        let instead = "name what is needed: whatever the audience gets later is granted with it";
        return Some(GrantFinding::new(
            GrantCode::Broad,
            place,
            "`**` is every resource of the audience",
            instead,
        ));
    }
    let action = grant.actions().iter().find(|action| Effect::of(action).changes())?;
    let resource = grant
        .resources()
        .iter()
        .find(|pattern| pattern.is_open_ended() && is_policy)?;
    let wrong = format!(
        "`{action}` changes things, and is granted on all whose name begins as `{resource}` does, at any depth"
    );
    Some(GrantFinding::new(
        GrantCode::Broad,
        place,
        wrong,
        "name the resources, or stop at the next `/` or `:` with `*`",
    ))
}

/// An operation that matters, without limits on how often or with what.
fn find_unguarded(place: &str, grant: &Grant) -> Option<GrantFinding> {
    let is_named = grant.resources().iter().all(|pattern| pattern.as_literal().is_some());
    let asks = |(_, rule): &(String, Rule)| rule.answer(None) != RuleAnswer::Admits;
    let without_rule = !grant.rules().iter().any(asks);
    let without_uses = grant.uses().is_none();
    let action = grant.actions().iter().find(|action| match Effect::of(action) {
        Effect::Pays | Effect::Makes => without_rule || without_uses,
        Effect::Destroys => without_rule && !is_named || without_uses,
        Effect::Reads | Effect::Writes | Effect::Unknown => false,
    })?;
    let often = without_uses.then_some("any number of times");
    let with = without_rule.then_some("with any parameters");
    let how: Vec<_> = often.into_iter().chain(with).collect();
    let wrong = format!("`{action}` is permitted {}", how.join(" and "));
    let instead = match (without_uses, without_rule) {
        (true, false) => "add `uses`",
        (false, _) => "add rules on what must be as the task says",
        (true, true) => "add `uses`, and rules on what must be as the task says",
    };
    Some(GrantFinding::new(GrantCode::Unguarded, place, wrong, instead))
}
