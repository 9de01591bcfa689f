//! `GET /v1/bundle`: what edges follow.

use crate::support::{Answer, Bench, Login, travel_task};
use crate::tasks::starting::travel;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::bundle::revocation::{Level, Target};
use rusqlite::{Connection, params};
use serde_json::json;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// More than twice a long poll: nothing takes this long, even on a busy machine.
const SOON: Duration = Duration::from_secs(60);

async fn end_a_task(bench: &Bench, client: &Login, task_id: &str) {
    bench.post(client, "/v1/tasks", &travel_task(task_id)).await.tokens();
    let path = format!("/v1/tasks/{task_id}/complete");
    assert_eq!(bench.post(client, &path, &json!({})).await.status, 200);
}

async fn poll(bench: &Bench, held: &Snapshot, wait: u64) -> Answer {
    bench
        .get(&format!("/v1/bundle?have={}&wait={wait}", held.position()))
        .await
}

fn applied(bench: &Bench, held: &Snapshot, answer: &Answer) -> Snapshot {
    assert_eq!(answer.status, 200, "{}", answer.text());
    Snapshot::apply(Some(held), &answer.body, &bench.trust(), bench.now()).unwrap()
}

#[tokio::test]
async fn an_edge_that_pins_the_key_of_a_snapshot_accepts_it() {
    let (bench, _) = travel().await;
    let answer = bench.get("/v1/bundle").await;
    assert_eq!(answer.header("content-type"), "application/edgewrit-bundle");
    assert_eq!(answer.header("cache-control"), "public, max-age=1");
    let snapshot = bench.snapshot().await;
    assert!(snapshot.is_fresh(bench.now()) && !snapshot.is_fresh(bench.now().plus(60)));
}

#[tokio::test]
async fn a_delta_brings_what_is_new() {
    let (bench, client) = travel().await;
    end_a_task(&bench, &client, "a").await;
    let held = bench.snapshot().await;
    end_a_task(&bench, &client, "b").await;
    let answer = poll(&bench, &held, 0).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.body.ends_with(&answer.body[answer.body.len() - 24..]));
    let next = applied(&bench, &held, &answer);
    assert_eq!(next.position(), bench.snapshot().await.position());
    assert!(
        answer.body.len() < 1024,
        "one more revocation costs an edge {} bytes",
        answer.body.len()
    );
}

#[tokio::test]
async fn an_edge_that_is_up_to_date_is_told_that_it_still_is() {
    let (bench, _) = travel().await;
    let held = bench.snapshot().await;
    bench.pass(40);
    let next = applied(&bench, &held, &poll(&bench, &held, 0).await);
    assert_eq!(next.position(), held.position());
    assert_eq!(next.issued_at(), bench.now());
    assert!(next.is_fresh(bench.now().plus(59)));
}

#[tokio::test]
async fn a_position_in_another_history_gets_a_snapshot() {
    let (bench, client) = travel().await;
    end_a_task(&bench, &client, "a").await;
    let position = bench.snapshot().await.position();
    let (epoch, seq) = position.split_once('.').unwrap();
    let ahead = seq.parse::<u64>().unwrap() + 1;
    for have in [
        format!("0000.{seq}"),
        format!("{epoch}.{ahead}"),
        format!("{epoch}.{}", u64::MAX),
    ] {
        let answer = timeout(SOON, bench.get(&format!("/v1/bundle?have={have}&wait=28")))
            .await
            .unwrap();
        assert!(
            Snapshot::apply(None, &answer.body, &bench.trust(), bench.now()).is_ok(),
            "{have}"
        );
    }
}

#[tokio::test]
async fn a_poll_waits_for_news_and_no_longer() {
    let (bench, client) = travel().await;
    let held = bench.snapshot().await;
    let (answer, ()) = tokio::join!(timeout(SOON, poll(&bench, &held, 28)), async {
        sleep(Duration::from_millis(50)).await;
        end_a_task(&bench, &client, "a").await;
    });
    let next = applied(&bench, &held, &answer.unwrap());
    assert_ne!(next.position(), held.position());
}

