//! Decisions and their reasons.

use crate::support::{NOW, attempt, grant};
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grant, Grants, MissReason, RuleAnswer};

/// The reason of the refusal of `attempt`.
pub(crate) fn refusal(grants: &Grants, attempt: &Attempt) -> String {
    match grants.decide(attempt, NOW) {
        Decision::Refuse(miss) => miss.reason.to_string(),
        Decision::Permit { .. } => panic!("{attempt:?} is permitted"),
    }
}

fn grants(texts: &[&str]) -> Grants {
    Grants::new(texts.iter().map(|text| grant(text)).collect())
}

const SEARCH: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"],"rules":{"from":{"eq":"JFK"},"to":{"eq":"LHR"},"date":{"eq":"2026-05-10"}}}"#;
const BOOK: &str = r#"{"type":"writ","actions":["book"],"resources":["tickets"],"rules":{"user":{"eq":"X"},"seats":{"eq":1}},"uses":{"max":1,"allowance":"al-1"}}"#;

#[test]
fn the_travel_story_is_decided_as_documented() {
    let grants = grants(&[SEARCH, BOOK]);
    let decide = |action, resource, params| match grants.decide(&attempt(action, resource, params), NOW) {
        Decision::Permit { spend, .. } => Ok(spend.is_needed()),
        Decision::Refuse(miss) => Err(miss.reason.to_string()),
    };
    let flight = r#"{"from":"JFK","to":"LHR","date":"2026-05-10"}"#;
    assert_eq!(decide("search", "flights", flight), Ok(false));
    assert_eq!(decide("book", "tickets", r#"{"user":"X","seats":1}"#), Ok(true));
    for (action, resource, params, reason) in [
        (
            "search",
            "flights",
            r#"{"from":"JFK","to":"CDG","date":"2026-05-10"}"#,
            "parameter `to` is the text `CDG`, expected `{\"eq\":\"LHR\"}`",
        ),
        (
            "book",
            "tickets",
            r#"{"user":"Y","seats":1}"#,
            "parameter `user` is the text `Y`, expected `{\"eq\":\"X\"}`",
        ),
        (
            "book",
            "tickets",
            r#"{"user":"X","seats":50}"#,
            "parameter `seats` is the number `50`, expected `{\"eq\":1}`",
        ),
        (
            "book",
            "tickets",
            r#"{"user":"X"}"#,
            "parameter `seats` is absent, expected `{\"eq\":1}`",
        ),
        (
            "cancel",
            "tickets",
            r#"{"user":"X","seats":1}"#,
            "action `cancel` is not granted",
        ),
        (
            "book",
            "flights",
            r#"{"user":"X","seats":1}"#,
            "resource `flights` is not granted",
        ),
    ] {
        assert_eq!(decide(action, resource, params), Err(reason.into()));
    }
}

#[test]
fn attempts_that_no_grant_names_are_refused() {
    assert_eq!(refusal(&Grants::new(Vec::new()), &attempt("a", "r", "{}")), "no grants");
    let grants = grants(&[r#"{"type":"writ","actions":["a","c"],"resources":["r","s"]}"#]);
    for (action, resource) in [
        ("b", "r"),
        ("A", "r"),
        ("", "r"),
        ("a", "t"),
        ("a", ""),
        ("a", "rs"),
        ("aa", "r"),
    ] {
        assert!(
            matches!(
                grants.decide(&attempt(action, resource, "{}"), NOW),
                Decision::Refuse(_)
            ),
            "{action} {resource}"
        );
    }
    for (action, resource) in [("a", "r"), ("a", "s"), ("c", "r"), ("c", "s")] {
        assert!(
            matches!(
                grants.decide(&attempt(action, resource, "{}"), NOW),
                Decision::Permit { .. }
            ),
            "{action} {resource}"
        );
    }
}

/// Rows of the grants that should permit, by their uses.
fn allowances(texts: &[&str], attempt: &Attempt) -> (bool, Vec<String>) {
    match grants(texts).decide(attempt, NOW) {
        Decision::Permit { spend, .. } => (spend.is_needed(), spend.allowances().map(String::from).collect()),
        Decision::Refuse(miss) => panic!("{}", miss.reason),
    }
}

#[test]
fn a_use_is_spent_only_if_no_matching_grant_is_unlimited() {
    let limited = |id: &str| {
        format!(r#"{{"type":"writ","actions":["a"],"resources":["r"],"uses":{{"max":2,"allowance":"{id}"}}}}"#)
    };
    let unlimited = r#"{"type":"writ","actions":["a"],"resources":["**"]}"#;
    let other = r#"{"type":"writ","actions":["b"],"resources":["**"]}"#;
    let strict = r#"{"type":"writ","actions":["a"],"resources":["**"],"rules":{"p":{"eq":1}}}"#;
    let attempt = attempt("a", "r", "{}");
    let (one, two) = (limited("one"), limited("two"));
    assert_eq!(allowances(&[&one], &attempt), (true, vec!["one".into()]));
    assert_eq!(
        allowances(&[&two, other, strict, &one], &attempt),
        (true, vec!["one".into(), "two".into()])
    );
    assert_eq!(allowances(&[&one, unlimited], &attempt), (false, vec![]));
    assert_eq!(allowances(&[unlimited, &two, &one], &attempt), (false, vec![]));
    assert_eq!(allowances(&[unlimited], &attempt), (false, vec![]));
}

#[test]
fn limited_uses_without_an_allowance_permit_nothing() {
    let requested = r#"{"type":"writ","actions":["a"],"resources":["r"],"uses":{"max":2}}"#;
    let attempt = attempt("a", "r", "{}");
    assert_eq!(
        refusal(&grants(&[requested]), &attempt),
        "uses are limited and no allowance counts them"
    );
    let counted = Grants::new(vec![grant(requested).with_allowance("one".into())]);
    assert!(matches!(counted.decide(&attempt, NOW), Decision::Permit { spend, .. } if spend.is_needed()));
}

#[test]
fn the_least_of_the_permitting_grants_is_named() {
    let texts = [
        r#"{"type":"writ","actions":["a"],"resources":["**"]}"#,
        r#"{"type":"writ","actions":["a"],"resources":["*"]}"#,
        r#"{"type":"writ","actions":["a","b"],"resources":["r"]}"#,
        r#"{"type":"writ","actions":["a"],"resources":["r"]}"#,
    ];
    let attempt = attempt("a", "r", "{}");
    for turn in 0..texts.len() {
        let mut turned = texts;
        turned.rotate_left(turn);
        let grants = grants(&turned);
        let Decision::Permit { grant, .. } = grants.decide(&attempt, NOW) else {
            panic!("it is permitted");
        };
        assert_eq!(grant.to_json(), texts[2]);
    }
}

/// The nearest of `texts`, and its reason; the same in every order.
fn nearest(texts: &[&str], attempt: &Attempt) -> (Option<Grant>, String) {
    let there = grants(texts);
    let back = grants(&texts.iter().rev().copied().collect::<Vec<_>>());
    let (Decision::Refuse(miss), Decision::Refuse(other)) = (there.decide(attempt, NOW), back.decide(attempt, NOW))
    else {
        panic!("{attempt:?} is refused");
    };
    assert_eq!(miss, other);
    (miss.grant.cloned(), miss.reason.to_string())
}

#[test]
fn the_nearest_miss_failed_last() {
    let action = r#"{"type":"writ","actions":["z"],"resources":["r"]}"#;
    let resource = r#"{"type":"writ","actions":["a"],"resources":["s"]}"#;
    let two = r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"p":{"eq":1},"q":{"eq":1}}}"#;
    let one = r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"q":{"eq":2},"p":{"eq":3}}}"#;
    let same = r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"q":{"eq":5},"p":{"eq":3}}}"#;
    let uncounted = r#"{"type":"writ","actions":["a"],"resources":["r"],"uses":{"max":1}}"#;
    let attempt = attempt("a", "r", r#"{"p":3}"#);
    for (texts, winner, reason) in [
        (&[action][..], action, "action `a` is not granted"),
        (&[action, resource], resource, "resource `r` is not granted"),
        (
            &[action, resource, two],
            two,
            "parameter `p` is the number `3`, expected `{\"eq\":1}`; parameter `q` is absent, expected `{\"eq\":1}`",
        ),
        (
            &[action, resource, two, one],
            one,
            "parameter `q` is absent, expected `{\"eq\":2}`",
        ),
        (&[same, two, one], one, "parameter `q` is absent, expected `{\"eq\":2}`"),
        (
            &[one, uncounted, two],
            uncounted,
            "uses are limited and no allowance counts them",
        ),
    ] {
        assert_eq!(nearest(texts, &attempt), (Some(grant(winner)), reason.into()));
    }
}

