//! Targets, rows and their look-up.

use super::{Level, ROW_BYTES, Revocation, Rows, RowsError, Target};
use crate::limits::REVOCATIONS;
use crate::time::UnixSeconds;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::format;
use std::string::ToString;
use std::vec::Vec;

fn target(first: u8) -> Target {
    let mut bytes = [0; 16];
    bytes[0] = first;
    Target(bytes)
}

fn revocation(first: u8, cut: u64, expires: u64) -> Revocation {
    Revocation {
        target: target(first),
        cut: UnixSeconds(cut),
        expires: UnixSeconds(expires),
    }
}

fn rows(revocations: &[Revocation]) -> Rows {
    Rows::encode(revocations.to_vec())
}

#[test]
fn a_target_is_the_documented_hash() {
    // printf 'edgewrit-revocation/1\0task\0\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c' | sha256sum
    let task = Level::Task {
        client_id: "ab",
        task_id: "c",
    };
    assert_eq!(hex(Target::of(task)), "628f07f125d13ba0418387c8d970ce1a");
    // printf 'edgewrit-revocation/1\0all\0' | sha256sum
    assert_eq!(hex(Target::of(Level::All)), "c84bf97c59e9f177da4980a74055be9f");
    // printf 'edgewrit-revocation/1\0lineage\0\0\0\0\0\0\0\0\1x' | sha256sum
    assert_eq!(hex(Target::of(Level::Lineage("x"))), "c1c105baf03d3fbb6c3c8dc792a8097f");
}