#[tokio::test]
async fn a_poll_without_news_is_answered_when_its_wait_is_over() {
    let (bench, _) = travel().await;
    let held = bench.snapshot().await;
    tokio::time::pause();
    let waiting = poll(&bench, &held, 28);
    tokio::pin!(waiting);
    assert!(
        timeout(Duration::from_secs(27), &mut waiting).await.is_err(),
        "answered before its time"
    );
    bench.pass(1);
    let next = applied(&bench, &held, &timeout(SOON, waiting).await.unwrap());
    assert_eq!(next.position(), held.position());
}

#[tokio::test]
async fn no_poll_waits_for_an_issuer_that_stops() {
    let (bench, _) = travel().await;
    let held = bench.snapshot().await;
    let (answer, ()) = tokio::join!(timeout(SOON, poll(&bench, &held, 28)), async {
        sleep(Duration::from_millis(50)).await;
        bench.say_stop.send(true).unwrap();
    });
    assert_eq!(answer.unwrap().status, 200);
}

#[tokio::test]
async fn a_malformed_search_for_events_is_refused() {
    let (bench, _) = travel().await;
    for query in ["have=x", "wait=29", "wait=1&wait=1", "more=1", "have=%ff.1"] {
        bench
            .get(&format!("/v1/bundle?{query}"))
            .await
            .problem(400, "bad_request");
    }
}

#[tokio::test]
async fn history_goes_on_over_a_restart() {
    let (bench, client) = travel().await;
    end_a_task(&bench, &client, "a").await;
    let held = bench.snapshot().await;
    let bench = bench.reopened().await;
    end_a_task(&bench, &client, "b").await;
    let next = applied(&bench, &held, &poll(&bench, &held, 0).await);
    assert_eq!(next.position(), bench.snapshot().await.position());
}

#[tokio::test]
async fn a_clock_that_is_set_back_a_little_does_not_lock_edges_out() {
    let (bench, client) = travel().await;
    let held = bench.snapshot().await;
    bench.clock.fetch_sub(4_000, std::sync::atomic::Ordering::SeqCst);
    end_a_task(&bench, &client, "a").await;
    let next = applied(&bench, &held, &poll(&bench, &held, 0).await);
    assert_eq!(next.issued_at(), held.issued_at());
    assert_ne!(next.position(), held.position());
}

/// Fills the store with revocations of writs that live for another hour.
fn fill(bench: &Bench, count: u32) {
    let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
    let transaction = connection.unchecked_transaction().unwrap();
    for number in 0..count {
        let id = number.to_string();
        let target = Target::of(Level::Writ(&id)).to_bytes();
        let row = params![target, bench.now().0.cast_signed(), bench.now().0.cast_signed() + 3600];
        let insert = "INSERT INTO revocations (target, cut, expires) VALUES (?1, ?2, ?3)";
        transaction.prepare_cached(insert).unwrap().execute(row).unwrap();
    }
    transaction.commit().unwrap();
}

#[tokio::test]
async fn a_hundred_thousand_revocations_are_a_small_snapshot_and_one_more_a_small_delta() {
    let (bench, client) = travel().await;
    fill(&bench, 100_000);
    end_a_task(&bench, &client, "a").await;
    let answer = bench.get("/v1/bundle").await;
    let held = bench.snapshot().await;
    assert_eq!(held.revocations().len(), 100_001);
    assert!(answer.body.len() < 2_500_000, "{} bytes", answer.body.len());
    end_a_task(&bench, &client, "b").await;
    let delta = poll(&bench, &held, 0).await;
    assert!(delta.body.len() < 1_024, "{} bytes", delta.body.len());
    assert_eq!(applied(&bench, &held, &delta).revocations().len(), 100_002);
    bench.pass(3_700);
    let later = bench.snapshot().await;
    assert_eq!(later.revocations().len(), 0, "what has expired is not told any more");
}
