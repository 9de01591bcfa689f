//! Patterns: examples, and matching and inclusion against all words over a small alphabet.

use crate::cases::made::is_long;
use crate::cases::naive;
use crate::support::grant;
use edgewrit_shared::grant::{Grant, Pattern, PatternError, intersect};
use edgewrit_shared::limits::{PATTERN_BYTES, PATTERN_SEPARATORS};
use std::slice;
use std::time::{Duration, Instant};

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_pattern_matches_whole_texts() {
    for (text, matched, refused) in [
        ("a", &["a"][..], &["", "A", "aa", "ba", "a/", "/a"][..]),
        ("*", &["", "a", "abc", "*", "é"], &["/", ":", "a/", "a:b"]),
        ("a*", &["a", "ab", "a**"], &["", "b", "ba", "a/"]),
        ("*a", &["a", "ba", "aa"], &["", "ab", "/a"]),
        ("a*a", &["aa", "aba", "aaa"], &["a", "a/a", "ab"]),
        ("*a*b*", &["ab", "xaxbx", "bab"], &["ba", "a", "b", "a/b"]),
        ("a*b*ab", &["abab", "aXbYab", "abbab"], &["ab", "aab", "abba"]),
        ("*/*", &["/", "a/b", "/b"], &["", "a", "a:b", "a/b/c"]),
        ("**", &["", "a", "a/b:c", "///"], &[]),
        ("a**", &["a", "ab", "a/b:c"], &["", "b", "ba"]),
        ("a/**", &["a/", "a/b", "a/b/c", "a//"], &["a", "a:b", "b/"]),
        ("*a**", &["a", "ba", "bab", "xa/y"], &["", "b", "/a", "b/a"]),
        ("*b*c**", &["bc", "abxc/d", "bbcc"], &["b/c", "cb", "b:c"]),
        ("\\*", &["*"], &["", "a", "\\*", "**"]),
        ("\\\\", &["\\"], &["\\\\", ""]),
        ("\\a\\/\\:b", &["a/:b"], &["\\a/:b", "ab"]),
        ("*\\**", &["*", "a*b", "**"], &["", "a", "a/*"]),
        ("\\***", &["*", "*a/b"], &["", "a*"]),
        ("é*", &["é", "éa"], &["e\u{301}", "É"]),
        (
            "arn:aws:rds:us-east-1:123456789012:**",
            &["arn:aws:rds:us-east-1:123456789012:db:x"],
            &["arn:aws:rds:us-east-1:123456789013:db:x"],
        ),
        (
            "s3://my-bucket/logs/2026-05/**",
            &["s3://my-bucket/logs/2026-05/a/b.txt"],
            &["s3://my-bucket/logs/2026-06/a", "s3://my-bucket/logs/2026-05"],
        ),
    ] {
        for word in matched {
            assert!(pattern(text).matches(word), "{text} matches {word}");
        }
        for word in refused {
            assert!(!pattern(text).matches(word), "{text} does not match {word}");
        }
    }
}

#[test]
fn the_error_of_a_pattern_names_the_cause() {
    let text_of = |count: usize| "a".repeat(count);
    for (text, error, message) in [
        (
            String::new(),
            PatternError::Empty,
            "an empty pattern, expected at least one character",
        ),
        (
            "**a".into(),
            PatternError::RunInside,
            "`**` inside a pattern, expected it only at the end",
        ),
        (
            "a/**/".into(),
            PatternError::RunInside,
            "`**` inside a pattern, expected it only at the end",
        ),
        (
            "***".into(),
            PatternError::RunInside,
            "`**` inside a pattern, expected it only at the end",
        ),
        (
            "****".into(),
            PatternError::RunInside,
            "`**` inside a pattern, expected it only at the end",
        ),
        (
            "**\\".into(),
            PatternError::RunInside,
            "`**` inside a pattern, expected it only at the end",
        ),
        (
            "\\".into(),
            PatternError::LoneEscape,
            "a pattern that ends in `\\`, expected the character that it escapes",
        ),
        (
            "a\\\\\\".into(),
            PatternError::LoneEscape,
            "a pattern that ends in `\\`, expected the character that it escapes",
        ),
        (
            "a\u{0}".into(),
            PatternError::Control('\0'),
            "the control character U+0000 in a pattern",
        ),
        (
            "\\\n".into(),
            PatternError::Control('\n'),
            "the control character U+000A in a pattern",
        ),
        (
            "\u{85}".into(),
            PatternError::Control('\u{85}'),
            "the control character U+0085 in a pattern",
        ),
        (
            text_of(PATTERN_BYTES + 1),
            PatternError::TooLong,
            "a pattern longer than the limit of 512 bytes",
        ),
        (
            "/".repeat(PATTERN_SEPARATORS + 1),
            PatternError::TooManySeparators,
            "a pattern with more than 32 of `/` and `:`",
        ),
        (
            "\\:".repeat(PATTERN_SEPARATORS + 1),
            PatternError::TooManySeparators,
            "a pattern with more than 32 of `/` and `:`",
        ),
    ] {
        assert_eq!(Pattern::parse(&text), Err(error), "{text}");
        assert_eq!(error.to_string(), message);
    }
    assert!(pattern(&text_of(PATTERN_BYTES)).matches(&text_of(PATTERN_BYTES)));
    assert!(pattern(&"/:".repeat(PATTERN_SEPARATORS / 2)).matches(&"/:".repeat(PATTERN_SEPARATORS / 2)));
}

