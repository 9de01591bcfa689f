//! The most expensive inputs within the limits of the language take bounded time. Each bound is
//! about ten times the measured time and excludes growth of another order. `cargo xtask laws` runs
//! the full size.

use crate::cases::made::{is_long, report};
use crate::support::{NOW, attempt, grant};
use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::grant::{Decision, Grant, Grants, Narrowing, narrower};
use edgewrit_shared::limits::{
    ACTIONS_PER_GRANT, GRANTS_PER_CEILING, GRANTS_PER_WRIT, IN_VALUES, JSON_DEPTH, JSON_VALUES, PATTERN_BYTES,
    RESOURCES_PER_GRANT, RULES_PER_GRANT,
};
use std::time::{Duration, Instant};

/// Runs `work` within a time limit.
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
#[track_caller]
fn within<T>(seconds: u64, what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let made = work();
    let took = begun.elapsed();
    report(&format!("{what} took {took:?}"));
    assert!(took < Duration::from_secs(seconds), "{what} took {took:?}");
    made
}

/// A tenth of `full`, or `full` in the long form of the tests.
fn many(full: usize) -> usize {
    if is_long() { full } else { full / 10 }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| format!("{item:?}")).collect();
    format!("[{}]", items.join(","))
}

/// `count` names, numbered from `first`.
fn names(first: usize, count: usize) -> String {
    list((first..first + count).map(|number| format!("name-{number}")))
}

fn of(actions: &str, resources: &str, more: &str) -> Grant {
    grant(&format!(
        r#"{{"type":"writ","actions":{actions},"resources":{resources}{more}}}"#
    ))
}

