//! Whether some text of a template matches a pattern: exact, by walking both at once.
//!
//! Both are rows of steps: a letter, one letter of a class, any number of letters of a class. A pair of places, one in each row, is reached by a text that leads
//! both there; the walk finds the shortest such text of every pair, and leads only forward.

use super::{Pattern, SEPARATORS, Segment, Tail};
use crate::limits::PATTERN_BYTES;
use alloc::vec;
use alloc::vec::Vec;

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// This very text.
    Text(&'t str),
    /// Any text that is not empty and holds none of these characters.
    Run(&'t [char]),
}

/// A step of a row.
#[derive(Clone, Copy)]
enum Step<'t> {
    Letter(char),
    /// One letter that is none of these.
    One(&'t [char]),
    /// Any number of letters that are none of these.
    Many(&'t [char]),
}

impl Pattern {
    /// Whether some text that fills `template` matches, no longer than any text that matches.
    ///
    /// Takes time in proportion to the product of the lengths. A class of characters that leaves no ASCII letter is not to be used.
    #[must_use]
    pub fn matches_some(&self, template: &[Piece<'_>]) -> bool {
        let template: Vec<_> = template.iter().flat_map(steps_of_piece).collect();
        let shortest = shortest(&template, &self.steps());
        shortest.is_some_and(|bytes| bytes <= PATTERN_BYTES)
    }

    fn steps(&self) -> Vec<Step<'_>> {
        let mut steps: Vec<_> = self.prefix.chars().map(Step::Letter).collect();
        for (segment, separator) in &self.heads {
            segment.push_steps(&mut steps);
            steps.push(Step::Letter(*separator));
        }
        self.last.push_steps(&mut steps);
        match self.tail {
            Tail::Nothing => {}
            Tail::Anything => steps.push(Step::Many(&[])),
            Tail::Something => steps.extend([Step::One(&[]), Step::Many(&[])]),
        }
        steps
    }
}

impl Segment {
    fn push_steps<'s>(&'s self, steps: &mut Vec<Step<'s>>) {
        steps.extend(self.first.chars().map(Step::Letter));
        for piece in &self.more {
            steps.push(Step::Many(&SEPARATORS));
            steps.extend(piece.chars().map(Step::Letter));
        }
    }
}

fn steps_of_piece<'t>(piece: &Piece<'t>) -> Vec<Step<'t>> {
    match *piece {
        Piece::Text(text) => text.chars().map(Step::Letter).collect(),
        Piece::Run(without) => vec![Step::One(without), Step::Many(without)],
    }
}

/// Bytes of the shortest text that leads to the ends of both rows.
fn shortest(template: &[Step<'_>], pattern: &[Step<'_>]) -> Option<usize> {
    // The best known of every place in the pattern, for the place in the template at hand and for the next.
    let mut here = vec![None; pattern.len() + 1];
    here.first_mut()?.replace(0);
    for step in template.iter().map(Some).chain([None]) {
        let mut next = vec![None; pattern.len() + 1];
        for place in 0..=pattern.len() {
            let Some(bytes) = here.get(place).copied().flatten() else {
                continue;
            };
            let own = pattern.get(place);
            for (stays, goes_on, cost) in moves(step, own) {
                let row = if stays { &mut here } else { &mut next };
                keep_least(row.get_mut(place + usize::from(goes_on)), bytes + cost);
            }
        }
        if step.is_none() {
            return here.pop().flatten();
        }
        here = next;
    }
    None
}

fn keep_least(place: Option<&mut Option<usize>>, bytes: usize) {
    if let Some(place) = place
        && place.is_none_or(|least| bytes < least)
    {
        *place = Some(bytes);
    }
}

/// Where a pair of steps leads: whether the template stays at its step, whether the pattern goes on, and the bytes it takes.
fn moves(template: Option<&Step<'_>>, pattern: Option<&Step<'_>>) -> impl Iterator<Item = (bool, bool, usize)> + use<> {
    let is_many = |step: Option<&Step<'_>>| matches!(step, Some(Step::Many(_)));
    let (template_is_many, pattern_is_many) = (is_many(template), is_many(pattern));
    let bytes = template.zip(pattern).and_then(|(one, other)| common(*one, *other));
    let both = bytes.map(|bytes| (template_is_many, !pattern_is_many, bytes));
    let template_ends = template_is_many.then_some((false, false, 0));
    let pattern_ends = pattern_is_many.then_some((true, true, 0));
    [both, template_ends, pattern_ends].into_iter().flatten()
}

/// Bytes of the shortest letter that both steps take.
fn common(one: Step<'_>, other: Step<'_>) -> Option<usize> {
    match (one, other) {
        (Step::Letter(one), Step::Letter(other)) => (one == other).then_some(one.len_utf8()),
        (Step::Letter(letter), Step::One(without) | Step::Many(without))
        | (Step::One(without) | Step::Many(without), Step::Letter(letter)) => {
            (!without.contains(&letter)).then_some(letter.len_utf8())
        }
        _ => Some(1),
    }
}
