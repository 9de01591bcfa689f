//! The laws of the language, each over many generated cases, against the naive evaluator. Every
//! test checks that its cases are of both sorts: a law without a case would hold too easily.

use crate::cases::listed::is_listed;
use crate::cases::made::{Choices, attempt_near, cases, grant, moment, report};
use crate::cases::naive;
use crate::cases::steps::{step, without_nulls};
use crate::support;
use crate::support::{NOW, grant as read, permits};
use edgewrit_shared::grant::{Decision, Grant, Grants, Narrowing, Witness, intersect, narrower};
use serde_json::{Value, json};
use std::fmt;

fn compiled(grant: &Value) -> Grant {
    read(&grant.to_string())
}

fn some_grants(choices: &mut Choices, most: usize) -> Vec<Value> {
    (0..=choices.below(most)).map(|_| grant(choices)).collect()
}

/// The counts of two answers; both must be frequent.
struct Balance {
    what: &'static str,
    yes: u64,
    no: u64,
}

impl Balance {
    /// Counts of zero; `what` names the subject of the answers.
    fn of(what: &'static str) -> Self {
        Self { what, yes: 0, no: 0 }
    }

    fn count(&mut self, answer: bool) {
        *(if answer { &mut self.yes } else { &mut self.no }) += 1;
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, yes, no } = self;
        write!(f, "{} {what}: {yes} yes, {no} no", yes + no)
    }
}

impl Drop for Balance {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let least = (self.yes + self.no) / 50;
            assert!(self.yes > least && self.no > least, "{self}");
            report(&format!("{self}"));
        }
    }
}

#[test]
fn decisions_agree_with_the_naive_evaluator_in_any_order() {
    let mut balance = Balance::of("decisions, permitted");
    for seed in cases(4_000) {
        let mut choices = Choices::new(seed);
        let grants = some_grants(&mut choices, 4);
        let attempt = attempt_near(choices.pick(&grants), &mut choices);
        let now = moment(&mut choices);
        let permitting: Vec<&Value> = grants
            .iter()
            .filter(|grant| naive::permits(grant, &attempt, now))
            .collect();
        let compiled: Vec<Grant> = grants.iter().map(compiled).collect();
        let back = Grants::new(compiled.iter().rev().cloned().collect());
        let forth = Grants::new(compiled);
        let decision = forth.decide(&attempt, now);
        assert_eq!(decision, back.decide(&attempt, now), "{seed}");
        match decision {
            Decision::Permit { grant, spend } => {
                let least = permitting.iter().map(|grant| self::compiled(grant)).min();
                assert_eq!(Some(grant), least.as_ref(), "{seed}: {grants:?} {attempt:?}");
                let free = permitting.iter().any(|grant| grant["uses"].is_null());
                assert_eq!(spend.is_needed(), !free, "{seed}");
                assert_eq!(spend.allowances().next().is_some(), !free, "{seed}");
            }
            Decision::Refuse(_) => assert!(permitting.is_empty(), "{seed}: {grants:?} {attempt:?}"),
        }
        balance.count(!permitting.is_empty());
    }
}

/// Some parents, and a child made of one of them by a few steps, mostly but not all narrowing.
fn related(choices: &mut Choices) -> (Value, Vec<Value>) {
    let parents = some_grants(choices, 3);
    let mut child = choices.pick(&parents).clone();
    for _ in 0..choices.below(3) {
        child = step(&child, choices);
    }
    widen(&mut child, choices);
    (child, parents)
}

#[test]
fn some_parent_permits_every_attempt_of_a_narrower_child() {
    let mut narrowings = Balance::of("pairs, narrower");
    let mut permits = Balance::of("attempts, permitted");
    for seed in cases(6_000) {
        let mut choices = Choices::new(seed);
        let (child, parents) = related(&mut choices);
        let compiled_parents: Vec<Grant> = parents.iter().map(compiled).collect();
        let is_narrower = narrower(&compiled(&child), &compiled_parents) == Narrowing::Narrower;
        narrowings.count(is_narrower);
        if !is_narrower {
            continue;
        }
        for _ in 0..4 {
            let attempt = attempt_near(&child, &mut choices);
            let now = moment(&mut choices);
            let permitted = naive::permits(&child, &attempt, now);
            let covered = parents.iter().any(|parent| naive::permits(parent, &attempt, now));
            assert!(
                !permitted || covered,
                "{seed}: {child} permits {attempt:?}, not {parents:?}"
            );
            permits.count(permitted);
        }
    }
}

/// Puts a part of another grant into `grant`, most often.
fn widen(grant: &mut Value, choices: &mut Choices) {
    let other = self::grant(choices);
    if grant["scope"].is_string() || other["scope"].is_string() {
        return;
    }
    let Some(members) = grant.as_object_mut() else { return };
    let member = *choices.pick(&[
        "actions",
        "resources",
        "rules",
        "uses",
        "not_before",
        "not_after",
        "none",
    ]);
    match other.get(member) {
        Some(value) => drop(members.insert(member.into(), value.clone())),
        None if member != "none" => drop(members.remove(member)),
        None => {}
    }
    let end = grant["not_after"].as_u64().unwrap_or(u64::MAX);
    if grant["not_before"].as_u64().is_some_and(|first| end <= first) {
        grant["not_after"] = json!(grant["not_before"].as_u64().unwrap() + 1);
    }
    without_nulls(grant);
}

