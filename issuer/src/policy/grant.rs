//! Whether a client gets what it asks for: pure, a function of the ask, the client's ceiling and
//! the time.

use crate::base::clock::Moment;
use crate::base::ttl;
use crate::policy::ceiling::{Ceiling, CeilingEntry};
use crate::policy::task_request::{AudiencePart, TaskRequest};
use edgewrit_shared::grant::{Grant, Narrowing, Window, narrower};
use edgewrit_shared::json::document::FaultList;
use edgewrit_shared::limits::WRIT_TTL_DEFAULT;
use edgewrit_shared::time::UnixSeconds;

/// The time that a task's writs have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Time at which the task began; `iat` and `nbf` of its writs.
    pub born: Moment,
    /// Time at which the writs of the task expire.
    pub expires: UnixSeconds,
}

impl Term {
    /// `iat` and `nbf` of the writs.
    #[must_use]
    pub const fn from(&self) -> UnixSeconds {
        self.born.seconds()
    }

    /// Seconds from the one to the other.
    #[must_use]
    pub const fn ttl(&self) -> u64 {
        self.expires.since(self.from())
    }
}

/// Grants `ask` from `now` on, if it lies within `ceiling`.
///
/// # Errors
/// The faults beyond the ceiling, each with its place in the ask.
pub fn grant(ask: &TaskRequest, ceiling: &Ceiling, now: Moment) -> Result<Term, FaultList> {
    let mut beyond = FaultList::new();
    let mut longest = u64::MAX;
    for part in &ask.parts {
        match ceiling.entry(&part.audience) {
            Some(entry) => {
                longest = longest.min(entry.ttl_max);
                part_beyond(part, entry, &mut beyond);
            }
            None => beyond.push(
                &parent_of_place(&part.place),
                "the ceiling has no entry for this audience",
            ),
        }
    }
    if let Some(message) = ttl_beyond(ask.ttl, longest) {
        beyond.push(&"/ttl", &message);
    }
    if !beyond.is_empty() {
        return Err(beyond);
    }
    let ttl = ask.ttl.unwrap_or(WRIT_TTL_DEFAULT).min(longest);
    Ok(Term {
        born: now,
        expires: now.seconds().plus(ttl),
    })
}

/// Grants of `ask` whose window does not meet the lifetime of its writs: they would never permit
/// anything. Each with its place in the ask.
#[must_use]
pub fn never_open(ask: &TaskRequest, term: &Term) -> FaultList {
    let placed = ask
        .parts
        .iter()
        .flat_map(|part| part.grants.iter().enumerate().map(move |grant| (part, grant)));
    let never = placed.filter(|(_, (_, grant))| {
        let Window { not_before, not_after } = grant.window();
        not_before.is_some_and(|first| first >= term.expires) || not_after.is_some_and(|end| end <= term.from())
    });
    let mut faults = FaultList::new();
    for (part, (index, grant)) in never {
        let (window, UnixSeconds(from), UnixSeconds(end)) = (grant.window(), term.from(), term.expires);
        let message = format!("the window {window} is not open while the writ lives, from {from} to {end}");
        faults.push(&format_args!("{}/{index}", part.place), &message);
    }
    faults
}

fn ttl_beyond(ttl: Option<u64>, longest: u64) -> Option<String> {
    let asked = ttl.filter(|asked| *asked > longest)?;
    let (asked, longest) = (ttl::write(asked), ttl::write(longest));
    Some(format!("`{asked}` is longer than the ceiling's `{longest}`"))
}

fn part_beyond(part: &AudiencePart, entry: &CeilingEntry, beyond: &mut FaultList) {
    for (index, grant) in part.grants.iter().enumerate() {
        let reasons = [authority_beyond(grant, entry), uses_beyond(grant, entry)];
        for reason in reasons.into_iter().flatten() {
            beyond.push(&format_args!("{}/{index}", part.place), &reason);
        }
    }
}

fn authority_beyond(grant: &Grant, entry: &CeilingEntry) -> Option<String> {
    match narrower(grant, &entry.grants) {
        Narrowing::Narrower => None,
        beyond @ (Narrowing::Wider { .. } | Narrowing::Unproven { .. }) => Some(beyond.to_string()),
    }
}

fn uses_beyond(grant: &Grant, entry: &CeilingEntry) -> Option<String> {
    let most = entry.uses_max?;
    match grant.uses() {
        Some(uses) if uses.max <= most => None,
        Some(uses) => Some(format!("{} uses, the ceiling allows {most}", uses.max)),
        None => Some(format!("any number of uses, the ceiling allows {most}")),
    }
}

fn parent_of_place(place: &str) -> &str {
    place.rsplit_once('/').map_or(place, |(parent, _)| parent)
}
