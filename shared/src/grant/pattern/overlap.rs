//! A text that two patterns both match, or that fills a template and matches a pattern.
//!
//! Both sides become steps and are walked side by side. If both sides are at a star, passing one of
//! the stars loses no text, so every move gets closer to an end. The state of the walk is the
//! number of steps that are left on each side. The shortest text from a state is known from the
//! states after one move.

use super::{Pattern, SEPARATORS, Segment, Tail};
use crate::limits::PATTERN_BYTES;
use alloc::string::String;
use alloc::vec::Vec;

/// The letter for places where any letter is right.
const ANY: char = 'x';

/// The length for a state from which no text leads to the end.
const NEVER: u16 = u16::MAX;

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePiece<'t> {
    /// Literal text.
    Text(&'t str),
    /// Any text that is not empty and contains none of these characters, which are separators.
    Run(&'t [char]),
}

/// One step of a pattern or template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PatternStep<'t> {
    /// A literal letter.
    Letter(char),
    /// One letter that is none of these.
    One(&'t [char]),
    /// Any number of letters that are none of these.
    Many(&'t [char]),
}

impl Pattern {
    /// A shortest text that both patterns match; `None` if there is none.
    ///
    /// The search takes time and memory in proportion to the product of their lengths, without
    /// their common beginning and end.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Option<String> {
        if !self.prefix.starts_with(&other.prefix) && !other.prefix.starts_with(&self.prefix) {
            return None;
        }
        shortest_common_text(&self.steps(), &other.steps())
    }

    /// Whether some text that fills `template` matches. The search takes as long as
    /// [`Self::overlap`].
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

/// A shortest text that follows both lists of steps, no longer than the longest text that a pattern
/// matches.
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

/// The number of first steps that are equal letters; `None` if two different letters come first
/// after them.
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

    /// Whether the step matches any number of letters.
    fn is_run(self) -> bool {
        matches!(self, Self::Many(_))
    }
}

/// The steps that a move takes on each side, and the letter that both accept.
struct Move {
    own: usize,
    other: usize,
    letter: Option<char>,
}

impl Move {
    /// The moves from a state with these next steps.
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

    /// The length of its letter in bytes. A character has at most four.
    fn bytes(&self) -> u16 {
        let bytes = self.letter.map_or(0, char::len_utf8);
        u16::try_from(bytes).unwrap_or(NEVER)
    }
}

/// The steps of two sides, and the length of the shortest text from each state.
struct Walk<'s> {
    own: &'s [PatternStep<'s>],
    other: &'s [PatternStep<'s>],
    /// The lengths by the number of steps that are left on the one side, then on the other.
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

    /// The moves from the state with these numbers of steps left. Each has the length of the
    /// shortest text that begins with it.
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

/// The first of the last `left` steps.
fn next_step<'s>(steps: &[PatternStep<'s>], left: usize) -> Option<PatternStep<'s>> {
    steps.get(steps.len().checked_sub(left)?).copied()
}
