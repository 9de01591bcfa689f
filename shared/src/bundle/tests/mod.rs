//! Applied and refused bundles, with every boundary of position and time.

use super::{Bundle, BundleError, Snapshot, Trust};
use crate::bundle::revocation::{Level, Revocation, Rows, Target};
use crate::jose::jws::{JwsError, JwsKind};
use crate::jose::keys::PublicKey;
use crate::limits::{BUNDLE_CLOCK_SKEW, BUNDLE_HEAD_BYTES};
use crate::support::{self, ISSUER, NOW, TestSigner};
use crate::time::UnixSeconds;
use proptest::prelude::*;
use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

mod keys;
mod payload;
mod position;
mod refusals;
mod rows;

fn apply_at(held: Option<&Snapshot>, bundle: &Bundle, now: UnixSeconds) -> Result<Snapshot, BundleError> {
    Snapshot::apply(held, &support::document(bundle), &support::trust(), now)
}

fn apply(held: Option<&Snapshot>, bundle: &Bundle) -> Result<Snapshot, BundleError> {
    apply_at(held, bundle, NOW)
}

fn apply_document(document: &[u8]) -> Result<Snapshot, BundleError> {
    Snapshot::apply(None, document, &support::trust(), NOW)
}

fn bundle_with(change: impl FnOnce(&mut Bundle)) -> Bundle {
    let mut bundle = support::bundle();
    change(&mut bundle);
    bundle
}

fn held() -> Snapshot {
    support::snapshot(&support::bundle())
}

fn revocation(jti: &str) -> Revocation {
    Revocation {
        target: Target::of(Level::Writ(jti)),
        cut: NOW,
        expires: NOW.plus(100),
    }
}

fn rows(jtis: &[&str]) -> Rows {
    Rows::encode(jtis.iter().map(|jti| revocation(jti)).collect())
}

/// A correctly signed sample payload in which `to` replaces the text `from`.
fn signed_with(from: &str, to: &str) -> Vec<u8> {
    let bundle = support::bundle();
    let payload = bundle.payload();
    assert!(payload.contains(from), "`{from}` in {payload}");
    bundle.join(&TestSigner::bundles().sign(JwsKind::Bundle, &payload.replace(from, to)))
}

#[test]
fn the_payload_has_its_members_in_a_fixed_order() {
    let key = TestSigner::writs().public().to_bare_jwk(None);
    let bundle = bundle_with(|bundle| {
        bundle.from = Some(6);
        bundle.dropped_keys = Vec::from(["x".to_owned(), "y\"".to_owned()]);
        bundle.audit_head = Some("h".to_owned());
    });
    // SHA-256 of no bytes.
    let expected = format!(
        concat!(
            r#"{{"iss":"{}","epoch":"e1","seq":7,"from":6,"issued_at":{},"fresh_until":{},"keys":[{}],"dropped_keys":["x","y\""],"#,
            r#""audit_head":"h","revocations":{{"rows":0,"sha256":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}}}}"#
        ),
        ISSUER,
        NOW.0,
        NOW.0 + 60,
        key
    );
    assert_eq!(bundle.payload(), expected);
}

#[test]
fn the_document_is_the_jws_a_line_feed_and_the_rows() {
    let bundle = bundle_with(|bundle| bundle.rows = rows(&["a"]));
    assert_eq!(bundle.join("jws"), [b"jws\n", bundle.rows.as_bytes()].concat());
}

#[test]
fn a_first_snapshot_is_applied() {
    let bundle = bundle_with(|bundle| {
        bundle.rows = rows(&["a", "b"]);
        bundle.audit_head = Some("head".to_owned());
    });
    let snapshot = apply(None, &bundle).unwrap();
    assert_eq!(snapshot.position(), "e1.7");
    assert_eq!(snapshot.issued_at(), NOW);
    assert_eq!(snapshot.fresh_until(), NOW.plus(60));
    assert_eq!(snapshot.audit_head(), Some("head"));
    assert_eq!(*snapshot.revocations(), bundle.rows);
    let kids: Vec<&str> = snapshot.keys().iter().map(PublicKey::kid).collect();
    assert_eq!(kids, [TestSigner::writs().kid()]);
    assert_eq!(held().audit_head(), None);
}

#[test]
fn a_document_is_framed_by_a_line_feed_within_the_limit() {
    for broken in [&b""[..], b"abc", b"\xff\n"] {
        assert_eq!(apply_document(broken).unwrap_err(), BundleError::Frame);
    }
    let too_long = [&[b'x'; BUNDLE_HEAD_BYTES + 1][..], b"\n"].concat();
    assert_eq!(apply_document(&too_long).unwrap_err(), BundleError::Frame);
    let longest = &too_long[1..];
    assert_eq!(
        apply_document(longest).unwrap_err(),
        BundleError::Jws(JwsError::Parts { found: 1 })
    );
    assert_eq!(
        apply_document(b"\n").unwrap_err(),
        BundleError::Jws(JwsError::Parts { found: 1 })
    );
}

