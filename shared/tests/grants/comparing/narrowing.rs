//! Narrowing: examples of narrower and wider children, with reasons.

use crate::support::grant;
use edgewrit_shared::grant::{Grant, Narrowing, narrower};
use std::time::{Duration, Instant};

pub(crate) fn of(actions: &str, resources: &str, more: &str) -> Grant {
    grant(&format!(
        r#"{{"type":"writ","actions":{actions},"resources":{resources}{more}}}"#
    ))
}

pub(crate) fn plain(actions: &str, resources: &str) -> Grant {
    of(actions, resources, "")
}

pub(crate) fn ruled(rule: &str) -> Grant {
    of(r#"["a"]"#, r#"["r"]"#, &format!(r#","rules":{{"p":{rule}}}"#))
}

pub(crate) fn limited(uses: &str) -> Grant {
    of(r#"["a"]"#, r#"["r"]"#, &format!(r#","uses":{uses}"#))
}

pub(crate) fn is_narrower(child: &Grant, parents: &[Grant]) {
    let narrowing = narrower(child, parents);
    assert_eq!(narrowing, Narrowing::Narrower, "{} in {parents:?}", child.to_json());
}

pub(crate) fn is_wider(child: &Grant, parents: &[Grant], expected: &str) {
    match narrower(child, parents) {
        Narrowing::Wider { reason, .. } => assert_eq!(reason, expected, "{}", child.to_json()),
        other => panic!("{} in {parents:?}: {other:?}", child.to_json()),
    }
}

pub(crate) fn is_unproven(child: &Grant, parents: &[Grant], expected: &str) {
    match narrower(child, parents) {
        Narrowing::Unproven { reason } => assert_eq!(reason, expected, "{}", child.to_json()),
        other => panic!("{} in {parents:?}: {other:?}", child.to_json()),
    }
}

#[test]
fn parents_add_up_over_actions_and_resources() {
    let child = plain(r#"["a","b"]"#, r#"["r","s"]"#);
    is_narrower(
        &child,
        &[plain(r#"["a"]"#, r#"["r","s"]"#), plain(r#"["b"]"#, r#"["**"]"#)],
    );
    is_narrower(
        &child,
        &[
            plain(r#"["a"]"#, r#"["r"]"#),
            plain(r#"["b"]"#, r#"["r"]"#),
            plain(r#"["a"]"#, r#"["s"]"#),
            plain(r#"["b"]"#, r#"["s"]"#),
        ],
    );
    is_wider(
        &child,
        &[
            plain(r#"["a"]"#, r#"["r"]"#),
            plain(r#"["b"]"#, r#"["r"]"#),
            plain(r#"["a"]"#, r#"["s"]"#),
        ],
        "action `b` on `s` is not granted",
    );
    is_wider(&child, &[plain(r#"["a"]"#, r#"["**"]"#)], "action `b` is not granted");
    is_wider(&child, &[], "action `a` is not granted");
}

#[test]
fn a_resource_beyond_is_shown_by_an_example() {
    is_wider(
        &plain(r#"["a"]"#, r#"["db:**"]"#),
        &[plain(r#"["a"]"#, r#"["db:*"]"#)],
        "action `a` on `db:**` is not granted",
    );
    is_unproven(
        &plain(r#"["a"]"#, r#"["x**"]"#),
        &[
            plain(r#"["a"]"#, r#"["x*"]"#),
            plain(r#"["a"]"#, r#"["x*/**","x*:**"]"#),
        ],
        "action `a` on `x**` is not granted",
    );
}

#[test]
fn a_scope_wildcard_is_between_the_patterns_in_width() {
    let scope = |text: &str| Grant::from_scope(text).unwrap();
    let run = plain(r#"["a"]"#, r#"["r:**"]"#);
    is_narrower(&scope("a:r:*"), std::slice::from_ref(&run));
    is_narrower(&scope("a:r:*"), &[scope("a:r:*")]);
    is_narrower(&scope("a:r:x"), &[scope("a:r:*")]);
    is_narrower(&plain(r#"["a"]"#, r#"["r:x*","r:/**"]"#), &[scope("a:r:*")]);
    is_wider(&run, &[scope("a:r:*")], "action `a` on `r:**` is not granted");
    is_wider(
        &plain(r#"["a"]"#, r#"["r:*"]"#),
        &[scope("a:r:*")],
        "action `a` on `r:*` is not granted",
    );
    is_wider(
        &scope("a:r:*"),
        &[plain(r#"["a"]"#, r#"["r:*"]"#)],
        "action `a` on `r:**` is not granted",
    );
    is_wider(
        &scope("a:r:*"),
        &[scope("a:r:x")],
        "action `a` on `r:**` is not granted",
    );
}

#[test]
fn rules_of_the_parent_follow_from_rules_of_the_child() {
    for (parent, within, beyond) in [
        (
            r#"{"eq":1}"#,
            &[
                r#"{"eq":1.0}"#,
                r#"{"in":[1]}"#,
                r#"{"eq":1,"min":0}"#,
                r#"{"in":[1,2],"max":1}"#,
            ][..],
            &[r#"{"eq":2}"#, r#"{"in":[1,2]}"#, r#"{"min":1}"#, r#"{"eq":"1"}"#][..],
        ),
        (
            r#"{"in":["a","b",3]}"#,
            &[
                r#"{"eq":"a"}"#,
                r#"{"in":["b","a"]}"#,
                r#"{"eq":3}"#,
                r#"{"in":["a","c"],"glob":"a*"}"#,
                r#"{"glob":"a"}"#,
            ],
            &[
                r#"{"eq":"c"}"#,
                r#"{"in":["a","c"]}"#,
                r#"{"glob":"a*"}"#,
                r#"{"eq":true}"#,
            ],
        ),
        (
            r#"{"glob":"a*"}"#,
            &[
                r#"{"glob":"a*"}"#,
                r#"{"glob":"ab*c"}"#,
                r#"{"glob":"a"}"#,
                r#"{"eq":"ab"}"#,
                r#"{"in":["a","ab"]}"#,
                r#"{"glob":"ab","eq":"x"}"#,
            ],
            &[
                r#"{"glob":"*"}"#,
                r#"{"glob":"a**"}"#,
                r#"{"eq":"b"}"#,
                r#"{"in":["a","b"]}"#,
                r#"{"eq":1}"#,
                r#"{"min":1}"#,
            ],
        ),
        (
            r#"{"min":2}"#,
            &[
                r#"{"min":2}"#,
                r#"{"min":2.5}"#,
                r#"{"min":3,"max":4}"#,
                r#"{"eq":2}"#,
                r#"{"in":[2,9]}"#,
            ],
            &[
                r#"{"min":1.999}"#,
                r#"{"max":4}"#,
                r#"{"eq":1}"#,
                r#"{"in":[1,2]}"#,
                r#"{"glob":"2"}"#,
                r#"{"eq":"2"}"#,
            ],
        ),
        (
            r#"{"max":2}"#,
            &[
                r#"{"max":2}"#,
                r#"{"max":1.5}"#,
                r#"{"min":1,"max":2}"#,
                r#"{"eq":2}"#,
                r#"{"in":[2,-9]}"#,
            ],
            &[
                r#"{"max":2.001}"#,
                r#"{"min":1}"#,
                r#"{"eq":3}"#,
                r#"{"in":[2,3]}"#,
                r#"{"eq":"2"}"#,
            ],
        ),
        (
            r#"{"not_in":["a","b"]}"#,
            &[
                r#"{"not_in":["a","b"]}"#,
                r#"{"not_in":["a","b","c"]}"#,
                r#"{"eq":"c"}"#,
                r#"{"in":["c","d"]}"#,
                r#"{"glob":"c*"}"#,
                r#"{"glob":"*","not_in":["a","b",1]}"#,
                r#"{"under":"/"}"#,
                r#"{"length":{"min":2},"glob":"**"}"#,
            ],
            &[
                r#"{"not_in":["a"]}"#,
                r#"{"not_in":["a","b",1]}"#,
                r#"{"eq":"a"}"#,
                r#"{"eq":1}"#,
                r#"{"glob":"*"}"#,
                r#"{"min":1}"#,
                r#"{"length":{"min":2}}"#,
                r#"{"optional":{"eq":"c"}}"#,
                r#"{"absent":true}"#,
            ],
        ),
        (
            r#"{"length":{"min":1,"max":3}}"#,
            &[
                r#"{"length":{"min":1,"max":3}}"#,
                r#"{"length":{"min":2,"max":2}}"#,
                r#"{"eq":"abc"}"#,
                r#"{"in":["a","ab"]}"#,
                r#"{"glob":"a"}"#,
            ],
            &[
                r#"{"length":{"min":1}}"#,
                r#"{"length":{"max":3}}"#,
                r#"{"length":{"min":0,"max":3}}"#,
                r#"{"length":{"min":1,"max":4}}"#,
                r#"{"eq":"abcd"}"#,
                r#"{"glob":"abcd"}"#,
                r#"{"glob":"a*"}"#,
                r#"{"eq":1}"#,
            ],
        ),
        (
            r#"{"length":{"min":1}}"#,
            &[r#"{"length":{"min":1,"max":9}}"#, r#"{"length":{"min":2}}"#],
            &[r#"{"length":{"max":3}}"#],
        ),
        (
            r#"{"length":{"max":3}}"#,
            &[r#"{"length":{"min":1,"max":3}}"#, r#"{"length":{"max":2}}"#],
            &[r#"{"length":{"min":1}}"#],
        ),
        (
            r#"{"each":{"in":["a","b"]}}"#,
            &[
                r#"{"each":{"eq":"a"}}"#,
                r#"{"each":{"in":["a","b"],"length":{"max":1}}}"#,
                r#"{"each":{"eq":"a"},"length":{"max":1}}"#,
            ],
            &[
                r#"{"each":{"eq":"c"}}"#,
                r#"{"each":{"glob":"*"}}"#,
                r#"{"eq":"a"}"#,
                r#"{"length":{"max":0}}"#,
                r#"{"optional":{"each":{"eq":"a"}}}"#,
            ],
        ),
        (
            r#"{"absent":true}"#,
            &[r#"{"absent":true}"#],
            &[r#"{"optional":{"eq":1}}"#, r#"{"eq":1}"#, r#"{"min":1}"#],
        ),
        (
            r#"{"optional":{"min":1}}"#,
            &[
                r#"{"optional":{"min":1}}"#,
                r#"{"optional":{"eq":1}}"#,
                r#"{"absent":true}"#,
                r#"{"min":2}"#,
                r#"{"in":[1,2]}"#,
            ],
            &[
                r#"{"optional":{"min":0}}"#,
                r#"{"optional":{"eq":0}}"#,
                r#"{"min":0}"#,
                r#"{"eq":0}"#,
                r#"{"eq":"1"}"#,
            ],
        ),
        (
            r#"{"min":1}"#,
            &[],
            &[r#"{"optional":{"min":1}}"#, r#"{"absent":true}"#],
        ),
        (
            r#"{"under":"/a/b"}"#,
            &[
                r#"{"under":"/a/b"}"#,
                r#"{"under":"/a/b/c"}"#,
                r#"{"eq":"/a/b"}"#,
                r#"{"in":["/a/b/c"]}"#,
                r#"{"glob":"/a/b/c"}"#,
            ],
            &[
                r#"{"under":"/a"}"#,
                r#"{"under":"/a/bc"}"#,
                r#"{"under":"/"}"#,
                r#"{"eq":"/a"}"#,
                r#"{"glob":"/a/b/*"}"#,
                r#"{"eq":"/a/b/"}"#,
            ],
        ),
        (
            r#"{"cidr":"10.0.0.0/8"}"#,
            &[
                r#"{"cidr":"10.0.0.0/8"}"#,
                r#"{"cidr":"10.0.0.0/9"}"#,
                r#"{"cidr":"10.1.2.3/32"}"#,
                r#"{"eq":"10.9.9.9"}"#,
                r#"{"glob":"10.1.1.1"}"#,
            ],
            &[
                r#"{"cidr":"10.0.0.0/7"}"#,
                r#"{"cidr":"11.0.0.0/8"}"#,
                r#"{"cidr":"0.0.0.0/0"}"#,
                r#"{"cidr":"::/8"}"#,
                r#"{"cidr":"a00::/8"}"#,
                r#"{"eq":"11.0.0.0"}"#,
                r#"{"glob":"10.1.1.*"}"#,
            ],
        ),
        (
            r#"{"domain":"*.a.b"}"#,
            &[
                r#"{"domain":"*.a.b"}"#,
                r#"{"domain":"c.a.b"}"#,
                r#"{"domain":"*.c.a.b"}"#,
                r#"{"eq":"https://c.a.b/"}"#,
            ],
            &[
                r#"{"domain":"a.b"}"#,
                r#"{"domain":"*.b"}"#,
                r#"{"domain":"ca.b"}"#,
                r#"{"domain":"*.ca.b"}"#,
                r#"{"eq":"https://a.b/"}"#,
                r#"{"eq":"c.a.b"}"#,
            ],
        ),
        (
            r#"{"domain":"a.b"}"#,
            &[r#"{"domain":"a.b"}"#, r#"{"eq":"https://A.b:8080"}"#],
            &[r#"{"domain":"*.a.b"}"#, r#"{"domain":"c.a.b"}"#, r#"{"domain":"a.bc"}"#],
        ),
        (
            r#"{"min":1,"max":4}"#,
            &[r#"{"min":1,"max":4}"#, r#"{"min":2,"max":3}"#, r#"{"eq":4}"#],
            &[r#"{"min":1}"#, r#"{"max":4}"#, r#"{"eq":5}"#],
        ),
    ] {
        for child in within {
            is_narrower(&ruled(child), &[ruled(parent)]);
        }
        for child in beyond {
            let reason = format!(
                "action `a` on `r`: the rule on `p` is `{}`, expected one within `{}`",
                canonical(child),
                canonical(parent)
            );
            is_wider(&ruled(child), &[ruled(parent)], &reason);
        }
        is_wider(
            &plain(r#"["a"]"#, r#"["r"]"#),
            &[ruled(parent)],
            &format!(
                "action `a` on `r`: there is no rule on `p`, expected one within `{}`",
                canonical(parent)
            ),
        );
        is_narrower(&ruled(parent), &[plain(r#"["a"]"#, r#"["r"]"#)]);
    }
}

/// A rule in the spelling of grants.
fn canonical(rule: &str) -> String {
    let json = ruled(rule).to_json();
    let (_, rule) = json.split_once(r#""p":"#).unwrap();
    rule.strip_suffix("}}").unwrap().into()
}

#[test]
fn every_rule_of_the_parent_is_compared() {
    let parent = of(r#"["a"]"#, r#"["r"]"#, r#","rules":{"p":{"eq":1},"q":{"eq":2}}"#);
    is_narrower(
        &of(
            r#"["a"]"#,
            r#"["r"]"#,
            r#","rules":{"p":{"eq":1},"q":{"eq":2},"s":{"eq":3}}"#,
        ),
        std::slice::from_ref(&parent),
    );
    is_wider(
        &ruled(r#"{"eq":1}"#),
        &[parent],
        "action `a` on `r`: there is no rule on `q`, expected one within `{\"eq\":2}`",
    );
    // The rules of another parent may enclose the child.
    is_narrower(&ruled(r#"{"eq":1}"#), &[ruled(r#"{"eq":2}"#), ruled(r#"{"min":1}"#)]);
}

#[test]
fn uses_are_within_the_limit_of_the_parent() {
    let (free, three) = (plain(r#"["a"]"#, r#"["r"]"#), limited(r#"{"max":3}"#));
    let counted = limited(r#"{"max":3,"allowance":"al-1"}"#);
    is_narrower(&three, std::slice::from_ref(&free));
    is_narrower(&counted, std::slice::from_ref(&free));
    is_narrower(&limited(r#"{"max":3}"#), std::slice::from_ref(&three));
    is_narrower(&limited(r#"{"max":2}"#), std::slice::from_ref(&three));
    is_narrower(&counted, std::slice::from_ref(&three));
    is_narrower(&counted, std::slice::from_ref(&counted));
    is_narrower(
        &limited(r#"{"max":2,"allowance":"al-1"}"#),
        std::slice::from_ref(&counted),
    );
    let reason = "action `a` on `r`: uses are not limited to 3 or fewer";
    is_wider(&limited(r#"{"max":4}"#), std::slice::from_ref(&three), reason);
    is_wider(&free, &[three], reason);
    let reason = "action `a` on `r`: uses are not limited to 3 or fewer of allowance `al-1`";
    is_unproven(&limited(r#"{"max":3}"#), std::slice::from_ref(&counted), reason);
    is_unproven(
        &limited(r#"{"max":3,"allowance":"al-2"}"#),
        std::slice::from_ref(&counted),
        reason,
    );
    is_wider(&limited(r#"{"max":4,"allowance":"al-1"}"#), &[counted], reason);
}

/// The largest child against the largest ceiling: each resource of the child is compared with each
/// parent once.
#[test]
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
fn ten_thousand_parents_are_looked_through_in_bounded_time() {
    let names = |letter: &str, count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("\"{letter}{number}\"")).collect();
        format!("[{}]", names.join(","))
    };
    let child = plain(&names("a", 256), &names("r", 256));
    let mut parents: Vec<Grant> = (0..9_999)
        .map(|number| plain(&names("a", 8), &format!(r#"["x{number}*a*a*a*b"]"#)))
        .collect();
    parents.push(plain(&names("a", 256), r#"["**"]"#));
    let begun = Instant::now();
    is_narrower(&child, &parents);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// Asserts the answer for a wider child: the reason, and the witness.
pub(crate) fn is_shown(child: &Grant, parents: &[Grant], expected: &str) {
    let narrowing = narrower(child, parents);
    assert!(matches!(narrowing, Narrowing::Wider { .. }), "{narrowing:?}");
    let answer = narrowing.to_string();
    let (_, witness) = answer.split_once(", such as ").unwrap();
    assert_eq!(witness, expected);
}

#[test]
fn a_witness_is_as_plain_as_can_be() {
    let any = plain(r#"["a"]"#, r#"["r"]"#);
    is_shown(
        &plain(r#"["a"]"#, r#"["r","s"]"#),
        std::slice::from_ref(&any),
        "`a` on `s`",
    );
    is_shown(&any, &[ruled(r#"{"eq":1}"#)], "`a` on `r`");
    is_shown(
        &any,
        &[ruled(r#"{"optional":{"eq":1}}"#)],
        r#"`a` on `r` with `{"p":true}`"#,
    );
    is_shown(
        &ruled(r#"{"min":1,"max":9}"#),
        &[ruled(r#"{"max":4}"#)],
        r#"`a` on `r` with `{"p":9}`"#,
    );
    is_shown(
        &ruled(r#"{"min":1,"max":9}"#),
        &[ruled(r#"{"max":4}"#), ruled(r#"{"min":6}"#)],
        r#"`a` on `r` with `{"p":5}`"#,
    );
    is_shown(
        &ruled(r#"{"glob":"/a/*"}"#),
        &[ruled(r#"{"under":"/a"}"#)],
        r#"`a` on `r` with `{"p":"/a/"}`"#,
    );
    is_shown(
        &limited(r#"{"max":4}"#),
        &[limited(r#"{"max":3}"#)],
        "use 4 of `a` on `r`",
    );
    is_shown(
        &limited(r#"{"max":9}"#),
        &[limited(r#"{"max":3}"#), limited(r#"{"max":2,"allowance":"x"}"#)],
        "use 6 of `a` on `r`",
    );
}

fn open(from: &str) -> Grant {
    of(r#"["a"]"#, r#"["r"]"#, from)
}

#[test]
fn windows_are_within_the_window_of_the_parent() {
    let always = open("");
    let day = open(r#","not_before":100,"not_after":200"#);
    is_narrower(&day, std::slice::from_ref(&always));
    is_narrower(&day, std::slice::from_ref(&day));
    is_narrower(
        &open(r#","not_before":150,"not_after":200"#),
        std::slice::from_ref(&day),
    );
    is_narrower(&day, &[open(r#","not_before":100"#)]);
    is_narrower(&day, &[open(r#","not_after":200"#)]);
    is_shown(&always, std::slice::from_ref(&day), "`a` on `r`");
    is_shown(
        &open(r#","not_before":99,"not_after":200"#),
        std::slice::from_ref(&day),
        "`a` on `r` at 99",
    );
    is_shown(
        &open(r#","not_before":100,"not_after":201"#),
        std::slice::from_ref(&day),
        "`a` on `r` at 200",
    );
    let halves = [
        open(r#","not_before":100,"not_after":150"#),
        open(r#","not_before":150,"not_after":200"#),
    ];
    is_unproven(
        &day,
        &halves,
        r#"action `a` on `r`: the window is `{"not_before":100,"not_after":200}`, expected one within `{"not_before":100,"not_after":150}`"#,
    );
    let gap = [
        open(r#","not_before":100,"not_after":150"#),
        open(r#","not_before":151,"not_after":200"#),
    ];
    is_shown(&day, &gap, "`a` on `r` at 150");
}

#[test]
fn listed_values_may_be_shared_by_several_parents() {
    let (one, two) = (ruled(r#"{"eq":1}"#), ruled(r#"{"eq":2}"#));
    is_narrower(&ruled(r#"{"in":[1,2]}"#), &[one.clone(), two.clone()]);
    is_shown(&ruled(r#"{"in":[1,2,3]}"#), &[one, two], r#"`a` on `r` with `{"p":3}`"#);
    let pair = |p: &str, q: &str| of(r#"["a"]"#, r#"["r"]"#, &format!(r#","rules":{{"p":{p},"q":{q}}}"#));
    let both = r#"{"in":["x","y"]}"#;
    let parents = [pair(r#"{"eq":"x"}"#, both), pair(r#"{"eq":"y"}"#, r#"{"eq":"x"}"#)];
    is_shown(&pair(both, both), &parents, r#"`a` on `r` with `{"p":"y","q":"y"}`"#);
    let [first, second] = parents;
    is_narrower(
        &pair(both, both),
        &[first, second, pair(r#"{"glob":"y"}"#, r#"{"eq":"y"}"#)],
    );
}

#[test]
fn numbers_truth_values_and_absence_are_compared_as_sets() {
    for (child, parent) in [
        (r#"{"min":1,"max":1}"#, r#"{"eq":1}"#),
        (r#"{"min":1,"max":1}"#, r#"{"in":[0,1]}"#),
        (r#"{"min":1,"max":2,"not_in":[1]}"#, r#"{"min":1,"not_in":[1]}"#),
        (r#"{"min":2,"max":1}"#, r#"{"eq":"a"}"#),
        (r#"{"not_in":[true]}"#, r#"{"eq":false}"#),
        (r#"{"optional":{"min":2,"max":1}}"#, r#"{"absent":true}"#),
        (r#"{"each":{"min":1,"max":1}}"#, r#"{"each":{"eq":1}}"#),
        (r#"{"each":{"eq":1}}"#, r#"{"length":{"min":1}}"#),
        (r#"{"min":1e400,"max":1e400}"#, r#"{"eq":10e399}"#),
    ] {
        is_narrower(&ruled(child), &[ruled(parent)]);
    }
    for (child, parent, value) in [
        (r#"{"min":1,"max":2}"#, r#"{"in":[1,2]}"#, "1.5"),
        (r#"{"min":1,"not_in":[1]}"#, r#"{"min":2}"#, "1.5"),
        (r#"{"min":1e400}"#, r#"{"max":2e400}"#, "2.5e400"),
        (r#"{"each":{"min":1}}"#, r#"{"each":{"min":2}}"#, "[1]"),
        (r#"{"length":{"max":3}}"#, r#"{"each":{"in":["x",true]}}"#, r#""""#),
    ] {
        is_shown(
            &ruled(child),
            &[ruled(parent)],
            &format!(r#"`a` on `r` with `{{"p":{value}}}`"#),
        );
    }
}

#[test]
fn contradictory_rules_permit_nothing() {
    let never = of(r#"["a"]"#, r#"["r"]"#, r#","rules":{"p":{"min":2,"max":1}}"#);
    is_narrower(&never, &[]);
    is_narrower(&never, &[plain(r#"["b"]"#, r#"["s"]"#)]);
}

/// The most expensive comparison of a client and its ceiling: long lists that overlap and never
/// cover.
#[test]
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
fn a_search_for_a_witness_ends() {
    let values = |from: usize| {
        let values: Vec<String> = (from..from + 256).map(|value| format!("\"v{value}\"")).collect();
        format!("[{}]", values.join(","))
    };
    let rules = |from: usize| {
        let rules: Vec<String> = (0..16)
            .map(|rule| format!(r#""p{rule}":{{"in":{}}}"#, values(from)))
            .collect();
        of(r#"["a"]"#, r#"["r*"]"#, &format!(r#","rules":{{{}}}"#, rules.join(",")))
    };
    let child = rules(0);
    let parents: Vec<Grant> = (1..200).map(rules).collect();
    let begun = Instant::now();
    assert_ne!(narrower(&child, &parents), Narrowing::Narrower);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_witness_is_as_long_as_a_rule_on_length_wants_it() {
    for glob in ["a*b", "a**", "*"] {
        let child = ruled(&format!(r#"{{"glob":"{glob}","length":{{"min":40}}}}"#));
        is_narrower(&child, &[ruled(r#"{"length":{"min":40}}"#)]);
        let Narrowing::Wider { witness, .. } = narrower(&child, &[ruled(r#"{"glob":"**","length":{"max":39}}"#)])
        else {
            panic!("{glob} is not found wider");
        };
        let text = witness.attempt.param("p").map(ToString::to_string).unwrap_or_default();
        assert_eq!(text.len(), 42, "{text}");
    }
}

#[test]
fn a_rule_without_an_admitted_length_is_narrower_than_every_rule() {
    let never = ruled(r#"{"length":{"min":2,"max":1}}"#);
    is_narrower(&never, &[ruled(r#"{"eq":true}"#)]);
    let once = ruled(r#"{"length":{"min":2,"max":2}}"#);
    for other in [r#"{"eq":true}"#, r#"{"not_in":[true]}"#] {
        assert_ne!(narrower(&once, &[ruled(other)]), Narrowing::Narrower, "{other}");
    }
}
