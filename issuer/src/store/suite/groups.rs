//! Transactions that share one commit, one of which fails: the others are done once and in their
//! order, as if each had a commit of its own.

use super::rows::{CLIENT, begin, begin_boot, begin_task, debit, issue_launch_token, registration, task_of};
use super::{StoreFixture, outcome_text, settable_clock};
use crate::audit::{Event, EventKind};
use crate::files::{GroupRead, OwnFile};
use crate::store::{BeginBoot, HeldDatabase, RecordEvent, SqliteStore};
use std::sync::Arc;

/// A store of SQLite whose database a test can hold.
fn holdable() -> (StoreFixture, OwnFile) {
    let directory = tempfile::tempdir().unwrap();
    let (clock, millis) = settable_clock();
    let database = OwnFile::new(directory.path().join("issuer.db"), GroupRead::Refused);
    let fixture = StoreFixture {
        store: Arc::new(SqliteStore::open(&database, clock).unwrap()),
        millis,
        _folder: Some(directory),
    };
    (fixture, database)
}

async fn record(fixture: &StoreFixture) -> String {
    let event = Event::done(EventKind::AdminAuth);
    outcome_text(fixture.store.record(RecordEvent::new(event)).await)
}

/// A task that the client begins with the same key each time.
async fn begin_with_key(fixture: &StoreFixture) -> String {
    let task = task_of(fixture, CLIENT, "with-key", 1);
    outcome_text(fixture.store.begin_task(begin(task, Some([1; 32]))).await)
}

async fn spend(fixture: &StoreFixture, counter: u64, allowance: &str) -> String {
    outcome_text(fixture.store.debit(debit(fixture, counter, &[allowance])).await)
}

/// Registers an agent with the same launch token each time, which is valid once.
async fn register(fixture: &StoreFixture, instance: &str, byte: u8) -> String {
    let registration = registration(fixture, "task", instance, byte);
    outcome_text(fixture.store.register_agent(registration).await)
}

/// Fails: there is such a boot already.
async fn boot_again(fixture: &StoreFixture) -> String {
    let boot = BeginBoot {
        boot_id: "boot".to_owned(),
        edge_id: "edge".to_owned(),
        at: fixture.now(),
        event: Event::done(EventKind::EdgeBooted),
    };
    outcome_text(fixture.store.begin_boot(boot).await)
}

/// Prepares a task for the transactions. Answers the allowance of a task, with one use left.
async fn prepare(fixture: &StoreFixture) -> String {
    let allowance = begin_task(fixture, "task", 1).await;
    issue_launch_token(fixture, [5; 32], true).await;
    begin_boot(fixture, "boot").await;
    allowance
}

/// Asks for all transactions at once, in this order. Answers their outcomes.
async fn ask_at_once(fixture: &StoreFixture, allowance: &str) -> Vec<String> {
    let outcomes = tokio::join!(
        record(fixture),
        begin_with_key(fixture),
        spend(fixture, 1, allowance),
        register(fixture, "one", 1),
        boot_again(fixture),
        begin_with_key(fixture),
        spend(fixture, 1, allowance),
        spend(fixture, 2, allowance),
        register(fixture, "two", 1),
        register(fixture, "three", 2),
        record(fixture),
    );
    let (first, begun, debited, registered, failed, repeated, again, exhausted, nonce, token, last) = outcomes;
    vec![
        first, begun, debited, registered, failed, repeated, again, exhausted, nonce, token, last,
    ]
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_the_others_of_its_group_as_they_are() {
    let ((sqlite, database), memory) = (holdable(), StoreFixture::memory());
    let (allowance, same) = (prepare(&sqlite).await, prepare(&memory).await);
    assert_eq!(allowance, same);
    // The first transaction waits for the database, and the others for the next commit.
    let held = HeldDatabase::hold(&database);
    let release = async { drop(held) };
    let (grouped, ()) = tokio::join!(ask_at_once(&sqlite, &allowance), release);
    let alone = ask_at_once(&memory, &allowance).await;
    assert_eq!(grouped, alone);
    let outcomes: Vec<&str> = grouped
        .iter()
        .map(|text| text.split(['(', '{']).next().unwrap())
        .collect();
    let expected = [
        "",
        "New",
        "Debited",
        "Registered",
        "an error",
        "Repeated",
        "Debited",
        "Exhausted",
        "NonceUsed",
        "LaunchTokenUsed",
        "",
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(sqlite.lines().await, memory.lines().await);
}
