//! Inclusion: the check whether one pattern matches every text that another matches.
//!
//! A few texts decide it. In the first text every `*` of the child is one letter that the parent
//! does not contain. If the parent matches this text, a `*` of the parent covers each such letter.
//! The same `*` covers any run in place of the letter, so the parent matches every text of the
//! child. If the parent does not match, the text itself shows the difference. The ends need more
//! care:
//! * The `**` of the child is taken as empty. A parent with a `**` there covers every run. Another
//!   parent does not match the text with one more separator, which the child matches.
//! * A parent that requires *something* at the end (the `*` of a scope string) could accept the
//!   letter and not an empty run. So the text with every `*` empty is checked too.

use super::{Pattern, SEPARATORS, Segment, Tail};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

/// A letter in no pattern, because patterns contain no control characters.
const FRESH: char = '\0';

/// Letters to show in place of [`FRESH`].
const SHOWN: &str = "xyzuvw0123456789";
/// More letters: the CJK ideographs, more than all patterns of a grant can contain.
const LETTERS: RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// Letters for places where any letter is right, the plainest first.
pub(in crate::grant) fn fresh_letters() -> impl Iterator<Item = char> {
    SHOWN.chars().chain(LETTERS)
}

/// The texts that decide whether a pattern is within another.
#[derive(Debug)]
pub(in crate::grant) struct Probes(Vec<String>);

impl Pattern {
    /// Whether this pattern matches every text that `child` matches.
    #[must_use]
    pub fn includes(&self, child: &Self) -> bool {
        self.includes_all(&child.probes())
    }

    /// A text that this pattern matches and none of `others` does. `None` with one other pattern
    /// means that this one is within it. `None` with several may mean that they match every text
    /// together.
    #[must_use]
    pub fn text_outside(&self, others: &[&Self]) -> Option<String> {
        let mut texts = self.examples(others).into_iter();
        texts.find(|text| !others.iter().any(|other| other.matches(text)))
    }

    /// Texts that this pattern matches, with a letter for each `*` that none of `others` contains.
    /// If one other pattern does not include this one, one of the texts is outside it. If several
    /// include this one only together, no text is outside.
    pub(in crate::grant) fn examples(&self, others: &[&Self]) -> Vec<String> {
        let is_fresh = |letter: &char| !others.iter().any(|other| other.contains_letter(*letter));
        let mut texts = self.probe_texts(fresh_letters().find(is_fresh).unwrap_or(FRESH));
        if self.tail != Tail::Nothing {
            // With more separators than the others have, only patterns that end in `**` match.
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

    /// The same as [`Self::includes`], for a child that is compared with many patterns.
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

    /// Whether the pattern contains `letter` as a literal.
    pub(in crate::grant) fn contains_letter(&self, letter: char) -> bool {
        let pieces =
            |segment: &Segment| segment.first.contains(letter) || segment.more.iter().any(|one| one.contains(letter));
        self.prefix.contains(letter) || self.heads.iter().any(|(segment, _)| pieces(segment)) || pieces(&self.last)
    }
}
