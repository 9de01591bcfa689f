//! Grants: reading both spellings, patterns, and narrowing against deciding.

use crate::{FuzzTarget, with_text};
use edgewrit_shared::grant::attempt::{Attempt, Param};
use edgewrit_shared::grant::{Decision, Grant, Grants, Narrowing, Pattern, intersect, narrower};
use edgewrit_shared::json::document::{Faults, Node};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::time::UnixSeconds;

const VALUES: usize = 2_000;

fn read(json: &Json) -> Option<Grant> {
    let faults = Faults::new();
    let grant = Grant::read(&Node::root(json, &faults));
    let faults = faults.into_list();
    assert_eq!(grant.is_some(), faults.is_empty(), "{faults:?}");
    grant
}

pub(crate) const SCOPE: FuzzTarget = FuzzTarget {
    name: "scope",
    fuzz: |data| {
        with_text(data, |text| {
            if let Ok(grant) = Grant::from_scope(text) {
                assert_eq!(grant.to_scope().as_deref(), Some(text));
            }
        });
    },
    seeds: &["read:data:*", "a:b:c:d", "read:customers:4*"],
};

pub(crate) const PATTERN: FuzzTarget = FuzzTarget {
    name: "pattern",
    fuzz: |data| {
        with_text(data, |text| {
            let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
            let (second, subject) = rest.split_once('\n').unwrap_or((rest, "a/b"));
            let (Ok(one), Ok(other)) = (Pattern::parse(first), Pattern::parse(second)) else {
                return;
            };
            assert_eq!(Pattern::parse(&one.to_string()).as_ref(), Ok(&one));
            if one.includes(&other) {
                assert!(
                    !other.matches(subject) || one.matches(subject),
                    "{one} {other} {subject}"
                );
                assert_eq!(other.text_outside(&[&one]), None);
            } else {
                let outside = other.text_outside(&[&one]).expect("a failing word");
                assert!(
                    other.matches(&outside) && !one.matches(&outside),
                    "{one} {other} {outside}"
                );
            }
            match one.overlap(&other) {
                Some(text) => assert!(one.matches(&text) && other.matches(&text), "{one} {other} {text}"),
                None => assert!(
                    !one.matches(subject) || !other.matches(subject),
                    "{one} {other} {subject}"
                ),
            }
        });
    },
    seeds: &[
        "s3://*/logs/**\ns3://b/**\ns3://b/logs/x",
        "a*b*ab\n*b\nabab",
        "\\*x\n*\n*x",
    ],
};

pub(crate) const GRANT: FuzzTarget = FuzzTarget {
    name: "grant",
    fuzz: |data| {
        if let Ok(json) = json::parse(data, VALUES)
            && let Some(grant) = read(&json)
        {
            let written = grant.to_json();
            let back = json::parse(written.as_bytes(), VALUES).expect("grants are written as JSON");
            assert_eq!(read(&back).expect("and read back").to_json(), written);
            assert_eq!(
                narrower(&grant, std::slice::from_ref(&grant)),
                Narrowing::Narrower,
                "{written}"
            );
        }
    },
    seeds: &[
        r#"{"type":"writ","actions":["a","b"],"resources":["r/*","s:**"],"rules":{"p":{"min":1,"max":4},"q":{"optional":{"each":{"in":["x",1,true]}}}},"uses":{"max":2},"not_before":5,"not_after":9}"#,
        r#"{"type":"writ","actions":["a"],"resources":["r"],"rules":{"u":{"under":"/a"},"c":{"cidr":"10.0.0.0/8"},"d":{"domain":"*.a.b"},"l":{"length":{"max":3},"glob":"a*"},"n":{"not_in":["x"]},"z":{"absent":true}}}"#,
        r#"{"type":"writ","scope":"read:data:*"}"#,
    ],
};

/// A member of an object as grants; more would only be slow.
fn grants(json: &Json, name: &str) -> Option<Vec<Grant>> {
    match json.member(name)? {
        Json::List(items) if (1..=8).contains(&items.len()) => items.iter().map(read).collect(),
        _ => None,
    }
}

fn param(json: &Json) -> Option<Param> {
    Some(match json {
        Json::Text(text) => Param::Text(text.clone()),
        Json::Number(number) => Param::Number(number.clone()),
        Json::Bool(value) => Param::Bool(*value),
        Json::List(items) => Param::List(items.iter().map(param).collect::<Option<_>>()?),
        Json::Null | Json::Object(_) => return None,
    })
}

fn attempt(json: &Json) -> Option<Attempt> {
    let text = |name| match json.member(name) {
        Some(Json::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let params = match json.member("params") {
        Some(Json::Object(members)) => members.as_slice(),
        _ => &[],
    };
    Some(Attempt {
        action: text("action")?,
        resource: text("resource")?,
        params: params
            .iter()
            .map(|(name, value)| Some((name.clone(), param(value)?)))
            .collect::<Option<_>>()?,
    })
}

/// Whether one of them permits, once uses are counted.
fn permit(grants: &[Grant], attempt: &Attempt, now: UnixSeconds) -> bool {
    let counted = grants.iter().cloned().map(|grant| match grant.uses() {
        Some(uses) if uses.allowance.is_none() => grant.with_allowance("counted".into()),
        _ => grant,
    });
    let counted = Grants::new(counted.collect());
    matches!(counted.decide(attempt, now), Decision::Permit { .. })
}

pub(crate) const NARROW_THEN_PERMIT: FuzzTarget = FuzzTarget {
    name: "narrow_then_permit",
    fuzz: |data| {
        let Ok(json) = json::parse(data, VALUES) else { return };
        let (Some(child), Some(parents)) = (grants(&json, "child"), grants(&json, "parents")) else {
            return;
        };
        let attempt = json.member("attempt").and_then(attempt);
        let now = UnixSeconds(match json.member("at") {
            Some(Json::Number(at)) => at.as_u64().unwrap_or(0),
            _ => 0,
        });
        for one in &child {
            let alone = std::slice::from_ref(one);
            match (narrower(one, &parents), &attempt) {
                (Narrowing::Narrower, Some(attempt)) => {
                    assert!(
                        !permit(alone, attempt, now) || permit(&parents, attempt, now),
                        "{one:?}"
                    );
                }
                (Narrowing::Wider { witness, .. }, _) => {
                    assert!(permit(alone, &witness.attempt, witness.at), "{one:?} {witness:?}");
                    let limited = parents.iter().all(|parent| parent.uses().is_some());
                    assert!(!permit(&parents, &witness.attempt, witness.at) || witness.uses > 1 || limited);
                }
                _ => {}
            }
        }
        let part = intersect(&child, &parents);
        if let Some(attempt) = &attempt {
            let both = permit(&child, attempt, now) && permit(&parents, attempt, now);
            let within = permit(&part.grants, attempt, now);
            assert!(!within || both, "{part:?}");
            assert!(!both || within || !part.whole, "{part:?}");
        }
    },
    seeds: &[
        r#"{"child":[{"type":"writ","actions":["a"],"resources":["r/*"],"rules":{"p":{"in":[1,2]}}}],"parents":[{"type":"writ","actions":["a","b"],"resources":["r/**"],"rules":{"p":{"min":1}},"uses":{"max":3}},{"type":"writ","scope":"a:r:*"}],"attempt":{"action":"a","resource":"r/x","params":{"p":1}},"at":5}"#,
        r#"{"child":[{"type":"writ","actions":["a"],"resources":["*b*"],"not_after":9}],"parents":[{"type":"writ","actions":["a"],"resources":["a*"],"not_before":3}],"attempt":{"action":"a","resource":"ab"},"at":4}"#,
    ],
};
