//! Policies and ceilings together.

use super::finding::{GrantCode, GrantFinding};
use super::pairs::{is_never, is_within};
use super::source::{AudienceGrants, Source, SourceContent};
use edgewrit_issuer::ceiling::Ceiling;
use edgewrit_issuer::clock::Moment;
use edgewrit_issuer::grant;
use edgewrit_issuer::task_request::TaskRequest;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::document::more;
use std::slice;

/// Grants of policies that are looked at for needing several grants of a ceiling together.
const SHARED: usize = 64;

/// Findings, each with the index of its source; none unless there are both policies and ceilings.
pub(super) fn find_all(sources: &[Source], now: Moment) -> Vec<(usize, GrantFinding)> {
    let (mut policies, mut ceilings) = (Vec::new(), Vec::new());
    for (index, source) in sources.iter().enumerate() {
        match &source.content {
            SourceContent::Policy(ask) => policies.push((index, ask)),
            SourceContent::Ceiling(ceiling) => ceilings.push((index, source, ceiling)),
        }
    }
    if policies.is_empty() || ceilings.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, ask) in &policies {
        found.extend(beyond(ask, &ceilings, now).into_iter().map(|finding| (*index, finding)));
    }
    for (index, source, _) in &ceilings {
        for group in source.groups() {
            let asked: Vec<&Grant> = policies
                .iter()
                .flat_map(|(_, ask)| &ask.parts)
                .filter(|part| part.audience == group.audience)
                .flat_map(|part| &part.grants)
                .filter(|grant| !is_never(grant))
                .collect();
            found.extend(unneeded(&group, &asked).into_iter().map(|finding| (*index, finding)));
        }
    }
    found
}

/// The grants of the policy beyond each ceiling, reported for the ceiling that comes closest.
fn beyond(ask: &TaskRequest, ceilings: &[(usize, &Source, &Ceiling)], now: Moment) -> Vec<GrantFinding> {
    let refused = ceilings.iter().map(|(_, source, ceiling)| {
        let faults = grant::grant(ask, ceiling, now).err().unwrap_or_default();
        (source.document.name(), faults)
    });
    let Some((name, faults)) = refused.min_by_key(|(_, faults)| faults.total()) else {
        return Vec::new();
    };
    const INSTEAD: &str = "ask for less, or widen the ceiling";
    let found = faults.kept().iter().map(|fault| {
        let wrong = format!("outside the ceiling `{name}`: {}", fault.message);
        GrantFinding::new(GrantCode::Beyond, fault.place.as_str(), wrong, INSTEAD)
    });
    let rest = Some(faults.omitted()).filter(|omitted| *omitted > 0).map(|omitted| {
        let wrong = format!("outside the ceiling `{name}`: {}", more(omitted));
        GrantFinding::new(GrantCode::Beyond, "", wrong, INSTEAD)
    });
    found.chain(rest).collect()
}

/// Grants of a ceiling without which the policies could ask for all the same.
fn unneeded(group: &AudienceGrants<'_>, asked: &[&Grant]) -> Vec<GrantFinding> {
    const INSTEAD: &str = "leave it out, if these are all the policies";
    if asked.is_empty() {
        let wrong = format!("no given policy asks for anything at `{}`", group.audience);
        return vec![GrantFinding::new(
            GrantCode::Unneeded,
            group.entry.clone(),
            wrong,
            INSTEAD,
        )];
    }
    let is_alone = |limit: &Grant, asked: &Grant| is_within(asked, slice::from_ref(limit));
    // Grants that lie within several of the ceiling's together need each of those.
    let shared: Vec<&Grant> = asked
        .iter()
        .copied()
        .take(SHARED)
        .filter(|asked| !group.grants.iter().any(|limit| is_alone(limit, asked)) && is_within(asked, group.grants))
        .collect();
    let unneeded = group.placed().enumerate().filter(|(index, (_, limit))| {
        !asked.iter().any(|asked| is_alone(limit, asked))
            && shared
                .iter()
                .all(|asked| is_within(asked, &without(group.grants, *index)))
    });
    let wrong = "no given policy needs it";
    unneeded
        .map(|(_, (place, _))| GrantFinding::new(GrantCode::Unneeded, place, wrong, INSTEAD))
        .collect()
}

fn without(grants: &[Grant], index: usize) -> Vec<Grant> {
    let others = grants.iter().enumerate().filter(|(at, _)| *at != index);
    others.map(|(_, grant)| grant.clone()).collect()
}
