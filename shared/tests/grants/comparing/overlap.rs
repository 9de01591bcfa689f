//! The reach of a template, against every filling over a small alphabet.

use edgewrit_shared::grant::{Grant, ParamType, Pattern, TemplatePiece};
use edgewrit_shared::limits::PATTERN_BYTES;

/// Every row of at most `most` of these.
fn rows<T: Copy>(of: &[T], most: usize) -> Vec<Vec<T>> {
    let mut rows = vec![Vec::new()];
    let mut last = rows.clone();
    for _ in 0..most {
        last = last
            .iter()
            .flat_map(|row| of.iter().map(|one| [row.as_slice(), &[*one]].concat()))
            .collect();
        rows.extend(last.clone());
    }
    rows
}

/// Every pattern of at most three parts, with and without a tail.
fn patterns() -> Vec<Pattern> {
    let texts = rows(&["a", "*", "/"], 3);
    let texts = texts
        .iter()
        .flat_map(|parts| ["", "**"].map(|tail| parts.concat() + tail));
    let mut patterns: Vec<_> = texts.filter_map(|text| Pattern::parse(&text).ok()).collect();
    for scope in ["act:a:*", "act:/:*"] {
        patterns.extend_from_slice(Grant::from_scope(scope).unwrap().resources());
    }
    patterns
}

/// Every text that fills `template`, with runs of at most three letters.
fn fillings(template: &[TemplatePiece<'_>], letters: &[Vec<char>]) -> Vec<String> {
    let Some((last, before)) = template.split_last() else {
        return vec![String::new()];
    };
    let ends: Vec<String> = match last {
        TemplatePiece::Text(text) => vec![(*text).to_owned()],
        TemplatePiece::Run(without) => letters
            .iter()
            .filter(|run| !run.is_empty() && !run.iter().any(|letter| without.contains(letter)))
            .map(|run| run.iter().collect())
            .collect(),
    };
    let before = fillings(before, letters);
    before
        .iter()
        .flat_map(|text| ends.iter().map(move |end| format!("{text}{end}")))
        .collect()
}

#[test]
fn a_template_reaches_a_pattern_exactly_if_some_filling_matches() {
    let (patterns, letters) = (patterns(), rows(&['a', '/', ':', 'x'], 3));
    let (mut reached, mut missed) = (0, 0);
    for without in [&[][..], &['/'], &['/', ':']] {
        let pieces = [
            TemplatePiece::Text("a"),
            TemplatePiece::Text("/"),
            TemplatePiece::Text(":"),
            TemplatePiece::Run(without),
        ];
        let is_run = |piece: &&TemplatePiece<'_>| matches!(piece, TemplatePiece::Run(_));
        for template in rows(&pieces, 3)
            .iter()
            .filter(|template| template.iter().filter(is_run).count() < 2)
        {
            let fillings = fillings(template, &letters);
            for pattern in &patterns {
                let expected = fillings.iter().any(|text| pattern.matches(text));
                assert_eq!(pattern.matches_some(template), expected, "{template:?} and `{pattern}`");
                if expected { reached += 1 } else { missed += 1 }
            }
        }
    }
    assert!(reached > 1_000 && missed > 1_000, "{reached} reached, {missed} missed");
}

#[test]
fn two_runs_are_walked_as_one_is() {
    let letters = rows(&['a', '/', ':', 'x'], 3);
    let without = ['/'];
    for between in ["/", "a", "//"] {
        let template = [
            TemplatePiece::Run(&without),
            TemplatePiece::Text(between),
            TemplatePiece::Run(&without),
        ];
        let fillings = fillings(&template, &letters);
        for pattern in patterns() {
            let expected = fillings.iter().any(|text| pattern.matches(text));
            assert_eq!(pattern.matches_some(&template), expected, "{between} and `{pattern}`");
        }
    }
}

#[test]
fn stars_and_backslashes_are_letters_of_a_template() {
    let pattern = |text: &str| Pattern::parse(text).unwrap();
    assert!(pattern("\\*").matches_some(&[TemplatePiece::Text("*")]));
    assert!(!pattern("a").matches_some(&[TemplatePiece::Text("*")]));
    assert!(pattern("tickets:a\\\\").matches_some(&[TemplatePiece::Text("tickets:"), TemplatePiece::Run(&['/'])]));
    assert!(!pattern("tickets:a\\\\").matches_some(&[TemplatePiece::Text("tickets:"), TemplatePiece::Run(&['\\'])]));
}

#[test]
fn no_text_longer_than_a_resource_is_reached() {
    let long = "é".repeat(PATTERN_BYTES / 2 - 1);
    let all = Pattern::parse("**").unwrap();
    let with = |more: &'static str| {
        [
            TemplatePiece::Text(&long),
            TemplatePiece::Run(&[]),
            TemplatePiece::Text(more),
        ]
    };
    assert!(all.matches_some(&with("a")));
    assert!(!all.matches_some(&with("ab")));
}

#[test]
fn a_rule_may_admit_the_types_that_it_is_about() {
    use edgewrit_shared::json::document::{Faults, Node};
    let may = |rule: &str| {
        let text = format!(r#"{{"type":"writ","actions":["a"],"resources":["r"],"rules":{{"p":{rule}}}}}"#);
        let (json, faults) = (
            edgewrit_shared::json::parse(text.as_bytes(), 100).unwrap(),
            Faults::new(),
        );
        let grant = Grant::read(&Node::root(&json, &faults)).unwrap();
        let asked = [
            None,
            Some(ParamType::Text),
            Some(ParamType::Number),
            Some(ParamType::Bool),
            Some(ParamType::List),
        ];
        asked.map(|value| grant.rules()[0].1.may_admit(value))
    };
    assert_eq!(may(r#"{"eq":"x"}"#), [false, true, false, false, false]);
    assert_eq!(may(r#"{"in":["x",1]}"#), [false, true, true, false, false]);
    assert_eq!(may(r#"{"not_in":[true]}"#), [false, false, false, true, false]);
    assert_eq!(may(r#"{"min":1}"#), [false, false, true, false, false]);
    assert_eq!(may(r#"{"length":{"min":1}}"#), [false, true, false, false, true]);
    assert_eq!(may(r#"{"each":{"eq":"x"}}"#), [false, false, false, false, true]);
    assert_eq!(may(r#"{"absent":true}"#), [true, false, false, false, false]);
    assert_eq!(may(r#"{"optional":{"max":4}}"#), [true, false, true, false, false]);
    assert_eq!(may(r#"{"eq":"x","max":1}"#), [false; 5]);
}
