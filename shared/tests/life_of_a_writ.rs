//! Writs from the issuer to the edge, through the public interface alone.

#[cfg(test)]
mod support;

use edgewrit_shared::bundle::revocation::{Level, Revocation, Rows, Target};
use edgewrit_shared::bundle::{Bundle, Snapshot};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;
use edgewrit_shared::token::{TokenError, Unverified, Verified};
use support::{LIFE, NOW, TestSigner};

fn verify(claims: &Claims, snapshot: &Snapshot) -> Result<Verified, TokenError> {
    Unverified::parse(&support::writ(claims))?.verify(&support::expect(), snapshot, NOW)
}

fn label(result: Result<Verified, TokenError>) -> &'static str {
    result.map_or_else(|error| error.label(), |_| "valid")
}

/// A delta that ends `level` as of now.
fn ending(level: Level<'_>) -> Bundle {
    let revocation = Revocation {
        target: Target::of(level),
        cut: NOW,
        expires: NOW.plus(LIFE),
    };
    Bundle {
        seq: 8,
        from: Some(7),
        rows: Rows::encode(vec![revocation]),
        ..support::bundle()
    }
}

#[test]
fn a_writ_and_its_delegates_end_with_their_lineage_and_others_do_not() {
    let first = support::snapshot(&support::bundle());
    let parent = support::claims();
    let delegate = Claims {
        lin: "lineage-2".into(),
        anc: vec![parent.lin.clone()],
        jti: "writ-2".into(),
        ..support::claims()
    };
    let unrelated = Claims {
        lin: "lineage-3".into(),
        jti: "writ-3".into(),
        ..support::claims()
    };
    let writs = [&parent, &delegate, &unrelated];
    assert_eq!(writs.map(|claims| label(verify(claims, &first))), ["valid"; 3]);

    let document = support::document(&ending(Level::Lineage(&parent.lin)));
    let second = Snapshot::apply(Some(&first), &document, &support::trust(), NOW).unwrap();
    let revoked = "token_revoked";
    assert_eq!(
        writs.map(|claims| label(verify(claims, &second))),
        [revoked, revoked, "valid"]
    );
}

#[test]
fn a_writ_issued_after_the_cut_is_valid() {
    let document = support::document(&ending(Level::All));
    let held = support::snapshot(&support::bundle());
    let snapshot = Snapshot::apply(Some(&held), &document, &support::trust(), NOW).unwrap();
    let later = Claims {
        iat: NOW.plus(1),
        ..support::claims()
    };
    assert_eq!(label(verify(&support::claims(), &snapshot)), "token_revoked");
    assert_eq!(label(verify(&later, &snapshot)), "valid");
}

#[test]
fn keys_rotate_without_a_refused_writ_and_a_dropped_one_ends_at_once() {
    let (old, new) = (TestSigner::writs().public(), TestSigner::next().public());
    let rotated = Bundle {
        seq: 8,
        keys: vec![old.clone(), new.clone()],
        ..support::bundle()
    };
    let held = support::snapshot(&rotated);
    let verified = verify(&support::claims(), &held).unwrap();

    let dropped = Bundle {
        seq: 9,
        from: Some(8),
        dropped_keys: vec![old.kid().into()],
        ..rotated
    };
    let snapshot = Snapshot::apply(Some(&held), &support::document(&dropped), &support::trust(), NOW).unwrap();
    assert!(snapshot.keys().find(new.kid()).is_some());
    assert_ne!(snapshot.keys_version(), held.keys_version());
    let refused = verified.check_validity(&support::expect(), &snapshot, NOW).unwrap_err();
    assert_eq!(refused.label(), "token_key");
}

#[test]
fn a_signed_writ_passes_the_check_of_the_issuer_until_it_ends() {
    let snapshot = support::snapshot(&support::bundle());
    let verified = verify(&support::claims(), &snapshot).unwrap();
    let is_valid = |now| verified.check_validity(&support::expect(), &snapshot, now).is_ok();
    assert!(is_valid(UnixSeconds(NOW.0 + LIFE - 1)));
    assert!(!is_valid(NOW.plus(LIFE)));
}