#[test]
fn a_text_beyond_the_limit_matches_nothing() {
    assert!(pattern("**").matches(&"a".repeat(PATTERN_BYTES)));
    assert!(!pattern("**").matches(&"a".repeat(PATTERN_BYTES + 1)));
    assert!(!pattern("*").matches(&"a".repeat(PATTERN_BYTES + 1)));
}

#[test]
fn the_shortest_spelling_is_written() {
    for (text, written) in [
        ("a", "a"),
        ("\\a\\/\\é", "a/é"),
        ("\\*\\\\*", "\\*\\\\*"),
        ("a*/b**", "a*/b**"),
        ("\\***", "\\***"),
    ] {
        assert_eq!(pattern(text).to_string(), written);
        assert_eq!(pattern(text), pattern(written));
    }
}

/// All texts of up to `most` of `letters`, the empty one first.
fn texts(letters: &[&str], most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut begin = 0;
    for _ in 0..most {
        let end = all.len();
        for at in begin..end {
            let longer: Vec<String> = letters.iter().map(|letter| format!("{}{letter}", all[at])).collect();
            all.extend(longer);
        }
        begin = end;
    }
    all
}

/// All patterns of up to `most` tokens and perhaps `**`.
fn patterns(most: usize) -> Vec<String> {
    let begun = texts(&["a", "b", "*", "/", ":", "\\*"], most);
    let all = begun.iter().flat_map(|text| [text.clone(), format!("{text}**")]);
    all.filter(|text| Pattern::parse(text).is_ok()).collect()
}

/// Which of `words` match, a bit for each.
fn language(words: &[String], matches: impl Fn(&str) -> bool) -> Vec<u64> {
    let chunk = |words: &[String]| words.iter().fold(0, |bits, word| bits << 1 | u64::from(matches(word)));
    words.chunks(64).map(chunk).collect()
}

/// The letter `x` is in no pattern, so it shows the texts that only a star matches. The witnesses
/// of patterns of three tokens and `**` have at most four letters, and so on.
#[test]
fn matching_and_inclusion_agree_with_all_words_over_a_small_alphabet() {
    let tokens = if is_long() { 4 } else { 3 };
    let words = texts(&["a", "b", "x", "*", "/", ":"], tokens + 1);
    let mut known = Vec::new();
    for text in patterns(tokens) {
        let pattern = pattern(&text);
        let language = language(&words, |word| naive::matches(&text, word));
        assert_eq!(self::language(&words, |word| pattern.matches(word)), language, "{text}");
        known.push((text, pattern, language));
    }
    assert!(known.len() > 400, "{} patterns", known.len());
    for (parent_text, parent, parent_words) in &known {
        for (child_text, child, child_words) in &known {
            let within = child_words
                .iter()
                .zip(parent_words)
                .all(|(child, parent)| child & !parent == 0);
            assert_eq!(parent.includes(child), within, "{parent_text} includes {child_text}");
            assert_eq!(
                parent == child,
                child_words == parent_words,
                "{parent_text} is {child_text}"
            );
        }
    }
}

#[test]
fn only_the_child_matches_a_text_outside() {
    let all: Vec<Pattern> = patterns(2).iter().map(|text| pattern(text)).collect();
    for child in &all {
        for parent in &all {
            match child.text_outside(&[parent]) {
                Some(text) => assert!(
                    child.matches(&text) && !parent.matches(&text),
                    "{text}: {child} {parent}"
                ),
                None => assert!(parent.includes(child), "{child} {parent}"),
            }
        }
    }
}

