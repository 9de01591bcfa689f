//! The entries of the cache, their keys, and their replacement.

use super::{Cache, PLACES, Versions, index_of, tag_of};
use crate::writ::Writ;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::limits::{CACHED_WRIT_BYTES, CACHED_WRITS};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::token::{Expect, Unverified};
use edgewrit_test_issuer as support;

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

/// Two tokens with the same place.
fn rivals() -> [String; 2] {
    let mut places: Vec<Vec<String>> = (0..PLACES).map(|_| Vec::new()).collect();
    for number in 0.. {
        let token = token(number);
        let place = &mut places[index_of(tag_of(&token))];
        place.push(token);
        if let [one, two] = place.as_slice() {
            return [one.clone(), two.clone()];
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
    let [one, two] = rivals();
    let later = Versions { keys: 2, ..NOW };
    cache.keep(writ(&one), NOW);
    cache.keep(writ(&two), NOW);
    cache.keep(writ(&one), later);
    assert!(cache.find(&one, later).is_some());
    assert!(cache.find(&one, NOW).is_none());
    assert!(cache.find(&two, NOW).is_some(), "nothing else made room");
}

/// `number` writs of other tokens, without verification.
fn others(number: usize) -> impl Iterator<Item = Arc<Writ>> {
    let verified = token(0);
    (0..number).map(move |number| {
        let mut other = Arc::into_inner(writ(&verified)).unwrap();
        other.token = Secret::new(token(1_000 + number));
        Arc::new(other)
    })
}

#[test]
fn the_writs_used_last_are_kept_and_an_unused_one_is_forgotten() {
    let mut cache = Cache::new();
    let (used, unused) = (token(1), token(2));
    cache.keep(writ(&used), NOW);
    cache.keep(writ(&unused), NOW);
    for (number, other) in others(2 * CACHED_WRITS).enumerate() {
        cache.keep(other, NOW);
        assert!(cache.find(&used, NOW).is_some(), "after {number} others");
    }
    assert!(cache.find(&unused, NOW).is_none());
    assert!(cache.young.held <= CACHED_WRITS && cache.old.held <= CACHED_WRITS);
}

#[test]
fn long_writs_fill_a_generation_earlier() {
    const LENGTH: usize = 16_000;
    let mut cache = Cache::new();
    for other in others(3 * CACHED_WRIT_BYTES / LENGTH) {
        let mut long = Arc::into_inner(other).unwrap();
        long.token = Secret::new(format!("{}{}", "x".repeat(LENGTH), long.token.expose()));
        cache.keep(Arc::new(long), NOW);
        assert!(
            cache.young.bytes < CACHED_WRIT_BYTES + 2 * LENGTH,
            "{}",
            cache.young.bytes
        );
    }
    assert!(cache.old.held > 0 && cache.old.held < CACHED_WRITS);
}

#[test]
fn the_cache_keeps_the_promised_number_of_writs() {
    let mut cache = Cache::new();
    let writs: Vec<_> = others(CACHED_WRITS).collect();
    for writ in &writs {
        cache.keep(Arc::clone(writ), NOW);
    }
    for _ in 0..3 {
        for writ in &writs {
            assert!(cache.find(writ.token.expose(), NOW).is_some());
        }
    }
}

#[test]
fn the_index_spreads_signatures_over_the_places() {
    let mut hit = [false; PLACES];
    for number in 0..CACHED_WRITS {
        hit[index_of(tag_of(&token(number)))] = true;
    }
    let used = hit.iter().filter(|hit| **hit).count();
    assert!(used > CACHED_WRITS / 2, "{used} of {CACHED_WRITS}");
}
