//! A text that two patterns both match, or that fills a template and matches a pattern.
//!
//! Both are read as steps and walked side by side. A star that meets a star leads nowhere that going past one of them does not, so
//! every move gets closer to the end of one pattern at least: what is left of the one and of the other is all that has to be
//! remembered, and the shortest text from there on is known from what is left behind one more move.

use super::{Pattern, SEPARATORS, Segment, Tail};
use crate::limits::PATTERN_BYTES;
use alloc::string::String;
use alloc::vec::Vec;

/// The letter to show where any will do.
const ANY: char = 'x';

/// No text leads to the end from here.
const NEVER: u16 = u16::MAX;

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePiece<'t> {
    /// This very text.
    Text(&'t str),
    /// Any text that is not empty and holds none of these characters, which are separators.
    Run(&'t [char]),
}

/// One step of a pattern or template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PatternStep<'t> {
    /// This letter.
    Letter(char),
    /// One letter that is none of these.
    One(&'t [char]),
    /// Any number of letters that are none of these.
    Many(&'t [char]),
}

impl Pattern {
    /// The shortest text that both patterns match, one of them if there are several; `None` if there is none.
    ///
    /// Takes time and memory in proportion to the product of their lengths, not counting what they begin and end with alike.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Option<String> {
        if !self.prefix.starts_with(&other.prefix) && !other.prefix.starts_with(&self.prefix) {
            return None;
        }
        shortest_common_text(&self.steps(), &other.steps())
    }

    /// Whether some text that fills `template` matches. Takes as long as [`Self::overlap`].
    #[must_use]
    pub fn matches_some(&self, template: &[TemplatePiece<'_>]) -> bool {
        let template: Vec<PatternStep<'_>> = template.iter().flat_map(TemplatePiece::steps).collect();
        shortest_common_text(&template, &self.steps()).is_some()
    }

    fn steps(&self) -> Vec<PatternStep<'_>> {
        let mut steps: Vec<PatternStep<'_>> = self.prefix.chars().map(PatternStep::Letter).collect();
        for (segment, separator) in &self.heads {
            steps.extend(segment.steps());
            steps.push(PatternStep::Letter(*separator));
        }
        steps.extend(self.last.steps());
        match self.tail {
            Tail::Nothing => {}
            Tail::Anything => steps.push(PatternStep::Many(&[])),
            Tail::Something => steps.extend([PatternStep::One(&[]), PatternStep::Many(&[])]),
        }
        steps
    }
}

/// The shortest text that takes both ways, no longer than any that a pattern matches.
fn shortest_common_text(own: &[PatternStep<'_>], other: &[PatternStep<'_>]) -> Option<String> {
    let begin = count_equal_letters(own.iter(), other.iter())?;
    let (first, own) = own.split_at_checked(begin)?;
    let (_, other) = other.split_at_checked(begin)?;
    let end = count_equal_letters(own.iter().rev(), other.iter().rev())?;
    let (own, last) = own.split_at_checked(own.len().checked_sub(end)?)?;
    let (other, _) = other.split_at_checked(other.len().checked_sub(end)?)?;
    let between = Walk::of(own, other).text()?;
    let text: String = letters(first).chain(between.chars()).chain(letters(last)).collect();
    // No common text is shorter.
    (text.len() <= PATTERN_BYTES).then_some(text)
}

impl<'t> TemplatePiece<'t> {
    fn steps(&self) -> Vec<PatternStep<'t>> {
        match *self {
            Self::Text(text) => text.chars().map(PatternStep::Letter).collect(),
            Self::Run(without) => [PatternStep::One(without), PatternStep::Many(without)].into(),
        }
    }
}

impl Segment {
    fn steps(&self) -> impl Iterator<Item = PatternStep<'static>> {
        let more = self.more.iter().flat_map(|piece| {
            core::iter::once(PatternStep::Many(&SEPARATORS)).chain(piece.chars().map(PatternStep::Letter))
        });
        self.first.chars().map(PatternStep::Letter).chain(more)
    }
}

/// How many of the first steps are the same letters; `None` if two letters then stand against each other.
fn count_equal_letters<'s>(
    own: impl Iterator<Item = &'s PatternStep<'s>>,
    other: impl Iterator<Item = &'s PatternStep<'s>>,
) -> Option<usize> {
    let mut count = 0_usize;
    for pair in own.zip(other) {
        match pair {
            (PatternStep::Letter(own), PatternStep::Letter(other)) if own == other => count = count.checked_add(1)?,
            (PatternStep::Letter(_), PatternStep::Letter(_)) => return None,
            _ => break,
        }
    }
    Some(count)
}

