//! The difference between the headers that a host has and the headers to send, for hosts on which a
//! full exchange costs more than a few changes.

use crate::http::head::Pair;
use alloc::vec;
use alloc::vec::Vec;
use edgewrit_shared::small_code::text_eq::text_eq;

/// The changes to the headers of a host. After both changes the host has exactly the wanted
/// headers.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes<'a> {
    /// Headers to remove, all values of each; each name once.
    pub remove: Vec<&'a str>,
    /// Headers to set; each replaces all headers of its name.
    pub set: Vec<Pair<'a>>,
}

/// The state of a wanted header at the host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HeldHeader {
    Nothing,
    AsWanted,
    Otherwise,
}

/// The changes that turn `held`, in which names may repeat, into `wanted`, in which no name
/// repeats.
#[must_use]
pub fn diff_headers<'a>(held: &[Pair<'a>], wanted: &[Pair<'a>]) -> Changes<'a> {
    let mut state = vec![HeldHeader::Nothing; wanted.len()];
    let mut remove: Vec<&str> = Vec::new();
    for (name, value) in held {
        let mut known = wanted.iter().zip(&mut state);
        match known.find(|((own, _), _)| text_eq(own, name)) {
            // Two headers with the same value are not the same as one.
            Some(((_, own), state)) if *state == HeldHeader::Nothing && own == value => *state = HeldHeader::AsWanted,
            Some((_, state)) => *state = HeldHeader::Otherwise,
            None if remove.iter().any(|own| text_eq(own, name)) => {}
            None => remove.push(name),
        }
    }
    let set = wanted
        .iter()
        .zip(state)
        .filter(|(_, state)| *state != HeldHeader::AsWanted);
    Changes {
        remove,
        set: set.map(|(pair, _)| *pair).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Changes, diff_headers};
    use crate::http::head::Pair;
    use alloc::collections::BTreeMap;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::collection::vec as some;
    use proptest::prelude::*;

    #[test]
    fn an_equal_header_stays_unchanged() {
        let held: [Pair<'_>; 3] = [("accept", b"*/*"), ("cookie", b"a=1"), ("cookie", b"b=2")];
        let wanted: [Pair<'_>; 2] = [("accept", b"*/*"), ("authorization", b"Bearer key")];
        assert_eq!(
            diff_headers(&held, &wanted),
            Changes {
                remove: vec!["cookie"],
                set: vec![("authorization", b"Bearer key")],
            }
        );
    }

    #[test]
    fn a_header_that_is_held_twice_is_set() {
        let (held, wanted): ([Pair<'_>; 2], [Pair<'_>; 1]) = ([("a", b"1"), ("a", b"1")], [("a", b"1")]);
        assert_eq!(diff_headers(&held, &wanted).set, wanted);
    }

    /// The headers of a host after the changes.
    fn changed<'a>(held: &[Pair<'a>], changes: &Changes<'a>) -> Vec<Pair<'a>> {
        let gone = |name| changes.remove.contains(&name) || changes.set.iter().any(|(own, _)| *own == name);
        let kept = held.iter().filter(|(name, _)| !gone(name));
        let mut now: Vec<_> = kept.chain(&changes.set).copied().collect();
        now.sort_unstable();
        now
    }

    proptest! {
        #[test]
        fn the_changes_give_exactly_the_wanted_headers(
            held in some(("[a-d]", "[x-z]"), 0..8),
            wanted in some(("[a-d]", "[x-z]"), 0..4),
        ) {
            let wanted: BTreeMap<String, String> = wanted.into_iter().collect();
            let held: Vec<Pair<'_>> = held.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
            let wanted: Vec<Pair<'_>> = wanted.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
            prop_assert_eq!(changed(&held, &diff_headers(&held, &wanted)), wanted);
        }
    }
}
