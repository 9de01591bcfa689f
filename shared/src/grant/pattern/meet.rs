//! The intersection of two patterns, as patterns.
//!
//! The function goes through both patterns segment by segment, because no `*` runs over a
//! separator. If one segment is within the other, it is the result. Two segments with one `*` each
//! are joined by the longer beginning and the longer end. Other pairs have no such result.
//!
//! A text that both patterns match is known before, so no check is made that would only show that
//! there is none.

use super::{Pattern, SEPARATORS, Segment, Tail};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// Most segments for one place. All their combinations are written out.
const ALTERNATIVES: usize = 16;

impl Pattern {
    /// Patterns that together match exactly the texts that both match. The list is empty if there
    /// is no such text. `None` if the intersection has no such form.
    pub(in crate::grant) fn meet(&self, other: &Self) -> Option<Vec<Self>> {
        if self.includes(other) {
            return Some([other.clone()].into());
        }
        if other.includes(self) {
            return Some([self.clone()].into());
        }
        if self.overlap(other).is_none() {
            return Some(Vec::new());
        }
        let mut texts = Vec::from([String::new()]);
        let (mut own, mut others) = (self.segments().into_iter(), other.segments().into_iter());
        loop {
            let (Some(first), Some(second)) = (own.next(), others.next()) else {
                return None;
            };
            // The common text has the same separator here as both patterns, or as the one that
            // still has separators.
            let Some(separator) = first.separator.or(second.separator) else {
                return meet_last(&texts, (&first.segment, self.tail), (&second.segment, other.tail));
            };
            // A run at the end covers the rest of this segment and all later segments.
            let segments = first.open_ended().meet(&second.open_ended())?;
            texts = join_texts(&texts, &segments)?;
            texts.iter_mut().for_each(|text| text.push(separator));
            if first.separator.is_none() {
                return parse_patterns(texts, others, other.tail);
            }
            if second.separator.is_none() {
                return parse_patterns(texts, own, self.tail);
            }
        }
    }

    /// The segments, each with the separator after it.
    fn segments(&self) -> Vec<SeparatedSegment> {
        let literal = |text: &str, separator| SeparatedSegment {
            segment: Segment {
                first: text.into(),
                more: Vec::new(),
            },
            separator,
        };
        let before = self.prefix.split_inclusive(SEPARATORS).map(|piece| {
            let separator = piece.chars().next_back();
            literal(piece.strip_suffix(SEPARATORS).unwrap_or(piece), separator)
        });
        let heads = self.heads.iter().map(|(segment, separator)| SeparatedSegment {
            segment: segment.clone(),
            separator: Some(*separator),
        });
        let last = SeparatedSegment {
            segment: self.last.clone(),
            separator: None,
        };
        before.chain(heads).chain([last]).collect()
    }
}

#[derive(Clone)]
struct SeparatedSegment {
    segment: Segment,
    /// The separator; `None` after the last segment.
    separator: Option<char>,
}

impl SeparatedSegment {
    /// The segment, or for the last segment before a run, the segment and a `*`.
    fn open_ended(&self) -> Segment {
        match self.separator {
            Some(_) => self.segment.clone(),
            None => self.segment.open_ended(),
        }
    }
}

/// The intersections of the last segments, after each of `texts`.
fn meet_last(
    texts: &[String],
    (own, tail): (&Segment, Tail),
    (other, other_tail): (&Segment, Tail),
) -> Option<Vec<Pattern>> {
    let open = |segment: &Segment, tail| match tail {
        Tail::Nothing => segment.clone(),
        _ => segment.open_ended(),
    };
    if tail == Tail::Something || other_tail == Tail::Something {
        return None;
    }
    let segments = if tail == Tail::Anything && other_tail == Tail::Anything {
        // The common text begins as both segments do, so one of them begins as the other does.
        match (own.more.is_empty(), other.more.is_empty()) {
            (true, true) if own.first.starts_with(&other.first) => Vec::from([own.clone()]),
            (true, true) => Vec::from([other.clone()]),
            _ => return None,
        }
    } else {
        open(own, tail).meet(&open(other, other_tail))?
    };
    let tail = if tail == other_tail { tail } else { Tail::Nothing };
    parse_patterns(join_texts(texts, &segments)?, Vec::new().into_iter(), tail)
}

/// Every one of `texts` followed by every one of `segments`, in pattern spelling. `None` if there
/// are too many.
fn join_texts(texts: &[String], segments: &[Segment]) -> Option<Vec<String>> {
    let joined: Vec<String> = texts
        .iter()
        .flat_map(|text| segments.iter().map(move |segment| format!("{text}{segment}")))
        .collect();
    (joined.len() <= ALTERNATIVES).then_some(joined)
}

/// The patterns with the spelling `texts`, each followed by `rest` and `tail`.
fn parse_patterns(
    texts: Vec<String>,
    rest: impl Iterator<Item = SeparatedSegment>,
    tail: Tail,
) -> Option<Vec<Pattern>> {
    let mut end = String::new();
    for part in rest {
        end.push_str(&part.segment.to_string());
        end.extend(part.separator);
    }
    match tail {
        Tail::Nothing => {}
        Tail::Anything => end.push_str("**"),
        Tail::Something => return None,
    }
    let patterns = texts.into_iter().map(|text| Pattern::parse(&(text + &end)).ok());
    patterns.collect()
}

impl Segment {
    /// The segment and a `*`.
    fn open_ended(&self) -> Self {
        let mut open = self.clone();
        open.more.push(String::new());
        open
    }

    /// Segments that together match exactly the texts that both match. `None` if the intersection
    /// has no such form.
    fn meet(&self, other: &Self) -> Option<Vec<Self>> {
        if self.includes(other) {
            return Some([other.clone()].into());
        }
        if other.includes(self) {
            return Some([self.clone()].into());
        }
        let ([own_end], [other_end]) = (self.more.as_slice(), other.more.as_slice()) else {
            return None;
        };
        let first = longer(&self.first, &other.first, str::starts_with)?;
        let end = longer(own_end, other_end, str::ends_with)?;
        let literal = |text: String| Self {
            first: text,
            more: Vec::new(),
        };
        // In the shortest texts the beginning and the end share letters.
        let shared = end.char_indices().skip(1).map(|(at, _)| at).chain([end.len()]);
        let overlapping = shared
            .filter_map(|at| end.split_at_checked(at))
            .filter(|(begun, _)| first.ends_with(begun))
            .map(|(_, rest)| [first, rest].concat())
            .filter(|text| self.matches_whole(text) && other.matches_whole(text));
        let mut met: Vec<Self> = overlapping.map(literal).collect();
        met.push(Self {
            first: first.into(),
            more: [end.into()].into(),
        });
        Some(met)
    }

    /// Whether the segment matches every text that `child` matches; see [`super::inclusion`].
    fn includes(&self, child: &Self) -> bool {
        let mut text = String::new();
        child.fill("\0", &mut text);
        self.matches_whole(&text)
    }
}

/// The longer of two texts, if it begins (or ends) as the other does.
fn longer<'t>(own: &'t str, other: &'t str, fits: fn(&'t str, &'t str) -> bool) -> Option<&'t str> {
    if fits(own, other) {
        Some(own)
    } else {
        fits(other, own).then_some(other)
    }
}
