//! Intersections of requested grants and a ceiling, by examples.

use crate::support::grant;
use edgewrit_shared::grant::{Grant, intersect};
use edgewrit_shared::limits::{GRANTS_PER_WRIT, RESOURCES_PER_GRANT, RULES_PER_GRANT};

/// The grants of the part, as JSON, and whether the part is complete.
fn part(requested: &[&str], ceiling: &[&str]) -> (Vec<String>, bool) {
    let read = |texts: &[&str]| -> Vec<Grant> { texts.iter().map(|text| grant(text)).collect() };
    let part = intersect(&read(requested), &read(ceiling));
    (part.grants.iter().map(Grant::to_json).collect(), part.whole)
}

fn resources(own: &str, other: &str) -> (Vec<String>, bool) {
    let of = |pattern: &str| format!(r#"{{"type":"writ","actions":["a"],"resources":["{pattern}"]}}"#);
    let (grants, whole) = part(&[&of(own)], &[&of(other)]);
    let listed = grants.iter().map(|grant| {
        let (_, listed) = grant.split_once(r#""resources":["#).unwrap();
        listed.trim_end_matches("]}").to_owned()
    });
    (listed.collect(), whole)
}

fn rules(own: &str, other: &str) -> (Option<String>, bool) {
    let of = |rule: &str| format!(r#"{{"type":"writ","actions":["a"],"resources":["r"],"rules":{{"p":{rule}}}}}"#);
    let (grants, whole) = part(&[&of(own)], &[&of(other)]);
    let rule = grants.first().map(|grant| {
        let (_, rule) = grant.split_once(r#""p":"#).unwrap();
        rule.strip_suffix("}}").unwrap().to_owned()
    });
    (rule, whole)
}

#[test]
fn grants_within_the_ceiling_are_kept_and_others_are_omitted() {
    let read = r#"{"type":"writ","actions":["read"],"resources":["db:orders"]}"#;
    let all = r#"{"type":"writ","actions":["list","read"],"resources":["db:**"]}"#;
    let other = r#"{"type":"writ","actions":["read"],"resources":["queue:**"]}"#;
    assert_eq!(part(&[read], &[all]), (vec![read.to_owned()], true));
    assert_eq!(part(&[all], &[read]), (vec![read.to_owned()], true));
    assert_eq!(part(&[read, other], &[all]), (vec![read.to_owned()], true));
    assert_eq!(part(&[read], &[other]), (vec![], true));
    assert_eq!(part(&[read], &[]), (vec![], true));
    // A grant within another part is not listed twice.
    assert_eq!(part(&[all, read], &[all]), (vec![all.to_owned()], true));
    assert_eq!(part(&[read, all], &[all]), (vec![all.to_owned()], true));
}

#[test]
fn patterns_meet_segment_by_segment() {
    for (own, other, both) in [
        ("s3://*/logs/**", "s3://b/**", &[r#""s3://b/logs/**""#][..]),
        ("a/*/c", "a/b/*", &[r#""a/b/c""#]),
        ("a/*", "a:*", &[]),
        ("a/b*", "a/*c", &[r#""a/b*c""#]),
        ("ab*", "*bc", &[r#""ab*bc","abc""#]),
        // A text in which the beginning and the end share letters is too short for one of them.
        ("abc*c", "a*bc", &[r#""abc*bc""#]),
        ("x**", "x/y**", &[r#""x/y**""#]),
        ("a*/**", "*b/c", &[r#""a*b/c""#]),
        ("a*/c**", "*b/*", &[r#""a*b/c*""#]),
        ("a*/cd**", "*b/c**", &[r#""a*b/cd**""#]),
        ("a/b", "a/b/c", &[]),
        ("ab**", "ac**", &[]),
        ("*/ab**", "x/a**", &[r#""x/ab**""#]),
        ("*/ab**", "x/a*c", &[r#""x/ab*c""#]),
        ("abb*b", "a*bb", &[r#""abb*bb","abbb""#]),
    ] {
        let both: Vec<String> = both.iter().map(|pattern| (*pattern).to_owned()).collect();
        assert_eq!(resources(own, other), (both.clone(), true), "{own} {other}");
        assert_eq!(resources(other, own), (both, true), "{other} {own}");
    }
    for (own, other) in [("*a*", "*b*"), ("*a**", "b**")] {
        assert_eq!(resources(own, other), (vec![], false), "{own} {other}");
    }
}

#[test]
fn rules_of_one_kind_are_joined_and_others_are_combined() {
    for (own, other, both) in [
        (r#"{"eq":1}"#, r#"{"eq":1}"#, Some(r#"{"eq":1}"#)),
        (r#"{"eq":1}"#, r#"{"eq":2}"#, None),
        (r#"{"in":[1,2]}"#, r#"{"in":[2,3]}"#, Some(r#"{"in":[2]}"#)),
        (
            r#"{"not_in":["a"]}"#,
            r#"{"not_in":["b",1]}"#,
            Some(r#"{"not_in":["a","b"]}"#),
        ),
        (r#"{"not_in":["a"]}"#, r#"{"not_in":[1]}"#, None),
        (r#"{"min":1}"#, r#"{"max":4}"#, Some(r#"{"max":4,"min":1}"#)),
        (r#"{"min":1}"#, r#"{"min":4}"#, Some(r#"{"min":4}"#)),
        (r#"{"max":4}"#, r#"{"max":1}"#, Some(r#"{"max":1}"#)),
        (r#"{"min":5}"#, r#"{"max":4}"#, None),
        (
            r#"{"min":1,"max":4}"#,
            r#"{"min":2,"max":9}"#,
            Some(r#"{"max":4,"min":2}"#),
        ),
        (
            r#"{"optional":{"min":5}}"#,
            r#"{"optional":{"max":4}}"#,
            Some(r#"{"absent":true}"#),
        ),
        (r#"{"glob":"a*"}"#, r#"{"glob":"*b"}"#, Some(r#"{"glob":"a*b"}"#)),
        (r#"{"glob":"a"}"#, r#"{"glob":"b"}"#, None),
        (r#"{"under":"/a"}"#, r#"{"under":"/a/b"}"#, Some(r#"{"under":"/a/b"}"#)),
        (r#"{"under":"/a"}"#, r#"{"under":"/b"}"#, None),
        (
            r#"{"cidr":"10.0.0.0/8"}"#,
            r#"{"cidr":"10.1.0.0/16"}"#,
            Some(r#"{"cidr":"10.1.0.0/16"}"#),
        ),
        (
            r#"{"domain":"*.a.b"}"#,
            r#"{"domain":"c.a.b"}"#,
            Some(r#"{"domain":"c.a.b"}"#),
        ),
        (
            r#"{"length":{"min":1}}"#,
            r#"{"length":{"max":3}}"#,
            Some(r#"{"length":{"max":3,"min":1}}"#),
        ),
        (
            r#"{"each":{"min":1}}"#,
            r#"{"each":{"max":2}}"#,
            Some(r#"{"each":{"max":2,"min":1}}"#),
        ),
        (
            r#"{"optional":{"eq":1}}"#,
            r#"{"optional":{"eq":2}}"#,
            Some(r#"{"absent":true}"#),
        ),
        (r#"{"optional":{"eq":1}}"#, r#"{"eq":1}"#, Some(r#"{"eq":1}"#)),
        (
            r#"{"optional":{"eq":1}}"#,
            r#"{"optional":{"min":1}}"#,
            Some(r#"{"optional":{"eq":1,"min":1}}"#),
        ),
        (r#"{"absent":true}"#, r#"{"eq":1}"#, None),
    ] {
        // If the part is the whole of one side, it has the spelling of that side.
        for (own, other) in [(own, other), (other, own)] {
            let (rule, whole) = rules(own, other);
            assert!(whole, "{own} {other}");
            assert!(
                rule.as_deref() == both || rule.as_deref() == Some(own),
                "{own} {other}: {rule:?}"
            );
            assert_eq!(rule.is_some(), both.is_some(), "{own} {other}: {rule:?}");
        }
    }
    assert_eq!(rules(r#"{"glob":"*a*"}"#, r#"{"glob":"*b*"}"#), (None, false));
}

#[test]
fn uses_and_windows_are_the_narrower_of_both() {
    let of = |more: &str| format!(r#"{{"type":"writ","actions":["a"],"resources":["r"]{more}}}"#);
    for (own, other, both) in [
        (
            r#","uses":{"max":3}"#,
            r#","uses":{"max":2}"#,
            Some(r#","uses":{"max":2}"#),
        ),
        ("", r#","uses":{"max":2}"#, Some(r#","uses":{"max":2}"#)),
        (
            r#","uses":{"max":3,"allowance":"x"}"#,
            r#","uses":{"max":2,"allowance":"x"}"#,
            Some(r#","uses":{"max":2,"allowance":"x"}"#),
        ),
        (
            r#","uses":{"max":3}"#,
            r#","uses":{"max":2,"allowance":"x"}"#,
            Some(r#","uses":{"max":2,"allowance":"x"}"#),
        ),
        (
            r#","not_before":5,"not_after":9"#,
            r#","not_after":7"#,
            Some(r#","not_before":5,"not_after":7"#),
        ),
        (r#","not_before":7"#, r#","not_after":7"#, None),
    ] {
        let both: Vec<String> = both.iter().map(|more| of(more)).collect();
        assert_eq!(part(&[&of(own)], &[&of(other)]), (both, true), "{own} {other}");
    }
    let (own, other) = (
        of(r#","uses":{"max":3,"allowance":"x"}"#),
        of(r#","uses":{"max":2,"allowance":"y"}"#),
    );
    assert_eq!(part(&[&own], &[&other]), (vec![], false));
}

#[test]
fn a_larger_grant_of_the_part_replaces_the_grants_within_it() {
    let of = |resources: &str| format!(r#"{{"type":"writ","actions":["a"],"resources":[{resources}]}}"#);
    let (one, two, both) = (of(r#""r""#), of(r#""s""#), of(r#""r","s""#));
    let all = of(r#""**""#);
    assert_eq!(part(&[&one, &two], &[&all]), (vec![one.clone(), two.clone()], true));
    assert_eq!(part(&[&one, &two, &both], &[&all]), (vec![both], true));
}

#[test]
fn a_part_has_no_more_grants_than_a_writ() {
    let of = |pattern: &str| format!(r#"{{"type":"writ","actions":["a"],"resources":["{pattern}"]}}"#);
    let asked: Vec<String> = (0..=GRANTS_PER_WRIT).map(|number| of(&format!("r{number}"))).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let all = of("**");
    for (asked, whole) in [(&asked[1..], true), (&asked[..], false)] {
        let (grants, is_whole) = part(asked, &[&all]);
        assert_eq!((grants.len(), is_whole), (GRANTS_PER_WRIT, whole));
    }
}

#[test]
fn a_part_has_no_more_resources_than_a_grant() {
    // Each of these patterns has an intersection of its own with each of those.
    let of = |patterns: Vec<String>| {
        format!(
            r#"{{"type":"writ","actions":["a"],"resources":["{}"]}}"#,
            patterns.join(r#"",""#)
        )
    };
    let beginning = |count: u8| {
        of((b'a'..b'a' + count)
            .map(|letter| format!("{}*", char::from(letter)))
            .collect())
    };
    let ending = |count: u8| {
        of((b'A'..b'A' + count)
            .map(|letter| format!("*{}", char::from(letter)))
            .collect())
    };
    assert_eq!(RESOURCES_PER_GRANT, 16 * 16);
    let (grants, whole) = part(&[&beginning(16)], &[&ending(16)]);
    assert_eq!((grants.len(), whole), (1, true));
    assert_eq!(grant(&grants[0]).resources().len(), RESOURCES_PER_GRANT);
    assert_eq!(part(&[&beginning(17)], &[&ending(16)]), (vec![], false));
}

#[test]
fn a_part_has_no_more_rules_than_a_grant() {
    let of = |params: std::ops::Range<usize>| {
        let rules: Vec<String> = params.map(|param| format!(r#""p{param:02}":{{"eq":1}}"#)).collect();
        format!(
            r#"{{"type":"writ","actions":["a"],"resources":["r"],"rules":{{{}}}}}"#,
            rules.join(",")
        )
    };
    let half = RULES_PER_GRANT / 2;
    let (first, second) = (of(0..half), of(half..RULES_PER_GRANT));
    assert_eq!(part(&[&first], &[&second]), (vec![of(0..RULES_PER_GRANT)], true));
    assert_eq!(
        part(&[&of(0..half + 1)], &[&of(half + 1..RULES_PER_GRANT + 1)]),
        (vec![], false)
    );
}

#[test]
fn only_a_scope_string_can_express_its_star() {
    let scope = r#"{"type":"writ","scope":"a:r:*"}"#;
    let of = |resources: &str, more: &str| {
        format!(r#"{{"type":"writ","actions":["a","b"],"resources":[{resources}]{more}}}"#)
    };
    let run = r#""r:**""#;
    assert_eq!(part(&[&of(run, "")], &[scope]), (vec![scope.to_owned()], true));
    for beyond in [
        of(r#""r:**","*:a""#, ""),
        of(run, r#","rules":{"p":{"eq":1}}"#),
        of(run, r#","uses":{"max":1}"#),
        of(run, r#","not_before":1"#),
        // No pattern can express this intersection.
        of(r#""r:*""#, ""),
    ] {
        assert_eq!(part(&[&beyond], &[scope]), (vec![], false), "{beyond}");
    }
    let inside = r#"{"type":"writ","actions":["a"],"resources":["r:a/b"]}"#;
    assert_eq!(
        part(&[&of(r#""*:a/b""#, "")], &[scope]),
        (vec![inside.to_owned()], true)
    );
}
