//! Finding a parameter in what was read, as an application would.

use crate::readers::answer::{Read, ReadMembers};
use crate::readers::table::BracketNames;

/// The value under a name of a path, a query or a form.
pub(super) fn named(members: &ReadMembers, place: &str, names: BracketNames) -> Option<Read> {
    match (names, split(place)) {
        (BracketNames::Nested, (outer, Some(""))) => member(members, outer).cloned(),
        (BracketNames::Nested, (outer, Some(inner))) => match member(members, outer)? {
            Read::Object(members) => member(members, inner).cloned(),
            // A list where an object should be has no such member.
            _ => None,
        },
        _ => member(members, place).cloned(),
    }
}

/// The name before brackets, and what stands in them.
pub(super) fn split(place: &str) -> (&str, Option<&str>) {
    let inner = place.strip_suffix(']').and_then(|rest| rest.split_once('['));
    inner.map_or((place, None), |(outer, inner)| (outer, Some(inner)))
}

fn member<'m>(members: &'m ReadMembers, name: &str) -> Option<&'m Read> {
    members.iter().find_map(|(own, read)| (own == name).then_some(read))
}

/// The value at a JSON pointer; with `*` in it, the list of what each element has there.
pub(super) fn pointed(json: &Read, pointer: &str) -> Option<Read> {
    let steps: Vec<_> = pointer.split('/').skip(1).collect();
    at(json, &steps)
}

fn at(json: &Read, steps: &[&str]) -> Option<Read> {
    match (steps.split_first(), json) {
        (None, read) => Some(read.clone()),
        (Some((&"*", rest)), Read::List(items)) => items
            .iter()
            .map(|item| at(item, rest))
            .collect::<Option<_>>()
            .map(Read::List),
        (Some((step, rest)), Read::Object(members)) => at(member(members, step)?, rest),
        _ => None,
    }
}