fn ruled(rules: impl Iterator<Item = String>) -> Grant {
    let rules: Vec<String> = rules
        .enumerate()
        .map(|(index, rule)| format!(r#""p{index}":{rule}"#))
        .collect();
    of(r#"["a"]"#, r#"["r"]"#, &format!(r#","rules":{{{}}}"#, rules.join(",")))
}

/// `rule` about the elements of lists in lists.
fn nested(depth: usize, rule: &str) -> String {
    format!("{}{rule}{}", r#"{"each":"#.repeat(depth), "}".repeat(depth))
}

fn is_refused(grants: &Grants, attempt: &Attempt) -> bool {
    matches!(grants.decide(attempt, NOW), Decision::Refuse(_))
}

/// Deepest nesting of rules in a grant: below `rules`, the parameter and a list of values.
const RULE_DEPTH: usize = JSON_DEPTH - 5;

#[test]
fn as_many_grants_resources_and_rules_as_there_can_be() {
    // The matcher tries every place of the text, and fails late at each.
    let begun = format!("*{}b", "a".repeat(PATTERN_BYTES / 2));
    let values = names(0, IN_VALUES);
    let one = |number: usize| {
        let resources = (1..RESOURCES_PER_GRANT).map(|index| format!("{begun}{number}-{index}*"));
        let rules: Vec<String> = (0..RULES_PER_GRANT)
            .map(|index| format!(r#""p{index}":{{"in":{values},"glob":"*m*e*","not_in":["name-{number}"]}}"#))
            .collect();
        // Patterns are tried in the order of their spelling.
        let resources = list(resources.chain(["a**".into()]));
        of(r#"["a"]"#, &resources, &format!(r#","rules":{{{}}}"#, rules.join(",")))
    };
    let grants = Grants::new((0..many(GRANTS_PER_WRIT)).map(one).collect());
    let params: Vec<String> = (0..RULES_PER_GRANT)
        .map(|index| format!(r#""p{index}":"name-0""#))
        .collect();
    let params = format!("{{{}}}", params.join(","));
    let attempt = attempt("a", &"a".repeat(PATTERN_BYTES), &params);
    assert!(!within(1, "a permit", || is_refused(&grants, &attempt)));
    let unknown = Attempt {
        params: vec![("p0".into(), Param::Text("name".into()))],
        ..attempt
    };
    assert!(within(1, "a refusal", || is_refused(&grants, &unknown)));
}

#[test]
fn as_many_values_as_a_document_holds_under_each() {
    let rule = format!(r#"{{"each":{{"in":{}}}}}"#, names(0, IN_VALUES));
    let grants = Grants::new(vec![ruled(std::iter::once(rule))]);
    let value = |text: &str| Param::Text(text.into());
    let mut values = vec![value("name-99"); JSON_VALUES];
    values.push(value("name"));
    let attempt = Attempt {
        action: "a".into(),
        resource: "r".into(),
        params: vec![("p0".into(), Param::List(values))],
    };
    assert!(within(1, "a refusal", || is_refused(&grants, &attempt)));
}

#[test]
fn rules_within_rules_to_the_depth_of_a_document() {
    let grants = Grants::new(vec![ruled(std::iter::once(nested(RULE_DEPTH, r#"{"in":["x","y"]}"#)))]);
    let innermost = Param::List(vec![Param::Text("x".into()); JSON_VALUES]);
    let mut value = Param::List(vec![innermost, Param::List(vec![Param::Text("z".into())])]);
    for _ in 2..RULE_DEPTH {
        value = Param::List(vec![value]);
    }
    let attempt = Attempt {
        action: "a".into(),
        resource: "r".into(),
        params: vec![("p0".into(), value)],
    };
    assert!(within(1, "a refusal", || is_refused(&grants, &attempt)));
}

/// The cost grows with the fourth power of the depth.
#[test]
fn narrowing_of_rules_within_rules() {
    let deepest = if is_long() { RULE_DEPTH } else { RULE_DEPTH / 3 };
    for (depth, child, parent) in [
        (deepest, r#"{"min":1,"max":2}"#.into(), r#"{"in":[1,2]}"#.into()),
        (deepest, r#"{"glob":"/a/*"}"#.into(), r#"{"under":"/a"}"#.into()),
        (
            deepest,
            r#"{"glob":"**"}"#.into(),
            format!(r#"{{"not_in":{}}}"#, names(0, many(IN_VALUES))),
        ),
        (
            4,
            format!(r#"{{"in":{}}}"#, names(0, IN_VALUES)),
            format!(r#"{{"in":{}}}"#, names(1, IN_VALUES)),
        ),
    ] {
        let grant = |rule: &str| ruled(std::iter::once(nested(depth, rule)));
        let (child, parents) = (grant(&child), [grant(&parent)]);
        let narrowing = within(30, &format!("{depth} levels of `{parent:.20}`"), || {
            narrower(&child, &parents)
        });
        assert_ne!(narrowing, Narrowing::Narrower);
    }
}

/// Every parent has the action and a pattern in common with the child. No parent covers it, nor do
/// all together.
#[test]
fn narrowing_against_the_largest_ceiling_that_overlaps_everywhere() {
    let parents = |one: &dyn Fn(usize) -> Grant| -> Vec<Grant> { (0..many(GRANTS_PER_CEILING)).map(one).collect() };
    let not_narrower = |what: &str, child: &Grant, parents: &[Grant]| {
        let narrowing = within(60, what, || narrower(child, parents));
        assert_ne!(narrowing, Narrowing::Narrower, "{what}");
    };
    let ending = |letter: &str, count: usize| list((0..count).map(|number| format!("{letter}{number}*")));
    let child = of(
        &names(0, ACTIONS_PER_GRANT),
        &ending("r", RESOURCES_PER_GRANT),
        r#","rules":{"p":{"glob":"**"}}"#,
    );
    let all_actions = names(0, 8);
    let overlapping = parents(&|number| of(&all_actions, &format!(r#"["*r*r*r*{number}","r*{number}"]"#), ""));
    not_narrower("resources", &child, &overlapping);

    let listed = |first: usize| format!(r#"{{"in":{}}}"#, names(first, IN_VALUES));
    let all_but_one = parents(&|number| ruled(std::iter::once(listed(1 + number % IN_VALUES))));
    not_narrower("lists", &ruled(std::iter::once(listed(0))), &all_but_one);

    let excluding = |number: usize| format!(r#"{{"not_in":{}}}"#, names(number, IN_VALUES));
    let excluded = parents(&|number| ruled(std::iter::once(excluding(number))));
    not_narrower(
        "excluded values",
        &ruled(std::iter::once(r#"{"glob":"**"}"#.into())),
        &excluded,
    );
}

/// Parents of which each excludes a value of another parameter.
#[test]
fn narrowing_with_as_many_lists_as_there_can_be() {
    let listed = |first: usize| format!(r#"{{"in":{}}}"#, names(first, IN_VALUES));
    let child = ruled((0..RULES_PER_GRANT).map(|_| listed(0)));
    let parent = |number: usize| {
        let beside = |index| usize::from(index == number % RULES_PER_GRANT) * (1 + number / RULES_PER_GRANT);
        ruled((0..RULES_PER_GRANT).map(|index| listed(beside(index))))
    };
    let parents: Vec<Grant> = (0..many(2_500)).map(parent).collect();
    let narrowing = within(60, "sixteen lists", || narrower(&child, &parents));
    assert_ne!(narrowing, Narrowing::Narrower);
}
