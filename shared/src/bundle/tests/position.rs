//! Time and order of bundles.

use super::{apply, apply_at, bundle_with, held, rows};
use crate::bundle::{BundleError, HeadContradiction, Snapshot};
use crate::limits::BUNDLE_CLOCK_SKEW;
use crate::support::NOW;
use crate::time::UnixSeconds;
use std::borrow::ToOwned;
use std::string::String;

#[test]
fn a_first_delta_is_refused() {
    assert_eq!(
        apply(None, &bundle_with(|bundle| bundle.from = Some(7))).unwrap_err(),
        BundleError::Unfounded
    );
}

#[test]
fn a_bundle_from_the_future_is_a_clock_error() {
    let issued_at = |ahead: u64| bundle_with(|bundle| bundle.issued_at = NOW.plus(ahead));
    assert!(apply(None, &issued_at(BUNDLE_CLOCK_SKEW)).is_ok());
    let refused = apply(None, &issued_at(BUNDLE_CLOCK_SKEW + 1)).unwrap_err();
    assert_eq!(
        refused,
        BundleError::Clock {
            issued_at: NOW.plus(BUNDLE_CLOCK_SKEW + 1),
            now: NOW
        }
    );
}

#[test]
fn a_bundle_that_is_stale_on_arrival_is_refused() {
    let fresh_until = |moment: u64| bundle_with(|bundle| bundle.fresh_until = UnixSeconds(moment));
    assert!(apply(None, &fresh_until(NOW.0 + 1)).is_ok());
    let refused = apply(None, &fresh_until(NOW.0)).unwrap_err();
    assert_eq!(
        refused,
        BundleError::Stale {
            fresh_until: NOW,
            now: NOW
        }
    );
}

#[test]
fn a_snapshot_is_fresh_until_its_end() {
    let snapshot = held();
    assert!(snapshot.is_fresh(NOW));
    assert!(snapshot.is_fresh(NOW.plus(59)));
    assert!(!snapshot.is_fresh(NOW.plus(60)));
    assert!(snapshot.is_fresh(UnixSeconds(NOW.0 - BUNDLE_CLOCK_SKEW)));
    assert!(
        !snapshot.is_fresh(UnixSeconds(NOW.0 - BUNDLE_CLOCK_SKEW - 1)),
        "the clock was set back"
    );
}

/// The result of a bundle with this `seq`, `from` and age (in seconds, relative to the snapshot) on
/// a snapshot with seq 7.
fn after_seven(seq: u64, from: Option<u64>, later: i64) -> Result<String, &'static str> {
    let bundle = bundle_with(|bundle| {
        (bundle.seq, bundle.from) = (seq, from);
        bundle.issued_at = UnixSeconds(NOW.0.checked_add_signed(later).unwrap());
    });
    apply(Some(&held()), &bundle)
        .map(|snapshot| snapshot.position())
        .map_err(|error| error.label())
}

#[test]
fn a_whole_bundle_replaces_older_state() {
    assert_eq!(after_seven(8, None, 0), Ok("e1.8".to_owned()));
    assert_eq!(after_seven(8, None, 1), Ok("e1.8".to_owned()));
    assert_eq!(after_seven(8, None, -1), Err("bundle_old"));
    assert_eq!(after_seven(7, None, 1), Ok("e1.7".to_owned()), "a refreshment");
    assert_eq!(after_seven(7, None, 0), Err("bundle_old"), "the same again");
    assert_eq!(after_seven(7, None, -1), Err("bundle_old"));
    assert_eq!(after_seven(6, None, 1), Err("bundle_old"), "seq went back");
    assert_eq!(after_seven(6, None, 0), Err("bundle_old"));
}

#[test]
fn a_delta_extends_exactly_the_position_of_the_snapshot() {
    assert_eq!(after_seven(8, Some(7), 0), Ok("e1.8".to_owned()));
    assert_eq!(after_seven(90, Some(7), 1), Ok("e1.90".to_owned()));
    assert_eq!(after_seven(7, Some(7), 1), Ok("e1.7".to_owned()), "a refreshment");
    assert_eq!(after_seven(7, Some(7), 0), Err("bundle_old"));
    assert_eq!(after_seven(8, Some(7), -1), Err("bundle_old"));
    assert_eq!(after_seven(6, Some(7), 1), Err("bundle_old"));
    assert_eq!(after_seven(8, Some(6), 1), Err("bundle_gap"));
    assert_eq!(after_seven(9, Some(8), 1), Err("bundle_gap"));
}