#[test]
fn a_text_outside_shows_a_letter_that_no_parent_has() {
    let outside = |child: &str, parents: &[&str]| {
        let parents: Vec<Pattern> = parents.iter().map(|text| pattern(text)).collect();
        pattern(child).text_outside(&parents.iter().collect::<Vec<_>>())
    };
    assert_eq!(outside("a/*", &["a/b", "a/c"]).as_deref(), Some("a/"));
    assert_eq!(outside("a/*", &["a/", "a/x", "a/y*"]).as_deref(), Some("a/z"));
    assert_eq!(outside("a/**", &["a/*"]).as_deref(), Some("a//"));
    assert_eq!(outside("*", &["a", "*x"]).as_deref(), Some(""));
    assert_eq!(outside("a*", &["a", "*b"]).as_deref(), Some("ax"));
    assert_eq!(outside("a*", &["a", "axyzuvw0123456789"]).as_deref(), Some("a一"));
    assert_eq!(outside("*/b", &["/b", "x/b"]).as_deref(), Some("y/b"));
    // These three together match every text of `a**`, but none of them does alone.
    assert_eq!(outside("a**", &["a*", "a*/**", "a*:**"]), None);
}

/// A shortest common text has at most a letter for each token of the two patterns, and none for
/// `**`. So these words decide.
#[test]
fn a_common_text_is_found_exactly_where_there_is_one_and_is_the_shortest() {
    let tokens = if is_long() { 3 } else { 2 };
    let words = texts(&["a", "b", "x", "*", "/", ":"], 2 * tokens);
    let known: Vec<(Pattern, Vec<u64>)> = patterns(tokens)
        .iter()
        .map(|text| (pattern(text), language(&words, |word| naive::matches(text, word))))
        .collect();
    for (own, own_words) in &known {
        for (other, other_words) in &known {
            let mut common = own_words.iter().zip(other_words).map(|(own, other)| own & other);
            // Words are in the order of their lengths, the first of a chunk in its highest bit.
            let chunk = common.by_ref().enumerate().find(|(_, bits)| *bits != 0);
            let first = chunk.map(|(at, bits)| {
                let chunk = &words[at * 64..words.len().min(at * 64 + 64)];
                &chunk[chunk.len() - 1 - bits.ilog2() as usize]
            });
            let found = own.overlap(other);
            assert_eq!(
                found.as_ref().map(String::len),
                first.map(String::len),
                "{own} and {other}: {found:?}, {first:?}"
            );
            let is_common = |text: &String| own.matches(text) && other.matches(text);
            assert!(found.iter().all(is_common), "{own} and {other}: {found:?}");
        }
    }
}

/// A shortest text that distinguishes two patterns from their intersection has at most a letter for
/// each of their tokens. For three tokens each, the words have one letter less.
#[test]
fn the_intersection_of_patterns_matches_exactly_the_common_texts() {
    let (tokens, letters) = if is_long() { (3, 5) } else { (2, 4) };
    let words = texts(&["a", "b", "x", "/", ":"], letters);
    let of = |pattern: &String| {
        let json = serde_json::json!({"type": "writ", "actions": ["a"], "resources": [pattern]});
        grant(&json.to_string())
    };
    let scopes = ["a:a:*", "a:/:*"].map(|scope| Grant::from_scope(scope).unwrap());
    let grants = patterns(tokens).iter().map(of).chain(scopes).collect::<Vec<_>>();
    let known = grants.iter().map(|grant| {
        let words = language(&words, |word| grant.resources()[0].matches(word));
        (grant, words)
    });
    let known: Vec<(&Grant, Vec<u64>)> = known.collect();
    let (mut whole, mut beyond) = (0, 0);
    for (own, own_words) in &known {
        for (other, other_words) in &known {
            let part = intersect(slice::from_ref(*own), slice::from_ref(*other));
            let met = part.grants.iter().flat_map(Grant::resources).collect::<Vec<_>>();
            let both = own_words.iter().zip(other_words).map(|(own, other)| own & other);
            if part.whole {
                let met = language(&words, |word| met.iter().any(|pattern| pattern.matches(word)));
                assert!(both.eq(met), "{} and {}: {part:?}", own.to_json(), other.to_json());
                whole += 1;
            } else {
                assert!(met.is_empty());
                beyond += 1;
            }
        }
    }
    assert!(beyond * 20 < whole, "{whole} whole, {beyond} not");
}

#[test]
fn a_common_text_is_shown_in_plain_letters() {
    let overlap = |own: &str, other: &str| pattern(own).overlap(&pattern(other));
    for (own, other, common) in [
        ("s3://b/logs/*.csv", "s3://b/*/2026*", Some("s3://b/logs/2026.csv")),
        ("a*", "*b", Some("ab")),
        ("ab*", "*bc", Some("abc")),
        ("a*b*c", "*bb*", Some("abbc")),
        ("a/**", "*:**", None),
        ("a/**", "*/b:*", Some("a/b:")),
        ("**", "a", Some("a")),
        ("é*", "*é", Some("é")),
        ("\\**", "*\\*x", Some("*x")),
        ("a*c", "*b", None),
        ("a", "a/", None),
    ] {
        assert_eq!(overlap(own, other).as_deref(), common, "{own} and {other}");
        assert_eq!(overlap(other, own).as_deref(), common, "{other} and {own}");
    }
}

