//! Every level that ends a writ, and the repeated check of a verified writ.

use super::verify;
use crate::bundle::Bundle;
use crate::bundle::revocation::{Level, Revocation, Target};
use crate::limits::CLOCK_TOLERANCE;
use crate::support::{self, LIFE, NOW, TestSigner};
use crate::time::UnixSeconds;
use crate::token::claims::Claims;
use crate::token::{Expect, TokenError, Unverified};
use std::borrow::ToOwned;
use std::vec::Vec;

fn revocation(level: Level<'_>, cut: UnixSeconds) -> Revocation {
    Revocation {
        target: Target::of(level),
        cut,
        expires: cut.plus(LIFE),
    }
}

#[test]
fn every_level_that_names_a_writ_revokes_it() {
    let claims = Claims {
        anc: Vec::from(["root".to_owned(), "parent".to_owned()]),
        ..support::claims()
    };
    let token = support::writ(&claims);
    let kid = TestSigner::writs().kid();
    let task = Level::Task {
        client_id: "planner",
        task_id: "task-1",
    };
    let levels = [
        (Level::All, "all"),
        (Level::Key(&kid), "key"),
        (Level::Client("planner"), "client"),
        (task, "task"),
        (Level::Agent(&claims.sub), "agent"),
        (Level::Chain("root"), "chain"),
        (Level::Lineage("lineage-1"), "lineage"),
        (Level::Lineage("parent"), "lineage"),
        (Level::Lineage("root"), "lineage"),
        (Level::Writ("writ-1"), "writ"),
    ];
    for (level, name) in levels {
        let check = |cut: UnixSeconds| {
            let snapshot = support::snapshot_with(Vec::from([revocation(level, cut)]));
            Unverified::parse(&token)
                .unwrap()
                .verify(&support::expect(), &snapshot, NOW)
                .map(|_| ())
        };
        assert_eq!(check(NOW), Err(TokenError::Revoked { level: name }), "{level:?}");
        assert_eq!(
            check(UnixSeconds(NOW.0 - 1)),
            Ok(()),
            "{level:?} before the writ was issued"
        );
    }
}

#[test]
fn a_level_that_names_another_writ_does_not_revoke() {
    let others = [
        Level::Chain("lineage-2"),
        Level::Chain("parent"),
        Level::Lineage("writ-1"),
        Level::Writ("lineage-1"),
        Level::Client("task-1"),
        Level::Task {
            client_id: "task-1",
            task_id: "planner",
        },
        Level::Task {
            client_id: "other",
            task_id: "task-1",
        },
        Level::Key("other"),
        Level::Agent("planner"),
    ];
    let snapshot = support::snapshot_with(others.map(|level| revocation(level, NOW)).to_vec());
    let token = support::writ(&support::claims());
    assert!(
        Unverified::parse(&token)
            .unwrap()
            .verify(&support::expect(), &snapshot, NOW)
            .is_ok()
    );
}

#[test]
fn the_root_lineage_of_a_writ_without_ancestors_is_its_own() {
    let snapshot = support::snapshot_with(Vec::from([revocation(Level::Chain("lineage-1"), NOW)]));
    let refused =
        Unverified::parse(&support::writ(&support::claims()))
            .unwrap()
            .verify(&support::expect(), &snapshot, NOW);
    assert_eq!(refused.unwrap_err(), TokenError::Revoked { level: "chain" });
}

#[test]
fn a_verified_writ_is_checked_again_at_every_use() {
    let verified = verify(&support::writ(&support::claims())).unwrap();
    let snapshot = support::snapshot(&support::bundle());
    let check = |expect: &Expect<'_>, now| {
        verified
            .check_validity(expect, &snapshot, now)
            .map_err(|error| error.label())
    };
    let expect = support::expect();
    assert_eq!(check(&expect, NOW), Ok(()));
    assert_eq!(check(&expect, UnixSeconds(NOW.0 + LIFE - 1)), Ok(()));
    assert_eq!(check(&expect, NOW.plus(LIFE)), Err("token_expired"));
    assert_eq!(check(&expect, UnixSeconds(NOW.0 - CLOCK_TOLERANCE)), Ok(()));
    assert_eq!(
        check(&expect, UnixSeconds(NOW.0 - CLOCK_TOLERANCE - 1)),
        Err("token_not_yet")
    );
    assert_eq!(
        check(
            &Expect {
                issuer: "other",
                ..expect
            },
            NOW
        ),
        Err("token_issuer")
    );
    assert_eq!(
        check(
            &Expect {
                audience: "other",
                ..expect
            },
            NOW
        ),
        Err("token_audience")
    );
    assert_eq!(
        check(
            &Expect {
                life_max: LIFE - 1,
                ..expect
            },
            NOW
        ),
        Err("token_life")
    );
}

#[test]
fn a_verified_writ_ends_with_its_key_and_by_revocation() {
    let verified = verify(&support::writ(&support::claims())).unwrap();
    let expect = support::expect();
    let other_key = support::snapshot(&Bundle {
        keys: Vec::from([TestSigner::next().public()]),
        ..support::bundle()
    });
    let refused = verified.check_validity(&expect, &other_key, NOW);
    assert_eq!(
        refused,
        Err(TokenError::Key {
            kid: TestSigner::writs().kid()
        })
    );
    let revoked = support::snapshot_with(Vec::from([revocation(Level::Writ("writ-1"), NOW)]));
    assert_eq!(
        verified.check_validity(&expect, &revoked, NOW),
        Err(TokenError::Revoked { level: "writ" })
    );
}
