//! `audit_keep`: old events go to the archive, and the chain goes on behind them.

use crate::audit::evidence::walked;
use crate::support::{Bench, ISSUER};
use edgewrit_issuer::audit::{ChainHead, Link};
use edgewrit_issuer::config::Retention;
use edgewrit_issuer::data::backup::back_up;
use edgewrit_issuer::data::maintenance::run_due_work;
use edgewrit_issuer::data::prune::{PruneError, prune};
use edgewrit_issuer::data::{Data, Opening};
use edgewrit_issuer::files::GroupRead;
use edgewrit_issuer::history::History;
use edgewrit_issuer::outside::PRUNED_FILE;
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const DAY: u64 = 24 * 3_600;

/// An issuer with events of seven days, a checkpoint behind those of each day, and an archive for
/// what is older than two.
async fn aged() -> (Bench, TempDir, Retention) {
    let bench = Bench::operated().await;
    for _ in 0..7 {
        for _ in 0..3 {
            bench.register_app(&["read:data:*"]).await;
        }
        run_due_work(&bench.data, ISSUER).await.unwrap();
        bench.pass(DAY);
    }
    let folder = tempfile::tempdir().unwrap();
    let retention = Retention {
        keep: 2 * DAY,
        archive: folder.path().to_owned(),
        group: GroupRead::Refused,
    };
    (bench, folder, retention)
}

fn kept(bench: &Bench) -> Vec<Link> {
    History::open(bench.path()).unwrap().after(0, 10_000).unwrap()
}

fn pruned(bench: &Bench) -> ChainHead {
    History::open(bench.path()).unwrap().pruned().unwrap()
}

/// The events of the archive, file by file, each if it follows the one before.
fn archived(folder: &Path) -> Vec<Link> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut head = ChainHead::default();
    let mut links = Vec::new();
    for file in files {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let (before, link) = Link::imported(line).unwrap();
            assert_eq!(before, head, "{}", file.display());
            head = link.follows(&head).unwrap();
            links.push(link);
        }
    }
    links
}

fn lines(links: &[Link]) -> Vec<&str> {
    links.iter().map(|link| link.line.as_str()).collect()
}