/// Patterns in which two pieces come in either order: one piece comes twice, whichever is shorter.
#[test]
fn a_common_text_has_as_few_bytes_as_can_be() {
    let overlap = |own: &str, other: &str| pattern(own).overlap(&pattern(other));
    assert_eq!(overlap("*ab*一*", "*一*ab*").as_deref(), Some("ab一ab"));
    assert_eq!(overlap("*abcd*一*", "*一*abcd*").as_deref(), Some("一abcd一"));
}

#[test]
fn a_common_text_beyond_the_limit_is_not_found() {
    let (begin, end) = ("a".repeat(PATTERN_BYTES / 2), "b".repeat(PATTERN_BYTES / 2));
    let common = pattern(&format!("{begin}*")).overlap(&pattern(&format!("*{end}")));
    assert_eq!(common, Some(format!("{begin}{end}")));
    let common = pattern(&format!("{begin}a*")).overlap(&pattern(&format!("*{end}")));
    assert_eq!(common, None);
}

/// The number of ways to divide the text among the stars is so large that trying all would take
/// longer than the age of the universe.
#[test]
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
fn a_common_text_is_found_in_time_in_proportion_to_the_product_of_the_lengths() {
    let begun = Instant::now();
    let own = pattern(&format!("{}b", "*a".repeat(255)));
    assert_eq!(own.overlap(&pattern(&"*a".repeat(256))), None);
    let common = own.overlap(&pattern(&format!("{}**", "*a".repeat(254))));
    assert_eq!(common, Some(format!("{}b", "a".repeat(255))));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// A walk through the common beginning and end would take a hundred times as long.
#[test]
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
fn a_common_beginning_and_end_adds_little_time() {
    let begun = Instant::now();
    let long = "a".repeat(PATTERN_BYTES - 10);
    for (own, other, common) in [
        (format!("{long}*"), format!("{long}*b"), Some(format!("{long}b"))),
        (format!("*{long}"), format!("b*{long}"), Some(format!("b{long}"))),
        (format!("*{long}b"), format!("*{long}c"), None),
    ] {
        let (own, other) = (pattern(&own), pattern(&other));
        for _ in 0..100 {
            assert_eq!(own.overlap(&other), common);
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// A matcher that goes back over stars takes longer than the age of the universe here.
#[test]
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
fn matching_takes_time_in_proportion_to_the_lengths() {
    let begun = Instant::now();
    for (pattern_text, word) in [
        (format!("{}b", "*a".repeat(255)), "a".repeat(512)),
        (format!("{}b**", "*a".repeat(254)), "a".repeat(512)),
        (format!("*{}b*{}", "a".repeat(254), "a".repeat(254)), "a".repeat(512)),
        (
            format!("{}*b", "*a/".repeat(32)),
            format!("{}{}", "aaaaaaaa/".repeat(32), "a".repeat(200)),
        ),
    ] {
        let adversarial = pattern(&pattern_text);
        let child = pattern(&"*a".repeat(256));
        for _ in 0..100 {
            assert!(!adversarial.matches(&word));
            assert!(!adversarial.includes(&child));
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn only_patterns_with_a_final_run_are_open_ended() {
    for (text, runs_on) in [("a/**", true), ("**", true), ("a/*", false), ("a", false)] {
        assert_eq!(pattern(text).is_open_ended(), runs_on, "{text}");
    }
    let scope = Grant::from_scope("a:r:*").unwrap();
    assert!(scope.resources()[0].is_open_ended());
}

#[test]
fn a_text_outside_has_more_separators_and_an_unused_letter() {
    let outside = |own: &str, others: &[&str]| {
        let others: Vec<Pattern> = others.iter().map(|other| pattern(other)).collect();
        pattern(own).text_outside(&others.iter().collect::<Vec<_>>())
    };
    for (own, others) in [("**", ["*", "*/*", "*/*/*"]), ("a/**", ["a/*", "a/*/*", "a/*/*/*"])] {
        assert!(outside(own, &others).is_some(), "{own}");
    }
    let first = outside("a*", &["a"]).unwrap();
    let second = outside("a*", &["a", &format!("{first}*")]).unwrap();
    assert!(second.starts_with('a') && !second.starts_with(&first), "{second}");
}