#[test]
fn objections_say_whether_the_rule_could_tell() {
    let grants = grants(&[SEARCH]);
    let attempt = attempt("search", "flights", r#"{"from":1,"to":"CDG","date":"2026-05-10"}"#);
    let Decision::Refuse(miss) = grants.decide(&attempt, NOW) else {
        panic!("it is refused");
    };
    let answers: Vec<(&str, RuleAnswer)> = miss.reason.objections().map(|one| (one.param, one.answer)).collect();
    assert_eq!(answers, [("from", RuleAnswer::CannotTell), ("to", RuleAnswer::Objects)]);
    assert_eq!(MissReason::NoGrants.objections().count(), 0);
}

#[test]
fn grants_are_kept_once_and_in_order() {
    let kept = grants(&[BOOK, SEARCH, BOOK]);
    let texts: Vec<String> = kept.as_slice().iter().map(Grant::to_json).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts.is_sorted());
}

#[test]
fn a_permit_is_valid_until_its_grants_end() {
    let with = |more: &str| {
        format!(r#"{{"type":"writ","actions":["a"],"resources":["r"],"uses":{{"max":1,"allowance":"al-1"}}{more}}}"#)
    };
    let until = |texts: &[String]| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        match grants(&texts).decide(&attempt("a", "r", "{}"), NOW) {
            Decision::Permit { spend, .. } => spend.until(),
            Decision::Refuse(miss) => panic!("{}", miss.reason),
        }
    };
    let ending = |after: u64| format!(r#","not_after":{}"#, NOW.0 + after);
    assert_eq!(until(&[with("")]), None);
    assert_eq!(
        until(&[with(""), with(&ending(20)), with(&ending(10))]),
        Some(NOW.plus(10))
    );
    let unlimited = |after| with(&ending(after)).replacen(r#""uses":{"max":1,"allowance":"al-1"},"#, "", 1);
    assert_eq!(until(&[unlimited(30)]), Some(NOW.plus(30)));
    assert_eq!(
        until(&[with(&ending(10)), unlimited(30)]),
        Some(NOW.plus(30)),
        "nothing is spent, whichever grant comes first"
    );
}
