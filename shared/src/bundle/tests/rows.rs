//! Revocations: the signed ones, the ones that deltas add, and the ones that whole bundles replace.

use super::{apply, apply_at, apply_document, bundle_with, revocation, rows, signed_with};
use crate::bundle::BundleError;
use crate::bundle::revocation::{Revocation, Rows, RowsError};
use crate::jose::jws::JwsKind;
use crate::support::{self, NOW, TestSigner};
use std::vec::Vec;

#[test]
fn a_delta_adds_rows_and_a_snapshot_replaces_them() {
    let held = apply(None, &bundle_with(|bundle| bundle.rows = rows(&["a"]))).unwrap();
    let next = |from: Option<u64>, jtis: &[&str]| {
        let bundle = bundle_with(|bundle| (bundle.seq, bundle.from, bundle.rows) = (8, from, rows(jtis)));
        apply(Some(&held), &bundle).unwrap().revocations().clone()
    };
    assert_eq!(next(Some(7), &["b"]), rows(&["a", "b"]));
    assert_eq!(next(Some(7), &[]), rows(&["a"]));
    assert_eq!(next(None, &["b"]), rows(&["b"]));
    assert_eq!(next(None, &[]), rows(&[]));
}

#[test]
fn a_delta_forgets_rows_that_have_expired() {
    let held = apply(None, &bundle_with(|bundle| bundle.rows = rows(&["a"]))).unwrap();
    let delta = bundle_with(|bundle| {
        (bundle.seq, bundle.from, bundle.rows) = (8, Some(7), rows(&["b"]));
        bundle.rows = Rows::encode(Vec::from([Revocation {
            expires: NOW.plus(200),
            ..revocation("b")
        }]));
        bundle.fresh_until = NOW.plus(300);
    });
    let later = apply_at(Some(&held), &delta, NOW.plus(100)).unwrap();
    assert_eq!(*later.revocations(), delta.rows);
}

#[test]
fn unsigned_rows_are_refused() {
    let bundle = bundle_with(|bundle| bundle.rows = rows(&["a", "b"]));
    let document = support::document(&bundle);
    let last = document.len() - 1;
    let mut changed = document.clone();
    changed[last] ^= 1;
    let longer = [&document[..], &[0; 24]].concat();
    for other in [
        &changed[..],
        &document[..last],
        &document[..document.len() - 24],
        &longer,
        &document[..document.len() - 48],
    ] {
        assert_eq!(apply_document(other).unwrap_err(), BundleError::RowsDiffer);
    }
    let miscounted = signed_with("\"rows\":0", "\"rows\":1");
    assert_eq!(apply_document(&miscounted).unwrap_err(), BundleError::RowsDiffer);
}

#[test]
fn signed_bytes_that_are_no_rows_are_refused() {
    let sorted = rows(&["a", "b"]);
    let (one, other) = sorted.as_bytes().split_at(24);
    let swapped = [other, one].concat();
    let bundle = bundle_with(|bundle| bundle.rows = sorted.clone());
    let hash = |bytes: &[u8]| {
        use base64::Engine as _;
        use sha2::Digest as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(bytes))
    };
    let payload = bundle.payload().replace(&hash(sorted.as_bytes()), &hash(&swapped));
    let jws = TestSigner::bundles().sign(JwsKind::Bundle, &payload);
    let document = [jws.as_bytes(), b"\n", &swapped].concat();
    assert_eq!(
        apply_document(&document).unwrap_err(),
        BundleError::Rows(RowsError::Order)
    );
}