fn execute(bench: &Bench, sql: &str) {
    let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[tokio::test]
async fn old_events_are_archived_and_pruned_and_the_chain_goes_on() {
    let (bench, folder, retention) = aged().await;
    let all = kept(&bench);
    let count = prune(&bench.data, &retention).await.unwrap();
    let (archive, rest) = (archived(folder.path()), kept(&bench));
    assert_eq!(
        (archive.len() as u64, pruned(&bench)),
        (count, archive.last().unwrap().head)
    );
    assert!(archive.len() > all.len() / 2 && archive.len() < all.len());
    let both: Vec<_> = archive.iter().chain(&rest).cloned().collect();
    assert_eq!(lines(&both)[..all.len()], lines(&all)[..]);
    assert!(rest.last().unwrap().line.contains(r#""event":"audit_pruned""#));
    let days = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(days, 5, "a file a day");
    // Nothing of it is old enough for another day.
    assert_eq!(prune(&bench.data, &retention).await.unwrap(), 0);
    run_due_work(&bench.data, ISSUER).await.unwrap();
    let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
    let rows: i64 = connection
        .query_row("SELECT count(*) FROM audit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows as usize, rest.len(), "pruned events are deleted");
    // The chain goes on, here and after a restart, and is pruned again.
    let bench = bench.reopened().await;
    bench.register_app(&["read:data:*"]).await;
    let mut head = pruned(&bench);
    for link in kept(&bench) {
        head = link.follows(&head).unwrap();
    }
    assert_eq!(head, bench.data.store.history_ends().borrow().head);
    run_due_work(&bench.data, ISSUER).await.unwrap();
    bench.pass(4 * DAY);
    bench.register_app(&["read:data:*"]).await;
    assert!(prune(&bench.data, &retention).await.unwrap() > 0);
    assert_eq!(archived(folder.path()).last().unwrap().head, pruned(&bench));
}

#[tokio::test]
async fn events_are_found_behind_what_was_pruned() {
    let (bench, _folder, retention) = aged().await;
    prune(&bench.data, &retention).await.unwrap();
    let rest = kept(&bench).len() as u64;
    let page = bench.events("limit=1000").await;
    // Asking opened a session of the operator, which is an event.
    assert_eq!(page["total"], rest + 1);
    let first = &page["events"][0];
    assert_eq!(first["id"], format!("evt-{:06}", pruned(&bench).seq + 1));
    assert_eq!(
        first["prev_hash"].as_str().unwrap(),
        pruned(&bench).to_string().split_once(':').unwrap().1
    );
    assert_eq!(bench.events("since=2020-01-01T00:00:00Z").await["total"], rest + 2);
    assert_eq!(bench.events("until=2026-05-11T00:00:00Z").await["total"], 0);
    let second = bench.events("offset=1&limit=1").await["events"][0]["id"].clone();
    assert_eq!(second, format!("evt-{:06}", pruned(&bench).seq + 2));
}

#[tokio::test]
async fn nothing_is_pruned_without_a_checkpoint_behind_it() {
    let bench = Bench::operated().await;
    bench.register_app(&["read:data:*"]).await;
    bench.pass(10 * DAY);
    bench.register_app(&["read:data:*"]).await;
    let folder = tempfile::tempdir().unwrap();
    let retention = Retention {
        keep: 2 * DAY,
        archive: folder.path().to_owned(),
        group: GroupRead::Refused,
    };
    assert_eq!(prune(&bench.data, &retention).await.unwrap(), 0);
    assert!(archived(folder.path()).is_empty());
}

#[tokio::test]
async fn up_to_where_was_pruned_is_kept_outside_of_the_database() {
    let (bench, _archive, retention) = aged().await;
    assert!(!bench.path().join(PRUNED_FILE).exists());
    prune(&bench.data, &retention).await.unwrap();
    let pruned = pruned(&bench);
    let kept = |data: &Path| fs::read_to_string(data.join(PRUNED_FILE)).unwrap();
    assert_eq!(kept(bench.path()), format!("{pruned}\n"));
    // A backup has no such file until it was started.
    let beside = tempfile::tempdir().unwrap();
    let copy = beside.path().join("copy");
    back_up(&bench.data.directory, &copy).unwrap();
    assert!(!copy.join(PRUNED_FILE).exists());
    assert_eq!(walked(&copy).unwrap().begin, pruned);
    for _ in 0..2 {
        drop(Data::open(&copy, bench.data.clock.clone()).await.unwrap());
        assert_eq!(kept(&copy), format!("{pruned}\n"));
        assert_eq!(walked(&copy).unwrap().begin, pruned);
    }
    let folder = bench.closed();
    let path = folder.path().join(PRUNED_FILE);
    let zeros = "0".repeat(64);
    // A crash before the database said so.
    fs::write(&path, format!("{}:{zeros}\n", pruned.seq + 1)).unwrap();
    walked(folder.path()).unwrap();
    drop(folder.tried(Opening::default()).await.unwrap());
    for (text, expected) in [
        (format!("{}:{zeros}", pruned.seq), "its beginning was cut off"),
        (format!("{}:{zeros}", pruned.seq - 1), "its beginning was cut off"),
        (String::new(), "expected `<seq>:<hash>`"),
    ] {
        fs::write(&path, &text).unwrap();
        let refused = folder.refused().await;
        assert!(refused.contains(expected), "{text}: {refused}");
        let found = walked(folder.path()).unwrap_err().to_string();
        assert!(found.contains(expected), "{text}: {found}");
    }
    fs::remove_file(&path).unwrap();
    assert!(folder.refused().await.contains("its beginning was cut off"));
    let is_original = Opening {
        is_original: true,
        ..Opening::default()
    };
    drop(folder.tried(is_original).await.unwrap());
    assert_eq!(kept(folder.path()), format!("{pruned}\n"));
    walked(folder.opened().await.path()).unwrap();
}

#[tokio::test]
async fn events_behind_an_unknown_one_begin_where_was_pruned() {
    let (bench, _archive, retention) = aged().await;
    let head_at = |seq| History::open(bench.path()).unwrap().head_at(seq).unwrap();
    assert_eq!(head_at(1_000_000), ChainHead::default());
    prune(&bench.data, &retention).await.unwrap();
    for seq in [1, pruned(&bench).seq, 1_000_000] {
        assert_eq!(head_at(seq), pruned(&bench));
    }
}

#[tokio::test]
async fn events_archived_before_a_crash_are_in_the_archive_once() {
    let (bench, folder, retention) = aged().await;
    execute(
        &bench,
        "CREATE TRIGGER crash BEFORE INSERT ON audit_pruned BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    assert!(matches!(
        prune(&bench.data, &retention).await,
        Err(PruneError::Store(_))
    ));
    assert_eq!(pruned(&bench), ChainHead::default());
    // The last line was cut off.
    let mut files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let last = files.last().unwrap();
    let text = fs::read_to_string(last).unwrap();
    fs::write(last, text.get(..text.len() - 10).unwrap()).unwrap();
    execute(&bench, "DROP TRIGGER crash");
    let count = prune(&bench.data, &retention).await.unwrap();
    assert_eq!(archived(folder.path()).len() as u64, count);
    assert_eq!(fs::read_to_string(last).unwrap(), text);
}

#[tokio::test]
async fn an_audit_that_was_changed_is_not_pruned() {
    for (tampering, expected) in [
        (
            "UPDATE audit SET line = replace(line, 'app-', 'bad-') WHERE seq = 3",
            "the chain is broken",
        ),
        (
            "UPDATE audit SET hash = zeroblob(32) WHERE seq = 3",
            "the chain is broken",
        ),
        ("DELETE FROM audit WHERE seq = 3", "the chain is broken"),
        ("UPDATE checkpoints SET jws = 'x'", "checkpoint at event"),
        (
            "UPDATE checkpoints SET jws = (SELECT jws FROM checkpoints ORDER BY seq LIMIT 1)",
            "the chain is broken",
        ),
    ] {
        let (bench, folder, retention) = aged().await;
        execute(&bench, tampering);
        let error = prune(&bench.data, &retention).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{tampering}: {error}");
        assert_eq!(pruned(&bench), ChainHead::default());
        drop(folder);
    }
    let (bench, folder, retention) = aged().await;
    fs::remove_dir(folder.path()).unwrap();
    let error = prune(&bench.data, &retention).await.unwrap_err();
    assert!(matches!(error, PruneError::Archive(..)), "{error}");
    assert_eq!(
        (pruned(&bench), json!(kept(&bench).len() > 10)),
        (ChainHead::default(), json!(true))
    );
}
