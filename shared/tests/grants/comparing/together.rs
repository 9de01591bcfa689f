//! Narrowing against several parents together, and the limits of the search.

use crate::comparing::narrowing::{is_narrower, is_shown, is_unproven, is_wider, limited, of, plain, ruled};
use edgewrit_shared::grant::{Grant, Narrowing, narrower};
use edgewrit_shared::limits::{
    EXACT_PARENTS, GRANTS_PER_CEILING, IN_VALUES, NARROWING_QUESTIONS, RULES_PER_GRANT, WITNESS_PARAMS,
};

/// `count` patterns that begin with `before`, as a grant lists them.
fn numbered(before: &str, count: usize) -> String {
    let patterns: Vec<String> = (0..count).map(|number| format!("\"{before}{number}\"")).collect();
    format!("[{}]", patterns.join(","))
}

/// As many values as a rule may list.
fn many() -> String {
    format!(r#"{{"in":{}}}"#, numbered("v", IN_VALUES))
}

/// Grants that together match every text that begins with `letter`, although none of them does
/// alone. No check can show this.
fn runs_of(letter: &str) -> [Grant; 3] {
    ["*", "*/**", "*:**"].map(|rest| plain(r#"["a"]"#, &format!(r#"["{letter}{rest}"]"#)))
}

#[test]
fn a_witness_wins_over_an_unproven_cell() {
    is_wider(
        &plain(r#"["a"]"#, r#"["x**","y"]"#),
        &runs_of("x"),
        "action `a` on `y` is not granted",
    );
}

#[test]
fn the_first_unproven_cell_is_reported() {
    is_unproven(
        &plain(r#"["a"]"#, r#"["x**","y**"]"#),
        &[runs_of("x"), runs_of("y")].concat(),
        "action `a` on `x**` is not granted",
    );
}

#[test]
fn any_number_of_parents_add_up() {
    let count = 2 * EXACT_PARENTS;
    let parents: Vec<Grant> = (0..count)
        .map(|number| plain(r#"["a"]"#, &format!(r#"["r{number}"]"#)))
        .collect();
    is_narrower(&plain(r#"["a"]"#, &numbered("r", count)), &parents);
}

/// A range of one number needs an exact comparison, which is made with a limited number of parents
/// only.
#[test]
fn useless_parents_do_not_displace_a_useful_one() {
    let child = ruled(r#"{"min":1,"max":1}"#);
    for useless in [plain(r#"["a"]"#, r#"["s"]"#), plain(r#"["b"]"#, r#"["r"]"#)] {
        let mut parents = vec![useless; EXACT_PARENTS];
        parents.push(ruled(r#"{"eq":1}"#));
        is_narrower(&child, &parents);
    }
}

#[test]
fn listed_values_are_shared_only_by_parents_that_grant_the_resource_and_leave_room() {
    let child = ruled(r#"{"in":[1,2]}"#);
    let two = |resources: &str, more: &str| of(r#"["a"]"#, resources, &format!(r#","rules":{{"p":{{"eq":2}}}}{more}"#));
    is_narrower(&child, &[ruled(r#"{"eq":1}"#), two(r#"["r"]"#, "")]);
    for (second, shown) in [
        (two(r#"["s"]"#, ""), r#"`a` on `r` with `{"p":2}`"#),
        (
            two(r#"["r"]"#, r#","uses":{"max":1}"#),
            r#"use 2 of `a` on `r` with `{"p":2}`"#,
        ),
        (
            two(r#"["r"]"#, r#","not_after":5"#),
            r#"`a` on `r` with `{"p":2}` at 5"#,
        ),
    ] {
        is_shown(&child, &[ruled(r#"{"eq":1}"#), second], shown);
    }
}

/// A walk through all choices would leave no question for a witness.
#[test]
fn a_single_parent_is_not_compared_with_every_choice_of_listed_values() {
    let of_three = |first: &str| {
        let rules = format!(r#","rules":{{"p":{first},"q":{},"s":{}}}"#, many(), many());
        of(r#"["a"]"#, r#"["r"]"#, &rules)
    };
    let last = format!("v{}", IN_VALUES - 1);
    let parent = of_three(&format!(r#"{{"in":{}}}"#, numbered("v", IN_VALUES - 1)));
    is_shown(
        &of_three(&many()),
        &[parent],
        &format!(r#"`a` on `r` with `{{"p":"{last}","q":"v0","s":"v0"}}`"#),
    );
}

#[test]
fn parameters_that_only_parents_name_do_not_exhaust_the_search() {
    let parent = |number: usize| {
        of(
            r#"["a"]"#,
            r#"["r"]"#,
            &format!(r#","rules":{{"p{number}":{{"eq":1}}}}"#),
        )
    };
    let parents: Vec<Grant> = (0..=WITNESS_PARAMS).map(parent).collect();
    is_shown(&plain(r#"["a"]"#, r#"["r"]"#), &parents, "`a` on `r`");
}

#[test]
fn the_search_prefers_attempts_that_few_parents_permit() {
    let counted = |rule: &str, uses: u32| {
        let more = format!(r#","rules":{{"p":{rule}}},"uses":{{"max":{uses}}}"#);
        of(r#"["a"]"#, r#"["r"]"#, &more)
    };
    is_shown(
        &counted(r#"{"in":[1,2]}"#, 9),
        &[counted(r#"{"eq":1}"#, 3), counted(r#"{"min":0}"#, 2)],
        r#"use 3 of `a` on `r` with `{"p":2}`"#,
    );
}

/// The parent permits everything on the first text, `r`. A search of every choice of values would
/// leave no question for another text.
#[test]
fn values_that_the_same_parents_permit_are_tried_once() {
    let rules = format!(r#","rules":{{"p":{},"q":{},"s":{}}}"#, many(), many(), many());
    is_shown(
        &of(r#"["a"]"#, r#"["r*"]"#, &rules),
        &[plain(r#"["a"]"#, r#"["r"]"#)],
        r#"`a` on `rx` with `{"p":"v0","q":"v0","s":"v0"}`"#,
    );
}

/// Ten values for each of so many parameters: a walk through all choices would take years.
#[test]
fn too_many_choices_leave_the_answer_unproven() {
    let of_all = |first: &str, others: &str| {
        let others: String = (1..RULES_PER_GRANT)
            .map(|param| format!(r#","p{param}":{others}"#))
            .collect();
        of(r#"["a"]"#, r#"["r"]"#, &format!(r#","rules":{{"p":{first}{others}}}"#))
    };
    let ten = format!(r#"{{"in":{}}}"#, numbered("v", 10));
    let any = r#"{"glob":"v*"}"#;
    let parents = [of_all(r#"{"eq":"v0"}"#, any), of_all(r#"{"not_in":["v0"]}"#, any)];
    let narrowing = narrower(&of_all(&ten, &ten), &parents);
    assert!(matches!(narrowing, Narrowing::Unproven { .. }), "{narrowing}");
}

/// The last parent permits everything that the child permits, but with another allowance. When
/// questions run out, it is not asked.
#[test]
fn an_unanswered_question_is_not_a_refusal() {
    let parents = 1_001;
    let resources = 100;
    assert!(parents <= GRANTS_PER_CEILING && parents * resources > NARROWING_QUESTIONS as usize);
    let mut all = vec![plain(r#"["a"]"#, r#"["s"]"#); parents - 1];
    all.push(of(r#"["a"]"#, r#"["**"]"#, r#","uses":{"max":1,"allowance":"x"}"#));
    is_unproven(
        &of(r#"["a"]"#, &numbered("r", resources), r#","uses":{"max":1}"#),
        &all,
        "action `a` on `r0`: uses are not limited to 1 or fewer of allowance `x`",
    );
    is_narrower(&limited(r#"{"max":1,"allowance":"x"}"#), &all);
}
