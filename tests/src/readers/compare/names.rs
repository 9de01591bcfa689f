//! Names that a reader sees and the edge does not know.

use super::lookup::split;
use crate::readers::answer::{Read, ReadMembers};
use crate::readers::table::BracketNames;

/// Whether the names are those of a list's elements, in order.
pub(super) fn are_indices(members: &ReadMembers) -> bool {
    members
        .iter()
        .enumerate()
        .all(|(index, (name, _))| *name == index.to_string())
}

/// A name among `members` that is not one of `known`.
pub(super) fn unknown(members: &ReadMembers, known: &[&str], names: BracketNames) -> Option<String> {
    members.iter().find_map(|(name, read)| {
        if names == BracketNames::Flat {
            return (!known.contains(&name.as_str())).then(|| name.clone());
        }
        let own: Vec<_> = known
            .iter()
            .map(|known| split(known))
            .filter(|(outer, _)| outer == name)
            .collect();
        if own.is_empty() {
            return Some(name.clone());
        }
        let inner = |key: &str| own.iter().any(|(_, inner)| *inner == Some(key));
        match read {
            // qs makes such an object of a list that is longer than its limit for arrays.
            Read::Object(members) if are_indices(members) => None,
            Read::Object(members) => {
                let other = members.iter().find(|(key, _)| !inner(key));
                other.map(|(key, _)| format!("{name}[{key}]"))
            }
            _ => None,
        }
    })
}
