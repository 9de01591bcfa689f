use super::on_each_store;
use super::rows::{
    CLIENT, add_client, begin_boot, begin_next_task, begin_task, debit, issue_launch_token, key, register,
};
use crate::audit::{Event, EventKind};
use crate::store::{CompleteTask, DeclareOriginal, RegisterOutcome, RevokedSince};
use edgewrit_shared::limits::{CLOCK_TOLERANCE, WRIT_TTL_MAX};

/// Seconds of a day.
const DAY: u64 = 24 * 3_600;

#[tokio::test]
async fn what_has_expired_is_forgotten_and_the_rest_stays() {
    on_each_store(async |fixture| {
        add_client(fixture).await;
        issue_launch_token(fixture, [5; 32], false).await;
        assert_eq!(register(fixture, "task", "a", 1).await, RegisterOutcome::Registered);
        let allowance = begin_next_task(fixture, "ended", 3).await;
        begin_next_task(fixture, "last", 3).await;
        begin_boot(fixture, "boot").await;
        fixture.store.debit(debit(fixture, 1, &[&allowance])).await.unwrap();
        let complete = CompleteTask {
            task: key("ended"),
            event: Event::done(EventKind::TaskCompleted).client(CLIENT),
        };
        fixture.store.complete_task(complete).await.unwrap();
        let forget = async || fixture.store.forget_expired(fixture.now()).await.unwrap();
        assert_eq!(forget().await, 0);
        fixture.pass(60);
        assert_eq!(forget().await, 2, "the launch token and the nonce");
        fixture.pass(300 + CLOCK_TOLERANCE);
        assert_eq!(forget().await, 1, "the revocation of the task");
        let since = RevokedSince {
            from: 0,
            now: fixture.now(),
        };
        let rows = fixture.store.revoked_since(since).await.unwrap();
        assert_eq!(
            (rows.latest, rows.revocations.len()),
            (1, 0),
            "its number is not given again"
        );
        fixture.pass(WRIT_TTL_MAX + CLOCK_TOLERANCE);
        assert_eq!(forget().await, 1, "the answer to the debit");
        fixture.pass(30 * DAY);
        assert_eq!(forget().await, 2, "two tasks, and not the last one");
        assert!(fixture.store.find_task(key("ended")).await.unwrap().is_none());
        assert!(fixture.store.report_task(key("last")).await.unwrap().is_some());
        fixture.pass(60 * DAY);
        assert_eq!(forget().await, 1, "the boot");
        assert_eq!(forget().await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_number_of_a_forgotten_task_is_not_given_again() {
    on_each_store(async |fixture| {
        begin_task(fixture, "first", 1).await;
        begin_next_task(fixture, "second", 1).await;
        fixture.pass(31 * DAY);
        assert_eq!(fixture.store.forget_expired(fixture.now()).await.unwrap(), 1);
        begin_next_task(fixture, "third", 1).await;
        let row = fixture.store.find_task(key("third")).await.unwrap().unwrap();
        assert_eq!(row.task, 3);
    })
    .await;
}

#[tokio::test]
async fn the_last_write_is_the_last_event_or_boot() {
    on_each_store(async |fixture| {
        assert_eq!(fixture.store.last_write().await.unwrap().millis, 0);
        add_client(fixture).await;
        assert_eq!(fixture.store.last_write().await.unwrap(), fixture.moment());
        fixture.pass(5);
        begin_boot(fixture, "boot").await;
        assert_eq!(fixture.store.last_write().await.unwrap(), fixture.moment());
        fixture.store.check_readable().await.unwrap();
        assert_eq!(fixture.store.waiting_writes(), 0);
        assert!(!*fixture.store.broken().borrow());
    })
    .await;
}

#[tokio::test]
async fn the_store_remembers_that_its_head_is_kept_outside() {
    on_each_store(async |fixture| {
        let state = fixture.store.restore_state().await.unwrap();
        assert!(!state.is_restored && !state.has_outside_head && state.epoch_before.is_none());
        fixture.store.note_outside_head().await.unwrap();
        fixture.store.note_outside_head().await.unwrap();
        assert!(fixture.store.restore_state().await.unwrap().has_outside_head);
    })
    .await;
}

#[tokio::test]
async fn another_epoch_begins_at_the_next_start() {
    on_each_store(async |fixture| {
        let epoch = fixture.store.epoch().to_owned();
        let declare = DeclareOriginal {
            epoch: "next".to_owned(),
            event: Event::done(EventKind::OriginalDeclared),
        };
        fixture.store.declare_original(declare).await.unwrap();
        assert_eq!(fixture.store.epoch(), epoch);
        assert_eq!(fixture.kinds().await, ["original_declared"]);
    })
    .await;
}

#[tokio::test]
async fn the_ends_are_announced_before_the_answer() {
    on_each_store(async |fixture| {
        let mut ends = fixture.store.history_ends();
        ends.mark_unchanged();
        begin_task(fixture, "task", 1).await;
        assert!(ends.has_changed().unwrap());
        assert_eq!(ends.borrow_and_update().head.seq, 2);
    })
    .await;
}
