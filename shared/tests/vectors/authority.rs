//! Checks of rules, decisions and narrowing.

use super::case::{VectorCase, sorted};
use super::same;
use crate::examples::{attempt, grants, with_rule, with_value};
use crate::support::{NOW, permits};
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_shared::grant::{Decision, Grant, Grants, MissReason, Narrowing, narrower};
use edgewrit_shared::time::UnixSeconds;

pub(crate) fn rule(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&["name", "rule", "rule_json", "value", "value_json", "admits"]);
    let grant = with_rule(&case.value("rule"));
    let admits = permits(&grant, &with_value(&case.value("value")));
    same(&admits, &case.bool("admits"))
}

pub(crate) fn deciding(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&[
        "name",
        "grants",
        "attempt",
        "attempt_json",
        "now",
        "permit",
        "spends",
        "refuse",
        "grant",
    ]);
    let json = case.value("attempt");
    VectorCase(&json).only(&["action", "resource", "params"]);
    let (attempt, written) = (attempt(&json), grants(&case.value("grants")));
    let index = |name: &str| written.get(usize::try_from(case.whole(name)).unwrap());
    let grants = Grants::new(written.clone());
    match grants.decide(&attempt, UnixSeconds(case.whole("now"))) {
        Decision::Permit { grant, spend } if case.has("permit") => {
            same(&Some(grant), &index("permit"))?;
            let spends = sorted(spend.allowances().map(String::from));
            same(&spend.is_needed(), &!spends.is_empty())?;
            same(&spends, &case.set("spends"))
        }
        Decision::Refuse(miss) if case.has("refuse") => {
            same(&class(miss.reason), &case.text("refuse").as_str())?;
            same(&miss.grant.is_some(), &case.has("grant"))?;
            match miss.grant {
                Some(grant) => same(&Some(grant), &index("grant")),
                None => Ok(()),
            }
        }
        decision => Err(format!("{decision:?}")),
    }
}

fn class(reason: MissReason<'_>) -> &'static str {
    match reason {
        MissReason::NoGrants => "no_grants",
        MissReason::Action(_) => "action",
        MissReason::Resource(_) => "resource",
        MissReason::Rules(..) => "rules",
        MissReason::Window(_) => "window",
        MissReason::Uncounted => "uncounted",
    }
}

pub(crate) fn narrowing(case: &VectorCase<'_>) -> Result<(), String> {
    case.only(&["name", "child", "parents", "answer", "witness"]);
    let (child, parents) = (grants(&case.value("child")), grants(&case.value("parents")));
    if case.has("witness") {
        same(&case.text("answer").as_str(), &"wider")?;
        witness(&VectorCase(&case.value("witness")), &child, &parents)?;
    }
    same(&answer(&child, &parents), &case.text("answer").as_str())
}

/// The answer for several children: one that is wider makes all of them wider, and next one that is
/// unproven.
fn answer(children: &[Grant], parents: &[Grant]) -> &'static str {
    let mut answer = "narrower";
    for child in children {
        match narrower(child, parents) {
            Narrowing::Wider { .. } => return "wider",
            Narrowing::Unproven { .. } => answer = "unproven",
            Narrowing::Narrower => {}
        }
    }
    answer
}

fn witness(case: &VectorCase<'_>, child: &[Grant], parents: &[Grant]) -> Result<(), String> {
    case.only(&["action", "resource", "params", "at", "uses"]);
    let now = if case.has("at") {
        UnixSeconds(case.whole("at"))
    } else {
        NOW
    };
    let uses = if case.has("uses") { case.whole("uses") } else { 1 };
    let attempt = attempt(case.0);
    let times = |grant: &Grant| times(grant, &attempt, now);
    let child = child.iter().map(times).max().unwrap_or(0);
    let parents = parents.iter().map(times).fold(0, u64::saturating_add);
    same(&(child >= uses, parents >= uses), &(true, false)).map_err(|found| format!("witness: {found}"))
}

/// The number of times that `grant` permits `attempt`, once the issuer has made its allowance.
fn times(grant: &Grant, attempt: &Attempt, now: UnixSeconds) -> u64 {
    let most = grant.uses().map_or(u64::MAX, |uses| uses.max);
    let counted = Grants::new(vec![grant.clone().with_allowance("al-0".into())]);
    match counted.decide(attempt, now) {
        Decision::Permit { .. } => most,
        Decision::Refuse(_) => 0,
    }
}