/// A witness is true: the child permits it so many times, and the parents together do not. If brute
/// force finds a witness, the check finds one too.
#[test]
fn a_witness_is_permitted_by_the_child_and_by_no_parent() {
    let mut answers = Balance::of("pairs, narrower");
    let mut shown = Balance::of("pairs that are not, shown by a witness");
    for seed in cases(6_000) {
        let mut choices = Choices::new(seed);
        let (child, parents) = related(&mut choices);
        let compiled_parents: Vec<Grant> = parents.iter().map(compiled).collect();
        let answer = narrower(&compiled(&child), &compiled_parents);
        answers.count(answer == Narrowing::Narrower);
        match answer {
            Narrowing::Narrower => {}
            Narrowing::Wider { witness, .. } => {
                shown.count(true);
                let Witness { attempt, at, uses } = &*witness;
                let own = naive::permits_uses(std::slice::from_ref(&child), attempt, *at);
                let most = naive::permits_uses(&parents, attempt, *at);
                assert!(
                    own >= *uses && most < *uses,
                    "{seed}: {child} in {parents:?}: {witness:?}"
                );
            }
            Narrowing::Unproven { reason } => {
                shown.count(false);
                assert!(is_listed(&child, &parents), "{seed}: {child} in {parents:?}: {reason}");
            }
        }
    }
}

#[test]
fn every_narrowing_step_is_answered_narrower() {
    let mut changed = Balance::of("steps, changing something");
    for seed in cases(6_000) {
        let mut choices = Choices::new(seed);
        let parent = grant(&mut choices);
        let child = step(&parent, &mut choices);
        let (parent, child) = (compiled(&parent), compiled(&child));
        assert_eq!(
            narrower(&child, std::slice::from_ref(&parent)),
            Narrowing::Narrower,
            "{seed}: {child:?} {parent:?}"
        );
        changed.count(child != parent);
    }
}

#[test]
fn narrowing_is_reflexive_and_transitive_and_monotone() {
    let is_narrower = |child: &Grant, parents: &[Grant]| narrower(child, parents) == Narrowing::Narrower;
    let mut related = Balance::of("triples, each within the next");
    for seed in cases(4_000) {
        let mut choices = Choices::new(seed);
        let greatest = grant(&mut choices);
        let mut middle = step(&greatest, &mut choices);
        widen(&mut middle, &mut choices);
        let mut least = step(&middle, &mut choices);
        widen(&mut least, &mut choices);
        let (greatest, middle, least) = (compiled(&greatest), compiled(&middle), compiled(&least));
        assert!(is_narrower(&greatest, std::slice::from_ref(&greatest)), "{seed}");
        let both =
            is_narrower(&least, std::slice::from_ref(&middle)) && is_narrower(&middle, std::slice::from_ref(&greatest));
        assert!(
            !both || is_narrower(&least, std::slice::from_ref(&greatest)),
            "{seed}: {least:?} {middle:?} {greatest:?}"
        );
        assert!(
            !both || is_narrower(&least, &[compiled(&grant(&mut choices)), greatest]),
            "{seed}"
        );
        related.count(both);
    }
}

#[test]
fn a_scope_permits_exactly_what_its_grant_permits() {
    let mut scoped = Balance::of("grants, with a scope");
    for seed in cases(6_000) {
        let mut choices = Choices::new(seed);
        let grant = grant(&mut choices);
        let Some(scope) = compiled(&grant).to_scope() else {
            scoped.count(false);
            continue;
        };
        scoped.count(true);
        let back = Grant::from_scope(&scope).unwrap();
        for _ in 0..8 {
            let attempt = attempt_near(&grant, &mut choices);
            assert_eq!(
                permits(&back, &attempt),
                naive::permits(&grant, &attempt, NOW),
                "{seed}: {scope} {grant} {attempt:?}"
            );
        }
    }
}

#[test]
fn a_written_grant_is_read_as_the_same_grant() {
    let mut scopes = Balance::of("grants, scopes");
    for seed in cases(2_000) {
        let grant = compiled(&grant(&mut Choices::new(seed)));
        assert_eq!(support::grant(&grant.to_json()).to_json(), grant.to_json(), "{seed}");
        scopes.count(grant.to_scope().is_some());
    }
}

/// Everything in the part is within both sides. If the part is complete, it permits everything that
/// both sides permit.
#[test]
fn the_part_permits_the_attempts_that_both_sides_permit() {
    let mut wholes = Balance::of("parts, whole");
    let mut permits = Balance::of("attempts, permitted");
    for seed in cases(3_000) {
        let mut choices = Choices::new(seed);
        let requested = some_grants(&mut choices, 3);
        let mut ceiling = some_grants(&mut choices, 3);
        // A part of one in the other, so that they overlap.
        let mut shared = choices.pick(&requested).clone();
        shared = step(&shared, &mut choices);
        widen(&mut shared, &mut choices);
        ceiling.push(shared);
        let compiled = |grants: &[Value]| -> Vec<Grant> { grants.iter().map(compiled).collect() };
        let part = intersect(&compiled(&requested), &compiled(&ceiling));
        wholes.count(part.whole);
        let written: Vec<Value> = part
            .grants
            .iter()
            .map(|grant| serde_json::from_str(&grant.to_json()).unwrap())
            .collect();
        let sides: Vec<Value> = requested.iter().chain(&ceiling).chain(&written).cloned().collect();
        for _ in 0..4 {
            let attempt = attempt_near(choices.pick(&sides), &mut choices);
            let now = moment(&mut choices);
            let by = |grants: &[Value]| naive::permits_uses(grants, &attempt, now);
            let both = by(&requested) > 0 && by(&ceiling) > 0;
            let within = by(&written) > 0;
            assert!(
                !within || both,
                "{seed}: {written:?} of {requested:?} in {ceiling:?}: {attempt:?}"
            );
            assert!(
                !both || within || !part.whole,
                "{seed}: {written:?} of {requested:?} in {ceiling:?}: {attempt:?}"
            );
            permits.count(both);
        }
    }
}