#[test]
fn a_new_epoch_takes_a_snapshot_of_later_date() {
    let in_epoch = |from: Option<u64>, issued_at: UnixSeconds| {
        let bundle = bundle_with(|bundle| {
            bundle.epoch = "e2".to_owned();
            (bundle.seq, bundle.from, bundle.issued_at) = (1, from, issued_at);
        });
        apply(Some(&held()), &bundle).map(|snapshot| snapshot.position())
    };
    assert_eq!(in_epoch(None, NOW.plus(1)), Ok("e2.1".to_owned()));
    assert_eq!(in_epoch(None, NOW), Err(BundleError::Old { held: 7 }));
    let epoch = BundleError::Epoch {
        found: "e2".to_owned(),
        held: "e1".to_owned(),
    };
    assert_eq!(in_epoch(Some(7), NOW.plus(1)), Err(epoch));
}

#[test]
fn a_new_epoch_of_higher_seq_is_still_judged_by_its_date() {
    let bundle = bundle_with(|bundle| {
        bundle.epoch = "e2".to_owned();
        (bundle.seq, bundle.issued_at) = (9, NOW);
    });
    assert_eq!(apply(Some(&held()), &bundle).unwrap_err(), BundleError::Old { held: 7 });
}

#[test]
fn the_same_position_with_other_revocations_is_a_fork() {
    let make_bundle = |from, jtis: &[&str], later: u64| {
        bundle_with(|bundle| {
            (bundle.from, bundle.rows) = (from, rows(jtis));
            bundle.issued_at = NOW.plus(later);
        })
    };
    let held = apply(None, &make_bundle(None, &["x"], 0)).unwrap();
    let fork = BundleError::Fork { held: 7 };
    for (from, jtis) in [(None, &["y"][..]), (None, &[]), (None, &["x", "y"]), (Some(7), &["y"])] {
        let refused = apply_at(Some(&held), &make_bundle(from, jtis, 1), NOW.plus(1));
        assert_eq!(refused.unwrap_err(), fork, "{from:?} {jtis:?}");
    }
    for (from, jtis) in [(None, &["x"][..]), (Some(7), &[])] {
        let applied = apply_at(Some(&held), &make_bundle(from, jtis, 1), NOW.plus(1)).unwrap();
        assert_eq!(applied.revocations(), &rows(&["x"]), "{from:?}");
    }
}

#[test]
fn rows_that_have_expired_by_either_clock_make_no_fork() {
    let held = apply(None, &bundle_with(|bundle| bundle.rows = rows(&["x"]))).unwrap();
    let without = |later: u64| {
        bundle_with(|bundle| (bundle.issued_at, bundle.fresh_until) = (NOW.plus(later), NOW.plus(later + 60)))
    };
    // The row expires at NOW + 100.
    for (issued, now, fork) in [(100, 95, false), (99, 100, false), (99, 99, true)] {
        let applied = apply_at(Some(&held), &without(issued), NOW.plus(now));
        assert_eq!(
            applied.is_err(),
            fork,
            "issued after {issued}, applied after {now}: {applied:?}"
        );
    }
}

#[test]
fn an_audit_head_that_goes_back_or_forks_within_an_epoch_is_reported_and_the_bundle_is_applied() {
    let bundle = |epoch: &str, seq: u64, head: &str| {
        bundle_with(|bundle| {
            bundle.epoch = epoch.to_owned();
            bundle.seq = seq;
            bundle.issued_at = NOW.plus(seq);
            bundle.fresh_until = bundle.issued_at.plus(60);
            bundle.audit_head = Some(head.to_owned());
        })
    };
    let mut held: Option<Snapshot> = None;
    for (seq, epoch, head, contradiction, highest) in [
        (1, "a", "10:aa", None, "10:aa"),
        (2, "a", "12:bb", None, "12:bb"),
        (3, "a", "11:cc", Some(HeadContradiction::Back), "12:bb"),
        (4, "a", "12:cc", Some(HeadContradiction::Fork), "12:bb"),
        (5, "a", "13:dd", Some(HeadContradiction::Fork), "12:bb"),
        (6, "b", "4:ee", None, "4:ee"),
    ] {
        let applied = apply_at(held.as_ref(), &bundle(epoch, seq, head), NOW.plus(seq)).unwrap();
        assert_eq!(
            (applied.audit_contradiction(), applied.highest_audit_head()),
            (contradiction, Some(highest)),
            "{head}"
        );
        assert_eq!(applied.audit_head(), Some(head));
        held = Some(applied);
    }
    assert_eq!(held.unwrap().highest_audit_seq(), Some(4));
}
