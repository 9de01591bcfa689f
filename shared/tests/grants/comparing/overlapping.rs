//! Overlap of two grants: examples, and many generated pairs.

use crate::cases::made::{Choices, attempt_near, cases, grant as made, moment};
use crate::cases::naive;
use crate::support::grant;
use edgewrit_shared::grant::Grant;

fn overlap(own: &str, other: &str) -> Option<String> {
    let (own, other) = (grant(own), grant(other));
    let found = own.overlap(&other);
    assert_eq!(found.is_some(), other.overlap(&own).is_some());
    found.map(|witness| witness.to_string())
}

fn rules(own: &str, other: &str) -> Option<String> {
    let of = |rules: &str| format!(r#"{{"type":"writ","actions":["a"],"resources":["r"],"rules":{rules}}}"#);
    overlap(&of(own), &of(other))
}

#[test]
fn two_grants_overlap_where_actions_resources_and_windows_do() {
    let of = |actions: &str, resources: &str, more: &str| {
        format!(r#"{{"type":"writ","actions":[{actions}],"resources":[{resources}]{more}}}"#)
    };
    let own = of(
        r#""list","read""#,
        r#""s3://b/*","t""#,
        r#","not_before":5,"not_after":9"#,
    );
    for (other, common) in [
        (of(r#""read""#, r#""s3://*/x""#, ""), Some("`read` on `s3://b/x` at 5")),
        (
            of(r#""read""#, r#""t""#, r#","not_before":8"#),
            Some("`read` on `t` at 8"),
        ),
        (of(r#""read""#, r#""t""#, r#","not_before":9"#), None),
        (of(r#""write""#, r#""t""#, ""), None),
        (of(r#""read""#, r#""s3://b/x/y""#, ""), None),
    ] {
        assert_eq!(overlap(&own, &other).as_deref(), common, "{other}");
    }
    let scope = r#"{"type":"writ","scope":"read:data:*"}"#;
    assert_eq!(overlap(scope, &of(r#""read""#, r#""data:""#, "")), None);
    assert_eq!(
        overlap(scope, &of(r#""read""#, r#""data:*""#, "")).as_deref(),
        Some("`read` on `data:x`")
    );
    let limited = of(r#""a""#, r#""r""#, r#","uses":{"max":1}"#);
    assert_eq!(
        overlap(&limited, &of(r#""a""#, r#""r""#, "")).as_deref(),
        Some("`a` on `r`"),
        "uses are not asked for"
    );
    let ended = of(r#""a""#, r#""r""#, r#","not_after":0"#);
    assert_eq!(overlap(&ended, &of(r#""a""#, r#""r""#, "")), None, "it never counts");
}

#[test]
fn rules_overlap_where_both_admit_a_value_or_absence() {
    for (own, other, common) in [
        (r#"{"p":{"min":1,"max":4}}"#, r#"{"p":{"min":4}}"#, Some(r#"{"p":4}"#)),
        (r#"{"p":{"max":4}}"#, r#"{"p":{"min":4.5}}"#, None),
        (
            r#"{"p":{"in":["a","b"]}}"#,
            r#"{"p":{"glob":"b*"}}"#,
            Some(r#"{"p":"b"}"#),
        ),
        (r#"{"p":{"eq":"a"}}"#, r#"{"p":{"eq":"b"}}"#, None),
        (
            r#"{"p":{"glob":"a*"}}"#,
            r#"{"p":{"glob":"*b"}}"#,
            Some(r#"{"p":"ab"}"#),
        ),
        (
            r#"{"p":{"glob":"a*b*c"}}"#,
            r#"{"p":{"glob":"*bb*"}}"#,
            Some(r#"{"p":"abbc"}"#),
        ),
        (
            r#"{"p":{"eq":"a"}}"#,
            r#"{"q":{"not_in":["b"]}}"#,
            Some(r#"{"p":"a","q":""}"#),
        ),
        (r#"{"p":{"absent":true}}"#, r#"{"p":{"eq":1}}"#, None),
        (r#"{"p":{"absent":true}}"#, r#"{"p":{"optional":{"eq":1}}}"#, Some("")),
        (
            r#"{"p":{"each":{"in":["A","B"]}}}"#,
            r#"{"p":{"each":{"in":["B","C"]}}}"#,
            Some(r#"{"p":["B"]}"#),
        ),
        (
            r#"{"p":{"under":"/a"}}"#,
            r#"{"p":{"glob":"/a/*.csv"}}"#,
            Some(r#"{"p":"/a/.csv"}"#),
        ),
    ] {
        let expected = match common {
            Some("") => Some("`a` on `r`".to_owned()),
            common => common.map(|params| format!("`a` on `r` with `{params}`")),
        };
        assert_eq!(rules(own, other), expected, "{own} {other}");
    }
}

#[test]
fn both_grants_permit_their_overlap_and_few_overlaps_are_missed() {
    let (mut found, mut missed) = (0_u32, 0_u32);
    for seed in cases(4_000) {
        let mut choices = Choices::new(seed);
        let (own, other) = (made(&mut choices), made(&mut choices));
        let read = |value: &serde_json::Value| -> Grant { grant(&value.to_string()) };
        let common = read(&own).overlap(&read(&other));
        if let Some(witness) = &common {
            found += 1;
            for grant in [&own, &other] {
                let is_permitted = naive::permits(grant, &witness.attempt, witness.at);
                assert!(is_permitted, "{seed}: {grant} does not permit {witness}");
            }
        }
        for _ in 0..8 {
            let attempt = attempt_near(&own, &mut choices);
            let now = moment(&mut choices);
            let both = naive::permits(&own, &attempt, now) && naive::permits(&other, &attempt, now);
            if both && common.is_none() {
                let without_rules = own.get("rules").is_none() && other.get("rules").is_none();
                assert!(!without_rules, "{seed}: {own} and {other} permit {attempt:?}");
                missed += 1;
            }
        }
    }
    assert!(found > 100 && missed * 50 < found, "{found} found, {missed} missed");
}
