//! Samples of texts: the named ones, and texts from the patterns, paths, networks and names of
//! rules, at the lengths at which an answer changes.

use super::{lengths, named_values};
use crate::grant::attempt::Param;
use crate::grant::pattern::{Pattern, fresh_letters};
use crate::grant::rule::kind::RuleKind;
use crate::limits::{PATTERN_BYTES, SAMPLE_CHARACTERS};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Adds the samples.
pub(super) fn add(kinds: &[&RuleKind], values: &mut Vec<Param>) {
    values.extend(named_texts(kinds).map(|text| Param::Text(text.into())));
    let fresh = fresh_letter(kinds);
    let mut made: Vec<String> = Vec::from([String::new(), fresh.clone()]);
    for kind in kinds {
        add_texts_of_kind(kind, kinds, &fresh, &mut made);
    }
    let lengths: Vec<usize> = lengths(kinds)
        .into_iter()
        .filter(|length| *length <= SAMPLE_CHARACTERS)
        .collect();
    let longer: Vec<String> = made
        .iter()
        .flat_map(|text| lengths.iter().filter_map(|length| pad_text(text, &fresh, *length)))
        .collect();
    made.extend(longer);
    // No pattern matches a text of this length, not even `**`.
    if patterns(kinds).next().is_some() {
        made.push("x".repeat(PATTERN_BYTES + 1));
    }
    values.extend(made.into_iter().map(Param::Text));
}

/// A letter in none of the texts and patterns, so that a text with it is none of them.
fn fresh_letter(kinds: &[&RuleKind]) -> String {
    let is_held = |letter: char| {
        named_texts(kinds).any(|text| text.contains(letter))
            || patterns(kinds).any(|pattern| pattern.contains_letter(letter))
    };
    let letter = fresh_letters().find(|letter| !is_held(*letter));
    letter.map(String::from).unwrap_or_default()
}

fn named_texts<'k>(kinds: &'k [&RuleKind]) -> impl Iterator<Item = &'k str> {
    named_values(kinds).filter_map(|value| match value {
        Param::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

fn patterns<'k>(kinds: &'k [&RuleKind]) -> impl Iterator<Item = &'k Pattern> {
    kinds.iter().filter_map(|kind| match kind {
        RuleKind::Glob(pattern) => Some(pattern),
        _ => None,
    })
}

fn add_texts_of_kind(kind: &RuleKind, kinds: &[&RuleKind], fresh: &str, made: &mut Vec<String>) {
    match kind {
        RuleKind::Glob(pattern) => add_texts_of_pattern(pattern, kinds, fresh, made),
        RuleKind::Under(path) => {
            let path = path.as_str().trim_end_matches('/');
            made.extend([
                path.into(),
                format!("{path}/{fresh}"),
                format!("{path}{fresh}"),
                format!("{path}/.."),
            ]);
        }
        RuleKind::Cidr(network) => made.extend(network.first_and_last().iter().map(ToString::to_string)),
        RuleKind::Domain(domain) => {
            let host = domain.example();
            made.extend([
                format!("https://{host}/"),
                format!("https://{host}/{fresh}"),
                format!("https://x.{host}/{fresh}"),
            ]);
        }
        _ => {}
    }
}

/// Adds texts that `pattern` matches: texts that distinguish it from others, texts that no path
/// has, and texts of the relevant lengths.
fn add_texts_of_pattern(pattern: &Pattern, kinds: &[&RuleKind], fresh: &str, made: &mut Vec<String>) {
    made.extend(pattern.examples(&patterns(kinds).collect::<Vec<_>>()));
    made.extend([pattern.fill_stars(fresh), pattern.fill_stars("..")]);
    for length in lengths(kinds) {
        let least = pattern.fill_stars("").chars().count();
        if let Some(missing) = length.checked_sub(least).filter(|missing| *missing <= PATTERN_BYTES) {
            made.push(pattern.fill_first_star(&fresh.repeat(missing)));
        }
    }
}

/// `text` with as many letters after it as make it `length` long.
fn pad_text(text: &str, fresh: &str, length: usize) -> Option<String> {
    let missing = length.checked_sub(text.chars().count())?;
    (missing > 0).then(|| [text, &fresh.repeat(missing)].concat())
}