fn letters(steps: &[PatternStep<'_>]) -> impl Iterator<Item = char> {
    steps.iter().filter_map(|step| match step {
        PatternStep::Letter(letter) => Some(*letter),
        _ => None,
    })
}

impl PatternStep<'_> {
    fn accepts(self, letter: char) -> bool {
        match self {
            Self::Letter(own) => own == letter,
            Self::One(without) | Self::Many(without) => !without.contains(&letter),
        }
    }

    /// Whether it is left by going past it and not by a letter.
    fn is_run(self) -> bool {
        matches!(self, Self::Many(_))
    }
}

/// Steps taken in one and in the other, and the letter that both take.
struct Move {
    own: usize,
    other: usize,
    letter: Option<char>,
}

impl Move {
    /// The moves from where these steps are next.
    fn all(own: Option<PatternStep<'_>>, other: Option<PatternStep<'_>>) -> impl Iterator<Item = Self> {
        let past = |own: usize, other: usize| Self {
            own,
            other,
            letter: None,
        };
        let stays = |step: Option<PatternStep<'_>>| step.is_some_and(PatternStep::is_run);
        [
            own.zip(other).and_then(|(own, other)| Self::read(own, other)),
            stays(own).then(|| past(1, 0)),
            stays(other).then(|| past(0, 1)),
        ]
        .into_iter()
        .flatten()
    }

    fn read(own: PatternStep<'_>, other: PatternStep<'_>) -> Option<Self> {
        let letter = match (own, other) {
            (PatternStep::Letter(letter), step) | (step, PatternStep::Letter(letter)) => {
                step.accepts(letter).then_some(letter)?
            }
            (PatternStep::One(_), _) | (_, PatternStep::One(_)) => ANY,
            _ => return None,
        };
        Some(Self {
            own: usize::from(!own.is_run()),
            other: usize::from(!other.is_run()),
            letter: Some(letter),
        })
    }

    /// Bytes of its letter. A character has at most four.
    fn bytes(&self) -> u16 {
        let bytes = self.letter.map_or(0, char::len_utf8);
        u16::try_from(bytes).unwrap_or(NEVER)
    }
}

/// What is left of two patterns, and the bytes of the shortest text from there on.
struct Walk<'s> {
    own: &'s [PatternStep<'s>],
    other: &'s [PatternStep<'s>],
    /// By how many steps are left of the one, then of the other.
    bytes: Vec<u16>,
}

impl<'s> Walk<'s> {
    fn of(own: &'s [PatternStep<'s>], other: &'s [PatternStep<'s>]) -> Self {
        let bytes = Vec::from([0]);
        let mut walk = Self { own, other, bytes };
        let lefts = (0..=own.len()).flat_map(|own| (0..=other.len()).map(move |other| (own, other)));
        for (own, other) in lefts.skip(1) {
            let least = walk.moves(own, other).map(|(_, bytes)| bytes).min();
            walk.bytes.push(least.unwrap_or(NEVER));
        }
        walk
    }

    /// The moves where so many steps are left, each with the bytes of the shortest text that begins with it.
    fn moves(&self, own: usize, other: usize) -> impl Iterator<Item = (Move, u16)> {
        let moves = Move::all(next_step(self.own, own), next_step(self.other, other));
        moves.filter_map(move |step| {
            let behind = self.bytes_after(own.checked_sub(step.own)?, other.checked_sub(step.other)?);
            let bytes = step.bytes().saturating_add(behind);
            Some((step, bytes))
        })
    }

    fn bytes_after(&self, own: usize, other: usize) -> u16 {
        let at = own * (self.other.len() + 1) + other;
        self.bytes.get(at).copied().unwrap_or(NEVER)
    }

    fn text(&self) -> Option<String> {
        let (mut own, mut other) = (self.own.len(), self.other.len());
        let mut text = String::new();
        while (own, other) != (0, 0) {
            let (step, bytes) = self.moves(own, other).min_by_key(|(_, bytes)| *bytes)?;
            if bytes == NEVER {
                return None;
            }
            text.extend(step.letter);
            (own, other) = (own.checked_sub(step.own)?, other.checked_sub(step.other)?);
        }
        Some(text)
    }
}

/// The step with which the last `left` begin.
fn next_step<'s>(steps: &[PatternStep<'s>], left: usize) -> Option<PatternStep<'s>> {
    steps.get(steps.len().checked_sub(left)?).copied()
}