#[test]
fn only_a_pinned_key_signs_bundles() {
    let bundle = support::bundle();
    let by_another = bundle.join(&TestSigner::unknown().sign(JwsKind::Bundle, &bundle.payload()));
    assert_eq!(
        apply_document(&by_another).unwrap_err(),
        BundleError::Key {
            kid: TestSigner::unknown().kid()
        }
    );
    let by_the_writ_key = bundle.join(&TestSigner::writs().sign(JwsKind::Bundle, &bundle.payload()));
    assert_eq!(
        apply_document(&by_the_writ_key).unwrap_err(),
        BundleError::Key {
            kid: TestSigner::writs().kid()
        }
    );
    let header = format!(
        r#"{{"alg":"EdDSA","kid":"{}","typ":"edgewrit-bundle+jwt"}}"#,
        TestSigner::bundles().kid()
    );
    let in_its_name = bundle.join(&TestSigner::writs().sign_with_header(&header, &bundle.payload()));
    assert_eq!(apply_document(&in_its_name).unwrap_err(), BundleError::Signature);
}

#[test]
fn a_bundle_of_any_pinned_key_is_applied() {
    let trust = Trust {
        pins: Vec::from([TestSigner::next().public(), TestSigner::bundles().public()]),
        ..support::trust()
    };
    let document = support::document(&support::bundle());
    assert!(Snapshot::apply(None, &document, &trust, NOW).is_ok());
    let untrusted = Trust {
        pins: Vec::new(),
        ..trust
    };
    assert!(Snapshot::apply(None, &document, &untrusted, NOW).is_err());
}

#[test]
fn a_writ_is_refused_as_a_bundle() {
    let bundle = support::bundle();
    let writ = bundle.join(&TestSigner::bundles().sign(JwsKind::Writ, &bundle.payload()));
    assert_eq!(apply_document(&writ).unwrap_err().label(), "bundle_malformed");
}

#[test]
fn the_issuer_is_compared_whole() {
    let other = format!("{ISSUER}/");
    let refused = apply(None, &bundle_with(|bundle| bundle.iss = other.clone())).unwrap_err();
    assert_eq!(refused, BundleError::Issuer { found: other });
}

prop_compose! {
    fn any_bundle()(
        epoch in "[a-z\"\\\\é]{1,9}",
        seq in any::<u64>(),
        ahead in 0..=BUNDLE_CLOCK_SKEW,
        seeds in prop::collection::btree_set(10..30_u8, 0..4),
        dropped_keys in prop::collection::vec("[A-Za-z0-9_\"-]{1,43}", 0..3),
        audit_head in prop::option::of("[a-f0-9]{1,64}"),
        revoked in prop::collection::vec("[a-z]{1,3}", 0..9),
    ) -> Bundle {
        Bundle {
            epoch,
            seq,
            issued_at: NOW.plus(ahead),
            keys: seeds.into_iter().map(|seed| TestSigner::numbered(seed).public()).collect(),
            dropped_keys,
            audit_head,
            rows: Rows::encode(revoked.iter().map(|jti| revocation(jti)).collect()),
            ..support::bundle()
        }
    }
}

proptest! {
    #[test]
    fn an_edge_gets_the_bundle_that_the_issuer_signed(bundle in any_bundle()) {
        let snapshot = apply(None, &bundle).unwrap();
        prop_assert_eq!(snapshot.position(), format!("{}.{}", bundle.epoch, bundle.seq));
        prop_assert_eq!(snapshot.issued_at(), bundle.issued_at);
        prop_assert_eq!(snapshot.audit_head(), bundle.audit_head.as_deref());
        prop_assert_eq!(snapshot.revocations(), &bundle.rows);
        let keys: Vec<&PublicKey> = snapshot.keys().iter().collect();
        prop_assert_eq!(keys, Vec::from_iter(&bundle.keys));
    }

    #[test]
    fn a_document_with_any_bit_flipped_is_refused(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let bundle = bundle_with(|bundle| bundle.rows = rows(&["a", "b"]));
        let mut document = support::document(&bundle);
        let at = at.index(document.len());
        document[at] ^= 1 << bit;
        prop_assert!(apply_document(&document).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(apply_document(&bytes).is_err());
    }

    #[test]
    fn no_signed_payload_makes_it_panic(payload in any::<String>()) {
        let document = [TestSigner::bundles().sign(JwsKind::Bundle, &payload).as_bytes(), b"\n"].concat();
        prop_assert!(apply_document(&document).is_err());
    }
}
