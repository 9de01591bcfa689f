//! What is remembered, under which key, and what makes room for what.

use super::{Cache, SETS, Versions, index};
use crate::support;
use crate::writ::Writ;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::limits::CACHED_WRITS;
use edgewrit_shared::token::{Expect, Unverified};

const NOW: Versions = Versions { keys: 1, config: 1 };

fn token(number: usize) -> String {
    let mut claims = support::claims(support::grants(&[
        r#"{"type":"writ","actions":["a"],"resources":["r"]}"#,
    ]));
    claims.jti = format!("jti-{number}");
    support::writ(&claims)
}

fn writ(token: &str) -> Arc<Writ> {
    let expect = Expect {
        issuer: support::ISSUER,
        audience: support::AUDIENCE,
        life_max: 600,
    };
    let snapshot = support::snapshot(support::NOW, Vec::new());
    let verified = Unverified::parse(token)
        .unwrap()
        .verify(&expect, &snapshot, support::NOW)
        .unwrap();
    Arc::new(Writ::new(token, verified))
}

/// Three tokens that share an index.
fn rivals() -> [String; 3] {
    let mut sets: Vec<Vec<String>> = (0..SETS).map(|_| Vec::new()).collect();
    for number in 0.. {
        let token = token(number);
        let set = &mut sets[index(&token)];
        set.push(token);
        if let [one, two, three] = set.as_slice() {
            return [one.clone(), two.clone(), three.clone()];
        }
    }
    panic!("the numbers ran out")
}

#[test]
fn a_writ_is_found_by_its_whole_text_under_its_versions() {
    let mut cache = Cache::new();
    let (known, other) = (token(1), token(2));
    assert!(cache.find(&known, NOW).is_none());
    cache.keep(writ(&known), NOW);
    assert_eq!(cache.find(&known, NOW).unwrap().token.expose(), known);
    assert!(cache.find(&other, NOW).is_none());
    assert!(cache.find(&format!("x{known}"), NOW).is_none());
    assert!(cache.find(&known, Versions { keys: 2, ..NOW }).is_none());
    assert!(cache.find(&known, Versions { config: 2, ..NOW }).is_none());
    assert!(cache.find("", NOW).is_none());
}

#[test]
fn a_writ_takes_its_own_place_under_new_versions() {
    let mut cache = Cache::new();
    let [one, two, _] = rivals();
    let later = Versions { keys: 2, ..NOW };
    cache.keep(writ(&one), NOW);
    cache.keep(writ(&two), NOW);
    cache.keep(writ(&one), later);
    assert!(cache.find(&one, later).is_some());
    assert!(cache.find(&one, NOW).is_none());
    assert!(cache.find(&two, NOW).is_some(), "nothing else made room");
}

#[test]
fn two_writs_of_one_index_are_kept_and_a_third_replaces_the_one_not_used() {
    let [one, two, three] = rivals();
    for (used, gone) in [(&one, &two), (&two, &one)] {
        let mut cache = Cache::new();
        cache.keep(writ(&one), NOW);
        cache.keep(writ(&two), NOW);
        assert!(cache.find(gone, NOW).is_some());
        assert!(cache.find(used, NOW).is_some());
        cache.keep(writ(&three), NOW);
        assert!(cache.find(gone, NOW).is_none());
        assert!(cache.find(used, NOW).is_some());
        assert!(cache.find(&three, NOW).is_some());
    }
}

#[test]
fn the_index_spreads_signatures_over_the_sets() {
    let mut hit = [false; SETS];
    for number in 0..CACHED_WRITS {
        hit[index(&token(number))] = true;
    }
    let used = hit.iter().filter(|hit| **hit).count();
    assert!(used > SETS / 2, "{used} of {SETS}");
}
