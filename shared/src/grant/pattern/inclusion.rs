//! Whether one pattern matches all that another matches.
//!
//! A few texts decide it. Let the child's every `*` be one letter that the parent does not contain. If the parent matches this
//! text, a `*` of its own stands over each such letter, and stands as well over any run that takes the letter's place: so it
//! matches whatever the child matches. If it does not, the text itself is what the child permits and the parent refuses.
//! The ends need a closer look:
//! * the child's `**` counts as empty: if the parent matches this, it has a `**` over the rest, or the text with one separator
//!   more, which the child matches too, has too many for it;
//! * a parent that asks for *something* at the end (a scope string's `*`) could be satisfied by the letter where an empty run
//!   would not satisfy it: so the text with every `*` empty is asked for too.

use super::{Pattern, SEPARATORS, Segment, Tail};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

/// A letter in no pattern, since patterns hold no control characters.
const FRESH: char = '\0';

/// Letters to show in place of [`FRESH`].
const SHOWN: &str = "xyzuvw0123456789";
/// More of them: the CJK ideographs, more than all patterns of a grant can hold.
const LETTERS: RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// Letters to show where any will do, the plainest first.
pub(in crate::grant) fn fresh_letters() -> impl Iterator<Item = char> {
    SHOWN.chars().chain(LETTERS)
}

/// The texts that decide whether a pattern lies within another.
#[derive(Debug)]
pub(in crate::grant) struct Probes(Vec<String>);

impl Pattern {
    /// Whether this pattern matches every text that `child` matches.
    #[must_use]
    pub fn includes(&self, child: &Self) -> bool {
        self.includes_all(&child.probes())
    }

    /// A text that this pattern matches and none of `others` does. `None` with a single other means that this lies within it; with
    /// several it may be that they match everything together.
    #[must_use]
    pub fn text_outside(&self, others: &[&Self]) -> Option<String> {
        let mut texts = self.examples(others).into_iter();
        texts.find(|text| !others.iter().any(|other| other.matches(text)))
    }

    /// Texts that this pattern matches, with a letter for each `*` that none of `others` holds. If one other does not include this pattern,
    /// one of them is outside it; if several match everything only together, none is.
    pub(in crate::grant) fn examples(&self, others: &[&Self]) -> Vec<String> {
        let is_fresh = |letter: &char| !others.iter().any(|other| other.contains_letter(*letter));
        let mut texts = self.probe_texts(fresh_letters().find(is_fresh).unwrap_or(FRESH));
        if self.tail != Tail::Nothing {
            // With more separators than they have, only such as end in `**` match.
            let most = others.iter().map(|other| other.separators()).max().unwrap_or(0);
            let longest = texts.last().map(|text| [text, "/".repeat(most).as_str()].concat());
            texts.extend(longest);
        }
        texts
    }

    fn separators(&self) -> usize {
        self.prefix.matches(SEPARATORS).count() + self.heads.len()
    }

    pub(in crate::grant) fn probes(&self) -> Probes {
        Probes(self.probe_texts(FRESH))
    }

    /// [`Self::includes`], for a child that is compared with many.
    pub(in crate::grant) fn includes_all(&self, child: &Probes) -> bool {
        child.0.iter().all(|text| self.matches(text))
    }

    fn probe_texts(&self, fresh: char) -> Vec<String> {
        let fresh = String::from(fresh);
        let mut texts = Vec::from([self.fill_stars(""), self.fill_stars(&fresh)]);
        if self.tail == Tail::Something {
            texts.iter_mut().for_each(|text| text.push_str(&fresh));
        }
        if self.tail != Tail::Nothing {
            let longer = texts.last().map(|text| [text, "/"].concat());
            texts.extend(longer);
        }
        texts
    }

    /// Whether `letter` stands in it as itself.
    pub(in crate::grant) fn contains_letter(&self, letter: char) -> bool {
        let pieces =
            |segment: &Segment| segment.first.contains(letter) || segment.more.iter().any(|one| one.contains(letter));
        self.prefix.contains(letter) || self.heads.iter().any(|(segment, _)| pieces(segment)) || pieces(&self.last)
    }
}
