//! Readers of the elements that grants and rules share.

use super::pattern::Pattern;
use crate::json::document::{Members, Node};
use alloc::format;
use alloc::vec::Vec;

/// The members of the object, and whether all their names are in `known`.
pub(super) fn read_known_members<'a>(node: &Node<'a>, known: &[&str]) -> Option<(Members<'a>, bool)> {
    let all_known = node.members()?.iter().all(|(name, _)| known.contains(name));
    Some((node.object(known)?, all_known))
}

/// The elements of a list that is not empty and has no duplicates, sorted by their keys.
pub(super) fn read_distinct<T, K: Ord>(
    node: &Node<'_>,
    most: usize,
    read: impl Fn(&Node<'_>) -> Option<T>,
    key: impl Fn(&T) -> K,
) -> Option<Vec<T>> {
    let items = node.list(most)?;
    if items.is_empty() {
        node.fault("an empty array, expected at least one element");
        return None;
    }
    let mut found: Vec<(K, T)> = Vec::with_capacity(items.len());
    let mut sound = true;
    for item in items {
        let Some(value) = read(&item) else {
            sound = false;
            continue;
        };
        let key = key(&value);
        match found.binary_search_by(|(own, _)| own.cmp(&key)) {
            Err(place) => found.insert(place, (key, value)),
            Ok(_) => {
                item.fault("an element that stands there already, expected each once");
                sound = false;
            }
        }
    }
    sound.then(|| found.into_iter().map(|(_, value)| value).collect())
}

pub(super) fn read_pattern(node: &Node<'_>) -> Option<Pattern> {
    match Pattern::parse(node.text()?) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            node.fault(format!("{error}"));
            None
        }
    }
}

/// Text of at most `most` bytes.
pub(super) fn read_text<'a>(node: &Node<'a>, most: usize) -> Option<&'a str> {
    let text = node.text()?;
    if text.len() > most {
        node.fault(format!("a string of {} bytes, the limit is {most}", text.len()));
        return None;
    }
    Some(text)
}