fn hex(target: Target) -> std::string::String {
    target.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn levels_and_parts_have_distinct_hashes() {
    let task = |client_id, task_id| Level::Task { client_id, task_id };
    let levels = [
        Level::Lineage("a"),
        Level::Writ("a"),
        Level::Agent("a"),
        Level::Chain("a"),
        Level::Client("a"),
        Level::Key("a"),
        Level::All,
        Level::Lineage(""),
        task("a", "b"),
        task("b", "a"),
        task("ab", ""),
        task("", "ab"),
    ];
    let mut targets: Vec<Target> = levels.map(Target::of).to_vec();
    targets.sort_unstable();
    targets.dedup();
    assert_eq!(targets.len(), levels.len());
}

#[test]
fn levels_have_names() {
    let task = Level::Task {
        client_id: "",
        task_id: "",
    };
    let levels = [
        Level::Lineage(""),
        Level::Writ(""),
        Level::Agent(""),
        task,
        Level::Chain(""),
        Level::Client(""),
        Level::Key(""),
        Level::All,
    ];
    let names = ["lineage", "writ", "agent", "task", "chain", "client", "key", "all"];
    assert_eq!(levels.map(Level::name), names);
}

#[test]
fn a_row_is_target_cut_and_expiry_big_endian() {
    let encoded = rows(&[revocation(7, 0x0102_0304, 0x0506_0708)]);
    let mut expected = [0; ROW_BYTES];
    expected[0] = 7;
    expected[16..].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(encoded.as_bytes(), expected);
}

#[test]
fn times_beyond_32_bits_are_written_as_the_last_one() {
    let encoded = rows(&[revocation(7, u64::MAX, 1 << 32)]);
    assert_eq!(encoded.as_bytes()[16..], [0xff; 8]);
}

#[test]
fn writs_issued_up_to_the_cut_are_revoked_and_later_ones_are_not() {
    let rows = rows(&[revocation(1, 10, 99), revocation(3, 20, 99), revocation(5, 30, 99)]);
    for (first, cut) in [(1, 10), (3, 20), (5, 30)] {
        assert!(rows.is_revoked(target(first), UnixSeconds(cut - 1)));
        assert!(rows.is_revoked(target(first), UnixSeconds(cut)));
        assert!(!rows.is_revoked(target(first), UnixSeconds(cut + 1)));
    }
    for first in [0, 2, 4, 6] {
        assert!(!rows.is_revoked(target(first), UnixSeconds(0)));
    }
    assert!(!Rows::default().is_revoked(target(1), UnixSeconds(0)));
}

#[test]
fn the_latest_cut_and_expiry_of_a_target_are_kept() {
    let encoded = rows(&[revocation(1, 10, 99), revocation(1, 30, 40), revocation(1, 20, 50)]);
    assert_eq!(encoded, rows(&[revocation(1, 30, 99)]));
    assert_eq!(encoded.len(), 1);
}

#[test]
fn rows_from_the_wire_are_whole_ascending_and_bounded() {
    let good = rows(&[revocation(1, 10, 99), revocation(2, 10, 99), revocation(3, 10, 99)]);
    let bytes = good.as_bytes();
    assert_eq!(Rows::from_bytes(bytes), Ok(good.clone()));
    assert_eq!(Rows::from_bytes(&[]), Ok(Rows::default()));
    for length in [1, ROW_BYTES - 1, ROW_BYTES + 1, bytes.len() - 1] {
        assert_eq!(Rows::from_bytes(&bytes[..length]), Err(RowsError::Length));
    }
    let swapped = [&bytes[ROW_BYTES..2 * ROW_BYTES], &bytes[..ROW_BYTES]].concat();
    assert_eq!(Rows::from_bytes(&swapped), Err(RowsError::Order));
    let twice = rows(&[revocation(1, 11, 99)]);
    let twice = [&bytes[..ROW_BYTES], twice.as_bytes()].concat();
    assert_eq!(Rows::from_bytes(&twice), Err(RowsError::Order));
}

/// As many rows as requested, each with its own target.
fn many(rows: usize) -> Vec<u8> {
    let row = |number: usize| {
        let mut row = [0; ROW_BYTES];
        row[..8].copy_from_slice(&(number as u64).to_be_bytes());
        row[20..].copy_from_slice(&[0xff; 4]);
        row
    };
    (0..rows).flat_map(row).collect()
}

#[test]
fn the_number_of_rows_has_a_limit() {
    let most = Rows::from_bytes(&many(REVOCATIONS)).unwrap();
    assert_eq!(most.len(), REVOCATIONS);
    assert_eq!(Rows::from_bytes(&many(REVOCATIONS + 1)), Err(RowsError::TooMany));

    let again = Rows::from_bytes(&many(1)).unwrap();
    assert_eq!(most.merge(&again, UnixSeconds(0)).unwrap().len(), REVOCATIONS);
    let one_more = Rows::encode(Vec::from([revocation(0xff, 1, 1_000)]));
    assert_eq!(most.merge(&one_more, UnixSeconds(0)), Err(RowsError::TooMany));
    assert_eq!(
        most.merge(&one_more, UnixSeconds(1_000)).unwrap().len(),
        REVOCATIONS,
        "what has expired does not count"
    );
}

#[test]
fn a_merge_drops_expired_rows() {
    let held = rows(&[revocation(1, 1, 10), revocation(2, 1, 11)]);
    let added = rows(&[revocation(3, 1, 10), revocation(4, 1, 12)]);
    let merged = held.merge(&added, UnixSeconds(10)).unwrap();
    assert_eq!(merged, rows(&[revocation(2, 1, 11), revocation(4, 1, 12)]));
}

#[test]
fn the_number_of_rows_is_reported() {
    assert!(Rows::default().is_empty());
    assert!(!rows(&[revocation(1, 1, 1)]).is_empty());
    assert_eq!(rows(&[revocation(1, 1, 1), revocation(2, 1, 1)]).len(), 2);
}

#[test]
fn messages_name_the_fault() {
    assert_eq!(
        RowsError::Length.to_string(),
        "revocations are not a whole number of rows of 24 bytes"
    );
    assert_eq!(
        RowsError::Order.to_string(),
        "revocations are not in strictly ascending order"
    );
    assert_eq!(RowsError::TooMany.to_string(), "more than 500000 revocations");
}

fn some() -> impl Strategy<Value = Vec<Revocation>> {
    let one = (0..8_u8, 0..20_u64, 1_u64..20).prop_map(|(first, cut, expires)| revocation(first, cut, expires));
    prop::collection::vec(one, 0..12)
}

/// The latest cut by target: the naive look-up.
fn cuts(revocations: &[Revocation]) -> BTreeMap<Target, UnixSeconds> {
    let mut cuts = BTreeMap::new();
    for one in revocations {
        let cut = cuts.entry(one.target).or_insert(one.cut);
        *cut = one.cut.max(*cut);
    }
    cuts
}

proptest! {
    #[test]
    fn rows_answer_as_a_map_does(revocations in some(), first in 0..9_u8, iat in 0..21_u64) {
        let rows = Rows::encode(revocations.clone());
        let expected = cuts(&revocations).get(&target(first)).is_some_and(|cut| iat <= cut.0);
        prop_assert_eq!(rows.is_revoked(target(first), UnixSeconds(iat)), expected);
        prop_assert_eq!(Rows::from_bytes(rows.as_bytes()), Ok(rows));
    }

    #[test]
    fn a_merge_is_the_encoding_of_both(one in some(), other in some()) {
        let merged = Rows::encode(one.clone()).merge(&Rows::encode(other.clone()), UnixSeconds(0));
        prop_assert_eq!(merged, Ok(Rows::encode([one, other].concat())));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = Rows::from_bytes(&bytes);
    }
}
