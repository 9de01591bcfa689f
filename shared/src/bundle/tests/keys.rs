//! The keys of an edge after a bundle.

use super::{apply, bundle_with, held};
use crate::jose::keys::PublicKey;
use crate::limits::BUNDLE_KEYS;
use crate::support::{NOW, TestSigner};
use std::borrow::ToOwned;
use std::string::ToString;
use std::vec::Vec;

#[test]
fn dropped_keys_win_over_keys() {
    let (kept, dropped) = (TestSigner::writs().public(), TestSigner::next().public());
    let bundle = bundle_with(|bundle| {
        bundle.keys = Vec::from([kept.clone(), dropped.clone()]);
        bundle.dropped_keys = Vec::from([dropped.kid().to_owned(), "unheard of".to_owned()]);
    });
    let snapshot = apply(None, &bundle).unwrap();
    assert_eq!(snapshot.keys().find(kept.kid()), Some(&kept));
    assert_eq!(snapshot.keys().find(dropped.kid()), None);
    assert_eq!(snapshot.keys_version(), held().keys_version());
}

#[test]
fn a_delta_drops_keys_that_it_omits() {
    let delta = bundle_with(|bundle| {
        (bundle.seq, bundle.from) = (8, Some(7));
        bundle.keys = Vec::from([TestSigner::next().public()]);
    });
    let snapshot = apply(Some(&held()), &delta).unwrap();
    assert!(snapshot.keys().find(&TestSigner::writs().kid()).is_none());
    assert!(snapshot.keys().find(&TestSigner::next().kid()).is_some());
}

#[test]
fn a_key_that_signs_bundles_signs_no_writs() {
    for dropped_keys in [Vec::new(), Vec::from([TestSigner::bundles().kid()])] {
        let bundle = bundle_with(|bundle| {
            bundle.keys.push(TestSigner::bundles().public());
            bundle.dropped_keys = dropped_keys;
        });
        let refused = apply(None, &bundle).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "payload: /keys/1: a pinned key, which signs bundles and nothing else"
        );
    }
}

#[test]
fn keys_are_distinct_and_bounded() {
    let keys = |count: usize| -> Vec<PublicKey> {
        (0..count)
            .map(|n| TestSigner::numbered(n as u8 + 100).public())
            .collect()
    };
    let with = |keys: Vec<PublicKey>| apply(None, &bundle_with(|bundle| bundle.keys = keys));
    assert!(with(keys(BUNDLE_KEYS)).is_ok());
    let refused = with(keys(BUNDLE_KEYS + 1)).unwrap_err();
    assert_eq!(refused.to_string(), "payload: /keys: 65 elements, the limit is 64");
    let twice = [keys(2), keys(1)].concat();
    assert_eq!(
        with(twice).unwrap_err().to_string(),
        "payload: /: `keys` holds a key twice"
    );
    let dropped = |count: usize| {
        apply(
            None,
            &bundle_with(|bundle| bundle.dropped_keys = Vec::from_iter((0..count).map(|n| n.to_string()))),
        )
    };
    assert!(dropped(BUNDLE_KEYS).is_ok());
    assert_eq!(dropped(BUNDLE_KEYS + 1).unwrap_err().label(), "bundle_payload");
}

#[test]
fn the_version_of_the_keys_depends_only_on_the_set() {
    let version = |seeds: &[u8]| {
        let keys = seeds.iter().map(|seed| TestSigner::numbered(*seed).public()).collect();
        apply(None, &bundle_with(|bundle| bundle.keys = keys))
            .unwrap()
            .keys_version()
    };
    assert_eq!(version(&[8, 9]), version(&[9, 8]));
    let mut versions = [version(&[]), version(&[8]), version(&[9]), version(&[8, 9])];
    versions.sort_unstable();
    assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
    assert!(versions[0] > u64::from(u32::MAX), "all 64 bits are used: {versions:?}");
    let refreshed = apply(Some(&held()), &bundle_with(|bundle| bundle.issued_at = NOW.plus(1))).unwrap();
    assert_eq!(refreshed.keys_version(), held().keys_version());
}
