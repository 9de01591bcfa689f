//! Every kind of rule, at the boundaries of what it admits.

use crate::support::{attempt, permits, refusal, with_rule};
use edgewrit_shared::grant::Grants;

/// `rule` on parameter `p` admits each of `admitted` and none of `refused`, which are objects of parameters.
fn rule(rule: &str, admitted: &[&str], refused: &[&str]) {
    let grant = with_rule(rule);
    for params in admitted {
        assert!(
            permits(&grant, &attempt("act", "res", params)),
            "{rule} admits {params}"
        );
    }
    for params in refused {
        assert!(
            !permits(&grant, &attempt("act", "res", params)),
            "{rule} refuses {params}"
        );
    }
}

const ABSENT: &str = "{}";

#[test]
fn eq_admits_one_value_of_one_type() {
    rule(
        r#"{"eq":"JFK"}"#,
        &[r#"{"p":"JFK"}"#, r#"{"p":"JFK","q":"LHR"}"#],
        &[
            ABSENT,
            r#"{"p":"jfk"}"#,
            r#"{"p":"JFK "}"#,
            r#"{"p":""}"#,
            r#"{"p":["JFK"]}"#,
            r#"{"q":"JFK"}"#,
        ],
    );
    rule(r#"{"eq":""}"#, &[r#"{"p":""}"#], &[ABSENT, r#"{"p":" "}"#]);
    rule(
        r#"{"eq":1}"#,
        &[r#"{"p":1}"#, r#"{"p":1.0}"#, r#"{"p":10e-1}"#],
        &[
            ABSENT,
            r#"{"p":"1"}"#,
            r#"{"p":true}"#,
            r#"{"p":1.0000000000000000000000001}"#,
            r#"{"p":-1}"#,
        ],
    );
    rule(
        r#"{"eq":0}"#,
        &[r#"{"p":-0}"#, r#"{"p":0e5}"#],
        &[r#"{"p":false}"#, r#"{"p":1e-9999}"#],
    );
    rule(
        r#"{"eq":true}"#,
        &[r#"{"p":true}"#],
        &[ABSENT, r#"{"p":false}"#, r#"{"p":"true"}"#, r#"{"p":1}"#],
    );
}

#[test]
fn in_admits_the_values_that_it_lists() {
    rule(
        r#"{"in":["a",2,false]}"#,
        &[r#"{"p":"a"}"#, r#"{"p":2}"#, r#"{"p":2.0}"#, r#"{"p":false}"#],
        &[
            ABSENT,
            r#"{"p":"b"}"#,
            r#"{"p":1}"#,
            r#"{"p":true}"#,
            r#"{"p":["a"]}"#,
            r#"{"p":"2"}"#,
        ],
    );
}

#[test]
fn glob_admits_text_that_matches() {
    rule(
        r#"{"glob":"J*/1"}"#,
        &[r#"{"p":"J/1"}"#, r#"{"p":"JFK/1"}"#],
        &[
            ABSENT,
            r#"{"p":"JFK/12"}"#,
            r#"{"p":"J/F/1"}"#,
            r#"{"p":"J:F/1"}"#,
            r#"{"p":1}"#,
            r#"{"p":["J/1"]}"#,
        ],
    );
    rule(
        r#"{"glob":"**"}"#,
        &[r#"{"p":""}"#, r#"{"p":"a/b:c"}"#],
        &[ABSENT, r#"{"p":true}"#],
    );
}

#[test]
fn min_and_max_admit_their_bound() {
    rule(
        r#"{"min":0.1}"#,
        &[r#"{"p":0.1}"#, r#"{"p":1e-1}"#, r#"{"p":1e400}"#],
        &[
            ABSENT,
            r#"{"p":0.0999999999999999999999}"#,
            r#"{"p":-1e400}"#,
            r#"{"p":"1"}"#,
            r#"{"p":true}"#,
        ],
    );
    rule(
        r#"{"max":4}"#,
        &[r#"{"p":4}"#, r#"{"p":4.0}"#, r#"{"p":-4}"#, r#"{"p":-1e9999}"#],
        &[
            ABSENT,
            r#"{"p":4.0000000000000000000000001}"#,
            r#"{"p":5}"#,
            r#"{"p":"4"}"#,
            r#"{"p":[4]}"#,
        ],
    );
}

#[test]
fn all_kinds_of_a_rule_hold() {
    rule(
        r#"{"min":1,"max":4}"#,
        &[r#"{"p":1}"#, r#"{"p":2.5}"#, r#"{"p":4}"#],
        &[r#"{"p":0.999}"#, r#"{"p":4.001}"#],
    );
    rule(
        r#"{"in":[1,2,3],"min":2}"#,
        &[r#"{"p":2}"#, r#"{"p":3}"#],
        &[r#"{"p":1}"#, r#"{"p":4}"#],
    );
    rule(r#"{"eq":"a","min":1}"#, &[], &[r#"{"p":"a"}"#, r#"{"p":1}"#, ABSENT]);
}

#[test]
fn a_refusal_tells_what_stood_there() {
    for (params, reason) in [
        ("{}", "parameter `p` is absent, expected `{\"max\":4,\"min\":1}`"),
        (
            r#"{"p":50}"#,
            "parameter `p` is the number `50`, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            r#"{"p":"two"}"#,
            "parameter `p` is the text `two`, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            r#"{"p":true}"#,
            "parameter `p` is `true`, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            r#"{"p":[1]}"#,
            "parameter `p` is a list, expected `{\"max\":4,\"min\":1}`",
        ),
        (
            "{\"p\":\"a\\u000ab\"}",
            "parameter `p` is the text `a\\nb`, expected `{\"max\":4,\"min\":1}`",
        ),
    ] {
        let grants = Grants::new(vec![with_rule(r#"{"min":1,"max":4}"#)]);
        assert_eq!(refusal(&grants, &attempt("act", "res", params)), reason);
    }
}
