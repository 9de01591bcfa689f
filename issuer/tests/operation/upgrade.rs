//! A data directory of version 0.1 (`tests/fixtures/data-0.1`) goes on under this version.

use crate::audit::evidence::walked;
use crate::edges::spending::boot;
use crate::support::{Bench, Login, claims, copy_folder, travel_task};
use edgewrit_issuer::config::Config;
use edgewrit_issuer::history::History;
use edgewrit_shared::edge_api::uses;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tempfile::TempDir;

/// A minute after version 0.1 wrote the folder: 2026-12-01T04:15:12Z.
const LATER: u64 = 1_796_098_512;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/data-0.1")
}

fn known() -> Value {
    serde_json::from_slice(&fs::read(fixture().join("known.json")).unwrap()).unwrap()
}

/// A copy of the folder with the modes that the issuer gave it; git does not keep them.
fn copied() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&fixture(), folder.path());
    fs::remove_file(folder.path().join("known.json")).unwrap();
    folder
}

async fn opened() -> Bench {
    let issuer = fs::read_to_string(fixture().join("issuer")).unwrap();
    let clock = Arc::new(AtomicU64::new(LATER * 1000));
    Bench::on(copied(), clock, Config::new(&issuer, None).unwrap()).await
}

fn login(of: &Value, id: &str, secret: &str) -> Login {
    Login::basic(of[id].as_str().unwrap(), of[secret].as_str().unwrap())
}

#[tokio::test]
async fn clients_edges_tasks_and_keys_of_version_0_1_stay_valid() {
    let (bench, known) = (opened().await, known());
    let planner = login(&known["client"], "client_id", "client_secret");
    let edge = login(&known["edge"], "id", "credential");
    assert_eq!(known["trust"], json!(bench.data.keyring.key_set().pins()));

    let task = bench.post(&planner, "/v1/tasks", &travel_task("trip-50")).await;
    let writ = task.tokens().remove(0);
    let details = &claims(&writ)["authorization_details"];
    let allowance = &details[1]["uses"]["allowance"];
    let body = json!({"writ": writ, "boot_id": boot(&bench, &edge).await, "counter": 1, "attempts": [[allowance]]});
    let spent = bench.post(&edge, uses::PATH, &body).await;
    assert_eq!(spent.json(), json!({"spent": [allowance]}));

    let ended = bench.post(&planner, "/v1/tasks/trip-43/complete", &json!({})).await;
    assert_eq!(ended.status, 200, "{}", ended.text());
    let taken = bench.post(&planner, "/v1/tasks", &travel_task("trip-42")).await;
    taken.problem(409, "task_exists");
}

#[tokio::test]
async fn the_chain_of_version_0_1_goes_on() {
    let (bench, known) = (opened().await, known());
    let planner = login(&known["client"], "client_id", "client_secret");
    bench
        .post(&planner, "/v1/tasks", &travel_task("trip-50"))
        .await
        .tokens();
    let history = History::open(bench.path()).unwrap();
    let (seq, _) = known["head"].as_str().unwrap().split_once(':').unwrap();
    let seq = seq.parse().unwrap();
    assert_eq!(history.head_at(seq).unwrap().to_string(), known["head"]);
    let mut head = history.head_at(0).unwrap();
    for link in history.after(0, 1_000).unwrap() {
        head = link.follows(&head).unwrap();
    }
    assert!(head.seq > seq && head == history.head().unwrap());
}

#[tokio::test]
async fn the_first_start_signs_a_checkpoint_over_the_chain_of_version_0_1() {
    let folder = copied();
    let before = walked(folder.path()).unwrap();
    assert_eq!(
        (
            before.head.seq,
            before.checkpoints,
            before.numbered_at,
            before.is_pinned
        ),
        (33, 2, None, false)
    );
    let issuer = fs::read_to_string(fixture().join("issuer")).unwrap();
    let clock = Arc::new(AtomicU64::new(LATER * 1000));
    let bench = Bench::on(folder, clock, Config::new(&issuer, None).unwrap()).await;
    let after = walked(bench.path()).unwrap();
    assert!(bench.history()[33].contains("\"checkpoint_keys_pinned\""));
    assert_eq!(
        (after.head.seq, after.checkpoints, after.numbered_at, after.is_pinned),
        (34, 3, Some(34), true)
    );
    // What version 0.1 wrote stays as it was found, from now on.
    let folder = bench.closed();
    folder.alter("UPDATE audit SET line = replace(line, 'app_registered', 'app_updated')");
    assert!(walked(folder.path()).is_err());
}

/// Its backups say that they are one in the database alone, and have no pinned keys.
#[tokio::test]
async fn a_backup_by_version_0_1_is_restored() {
    let (folder, known) = (copied(), known());
    let marked =
        "UPDATE meta SET value = 'of the backup' WHERE name = 'epoch'; INSERT INTO meta VALUES ('restored', '1')";
    let connection = rusqlite::Connection::open(folder.path().join("issuer.db")).unwrap();
    connection.execute_batch(marked).unwrap();
    drop(connection);
    let issuer = fs::read_to_string(fixture().join("issuer")).unwrap();
    let clock = Arc::new(AtomicU64::new(LATER * 1000));
    let bench = Bench::on(folder, clock, Config::new(&issuer, None).unwrap()).await;
    assert!(
        bench
            .history()
            .iter()
            .any(|line| line.contains("\"database_restored\""))
    );
    assert_ne!(bench.data.store.epoch(), "of the backup");
    bench.pass(1);
    let planner = login(&known["client"], "client_id", "client_secret");
    bench
        .post(&planner, "/v1/tasks", &travel_task("trip-50"))
        .await
        .tokens();
    let bench = bench.reopened().await;
    let verified = walked(bench.path()).unwrap();
    assert!(verified.is_pinned && verified.numbered_at.is_some());
}

/// Fails if a commit changes a migration that was released.
#[tokio::test]
async fn migrated_tables_are_those_of_a_new_folder() {
    let tables = async |bench: Bench| {
        let connection = rusqlite::Connection::open(bench.path().join("issuer.db")).unwrap();
        let mut all = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .unwrap();
        let tables = all.query_map([], |row| row.get::<_, String>(0)).unwrap();
        tables.map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(tables(opened().await).await, tables(Bench::new().await).await);
}
