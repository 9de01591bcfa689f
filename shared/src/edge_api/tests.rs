//! Each message is written by one side and read by the other side.

use super::bundle::{BundleQuery, Position, WAIT_SECONDS};
use super::records::BatchRequest;
use super::uses::{ATTEMPTS, DEBIT_BYTES, DEBIT_VALUES, DebitRequest};
use super::{NUMBER_MAX, boot, bundle, problem, records, uses};
use crate::id::ID_BYTES;
use crate::json;
use crate::json::document::{Faults, Node};
use crate::limits::WRIT_BYTES;
use crate::secret::Secret;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// The document `body`, read as the issuer reads it; the test fails on a fault.
#[track_caller]
fn read<T>(body: &str, values: usize, read: impl Fn(&Node<'_>) -> Option<T>) -> T {
    let (json, faults) = (json::parse(body.as_bytes(), values).unwrap(), Faults::new());
    let value = read(&Node::root(&json, &faults));
    let faults: Vec<String> = faults.into_list().lines().collect();
    assert!(faults.is_empty(), "{faults:?}");
    value.unwrap()
}

#[test]
fn a_boot() {
    assert_eq!(boot::write_answer("0a-1"), r#"{"boot_id":"0a-1"}"#);
    assert_eq!(
        boot::read_answer(boot::write_answer("0a-1").as_bytes()).as_deref(),
        Some("0a-1")
    );
    for bad in ["", &"x".repeat(ID_BYTES + 1)] {
        assert_eq!(boot::read_answer(boot::write_answer(bad).as_bytes()), None);
    }
}

#[test]
fn a_debit() {
    let attempts = [["a".to_owned(), "b".to_owned()].to_vec(), ["c".to_owned()].to_vec()];
    let lists = attempts.iter().map(Vec::as_slice);
    let body = uses::write_debit(&Secret::new("x.y.z".into()), "boot-1", NUMBER_MAX, lists);
    assert_eq!(
        body,
        r#"{"writ":"x.y.z","boot_id":"boot-1","counter":9007199254740991,"attempts":[["a","b"],["c"]]}"#
    );
    let debit = read(&body, DEBIT_VALUES, DebitRequest::read);
    assert_eq!(
        (debit.writ.expose(), &*debit.boot_id, debit.counter),
        ("x.y.z", "boot-1", NUMBER_MAX)
    );
    assert_eq!(debit.attempts, attempts);
    let spent = ["b".to_owned(), "c".to_owned()];
    assert_eq!(uses::write_answer(&spent), r#"{"spent":["b","c"]}"#);
    assert_eq!(
        uses::read_answer(uses::write_answer(&spent).as_bytes()),
        Some(spent.to_vec())
    );
    for bad in ["", "{}", r#"{"spent":"a"}"#, r#"{"spent":[1]}"#] {
        assert_eq!(uses::read_answer(bad.as_bytes()), None, "{bad}");
    }
}

/// The shortest grant with an allowance of `length` bytes.
fn limited_grant(length: usize) -> String {
    format!(
        r#"{{"type":"writ","actions":["a"],"resources":["*"],"uses":{{"max":1,"allowance":"{}"}}}},"#,
        "x".repeat(length)
    )
}

#[test]
fn a_largest_debit_is_within_the_limits() {
    for length in [1, 32] {
        let payload_bytes = WRIT_BYTES * 3 / 4;
        let named = payload_bytes / limited_grant(length).len();
        let allowances: Vec<String> = (0..named).map(|_| "x".repeat(length)).collect();
        let attempts = (0..ATTEMPTS).map(|_| allowances.as_slice());
        let writ = Secret::new("x".repeat(WRIT_BYTES));
        let body = uses::write_debit(&writ, &"b".repeat(ID_BYTES), NUMBER_MAX, attempts);
        assert!(body.len() <= DEBIT_BYTES, "{} bytes", body.len());
        let debit = read(&body, DEBIT_VALUES, DebitRequest::read);
        assert_eq!((debit.attempts.len(), debit.attempts[0].len()), (ATTEMPTS, named));
    }
}

#[test]
fn a_batch_of_records() {
    const LINES: &str = r#"{"at":1,"request_id":"a","verdict":"permit"},{"at":2,"request_id":"b","verdict":"refuse"}"#;
    let body = records::write_batch("boot-1", 7, LINES);
    assert_eq!(body, format!(r#"{{"boot_id":"boot-1","first":7,"records":[{LINES}]}}"#));
    for (body, boot_id) in [
        (body.clone(), "boot-1"),
        (records::replace_boot_id(&body, "boot-2").unwrap(), "boot-2"),
    ] {
        let batch = read(&body, records::BATCH_VALUES, BatchRequest::read);
        let read = batch.records.iter();
        let read: Vec<_> = read
            .map(|record| (record.at.0, &*record.request_id, record.permitted))
            .collect();
        assert_eq!((&*batch.boot_id, batch.first), (boot_id, 7));
        assert_eq!(read, [(1, "a", true), (2, "b", false)]);
    }
    assert_eq!(records::replace_boot_id("{}", "boot-2"), None);
    assert_eq!(records::write_answer(8), r#"{"recorded":8}"#);
}

#[test]
fn a_question_for_a_bundle() {
    let position = Position {
        epoch: "ab".into(),
        seq: 7,
    };
    let target = bundle::write_target(Some(&position.to_string()), WAIT_SECONDS);
    assert_eq!(target, "/v1/bundle?have=ab.7&wait=28");
    let query = target.split_once('?').unwrap().1;
    let read = |query: &str| BundleQuery::read(query.split('&').filter_map(|pair| pair.split_once('=')));
    let expected = BundleQuery {
        have: Some(position),
        wait: WAIT_SECONDS,
    };
    assert_eq!(read(query), Some(expected));
    assert_eq!(bundle::write_target(None, 0), "/v1/bundle");
    assert_eq!(read(""), Some(BundleQuery::default()));
    for bad in [
        "wait=29",
        "wait=-1",
        "wait=",
        "have=ab",
        "have=ab.-1",
        "have=ab.+1",
        "x=1",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

#[test]
fn a_problem() {
    let body = r#"{"type":"urn:edgewrit:error:unknown_boot","status":404}"#;
    let found = problem::read_type(body.as_bytes());
    assert!(problem::is_type(found.as_deref(), problem::UNKNOWN_BOOT));
    assert!(!problem::is_type(found.as_deref(), problem::USES_EXHAUSTED));
    for other in [None, Some("unknown_boot"), Some("urn:edgewrit:error:")] {
        assert!(!problem::is_type(other, problem::UNKNOWN_BOOT));
    }
}
