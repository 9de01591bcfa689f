use super::*;
use crate::audit::{ChainHead, Event, EventKind};
use crate::base::clock::{Clock, Moment};
use crate::files::GroupRead;
use crate::store::rows::revocation::By;
use crate::store::{AuditStore as _, MaintenanceStore as _};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::time::UnixSeconds;
use tempfile::TempDir;

struct Opened {
    store: SqliteStore,
    directory: TempDir,
}

fn database_in(directory: &TempDir) -> OwnFile {
    OwnFile::new(directory.path().join("issuer.db"), GroupRead::Refused)
}

fn open() -> Opened {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&database_in(&directory), Clock::system()).unwrap();
    Opened { store, directory }
}

fn reopen(opened: Opened) -> Opened {
    let Opened { store, directory } = opened;
    drop(store);
    let store = SqliteStore::open(&database_in(&directory), Clock::system()).unwrap();
    Opened { store, directory }
}

async fn remember(store: &SqliteStore, name: &'static str) -> Result<usize, StoreError> {
    store
        .write(move |connection| connection.execute("INSERT INTO meta VALUES (?1, 'x')", [name]))
        .await
}

async fn remembered(store: &SqliteStore) -> Vec<String> {
    let read = store.read(|connection| {
        let mut names = connection.prepare("SELECT name FROM meta WHERE value = 'x' ORDER BY name")?;
        names.query_map([], |row| row.get(0))?.collect()
    });
    read.await.unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_reopening() {
    let opened = open();
    let epoch = opened.store.epoch().to_owned();
    remember(&opened.store, "a").await.unwrap();
    let opened = reopen(opened);
    assert_eq!(remembered(&opened.store).await, ["a"]);
    assert_eq!(opened.store.epoch(), epoch);
}

#[tokio::test]
async fn a_job_that_fails_undoes_itself_and_none_of_its_group() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    let half_done = store.write(|connection| {
        connection.execute("INSERT INTO meta VALUES ('half', 'x')", [])?;
        connection.execute("INSERT INTO nowhere VALUES (1)", [])
    });
    let outcomes = tokio::join!(remember(&store, "before"), half_done, remember(&store, "after"));
    assert!(outcomes.0.is_ok() && outcomes.2.is_ok());
    assert!(matches!(outcomes.1, Err(StoreError::Unavailable(_))));
    assert_eq!(remembered(&store).await, ["after", "before"]);
}

#[tokio::test]
async fn a_group_that_is_done_again_is_in_the_chain_once() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    let slow = store.write(|_| {
        // Until the others are queued: they share the next commit.
        std::thread::sleep(std::time::Duration::from_millis(200));
        Ok(())
    });
    let record = || store.write(|writing| writing.record(&Event::done(EventKind::AdminAuth)));
    let fails = store.write(|writing| {
        writing.record(&Event::done(EventKind::KeyDropped))?;
        writing.execute("INSERT INTO nowhere VALUES (1)", [])
    });
    let (_, before, failed, after) = tokio::join!(slow, record(), fails, record());
    assert!(before.is_ok() && failed.is_err() && after.is_ok());
    let links = store.read(|reading| audit::after(reading, 0, 10)).await.unwrap();
    let head = links
        .iter()
        .try_fold(ChainHead::default(), |head, link| link.follows(&head));
    assert_eq!((links.len(), head), (2, Ok(store.history_ends().borrow().head)));
}

#[tokio::test]
async fn events_of_work_that_was_undone_are_not_counted_as_omitted() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    let refusals = |number: u32| {
        move |writing: &Writing<'_>| {
            (0..number).try_for_each(|_| writing.record(&Event::denied(EventKind::ScopeViolation).client("c")))
        }
    };
    let slow = store.write(|_| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        Ok(())
    });
    let fails = store.write(move |writing| {
        refusals(500)(writing)?;
        writing.execute("INSERT INTO nowhere VALUES (1)", [])
    });
    let (_, before, failed, after) =
        tokio::join!(slow, store.write(refusals(1_000)), fails, store.write(refusals(1_000)));
    assert!(before.is_ok() && failed.is_err() && after.is_ok());
    store.record_omitted().await.unwrap();
    let links = store.read(|reading| audit::after(reading, 0, 10_000)).await.unwrap();
    let is_kept = |link: &&crate::audit::Link| link.line.contains(r#""outcome":"denied""#);
    let kept = links.iter().filter(is_kept).count() as u64;
    assert_eq!(store.omitted_events(), 2_000 - kept);
    assert!(kept >= 100, "what was undone has its room again: {kept} kept");
    let omitted = links.last().unwrap();
    let count = format!(r#""count":{}"#, 2_000 - kept);
    assert!(omitted.line.contains(&count), "{kept} kept, {}", omitted.line);
}

#[tokio::test]
async fn what_cannot_be_recorded_of_omitted_events_is_counted_on() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    let refused = Event::denied(EventKind::ScopeViolation).client("c");
    for _ in 0..300 {
        if !store.omits(&refused) {
            let event = refused.clone();
            store.write(move |writing| writing.record(&event)).await.unwrap();
        }
    }
    let run = |sql: &'static str| store.write(move |writing| writing.execute_batch(sql));
    run("CREATE TRIGGER stop BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
        .await
        .unwrap();
    assert!(store.record_omitted().await.is_err());
    run("DROP TRIGGER stop").await.unwrap();
    store.record_omitted().await.unwrap();
    store.record_omitted().await.unwrap();
    let links = store.read(|reading| audit::after(reading, 0, 10_000)).await.unwrap();
    let omitted: Vec<_> = links
        .iter()
        .filter(|link| link.line.contains("events_omitted"))
        .collect();
    assert_eq!(
        (omitted.len(), store.omitted_events()),
        (1, 300 - (links.len() as u64 - 1))
    );
}

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    remember(&store, "kept").await.unwrap();
    let fill = |connection: &Writing<'_>| {
        connection.pragma_update(None, "max_page_count", 1)?;
        connection.execute("INSERT INTO meta VALUES ('big', hex(zeroblob(1000000)))", [])
    };
    assert!(matches!(store.write(fill).await, Err(StoreError::Unavailable(_))));
    assert_eq!(remembered(&store).await, ["kept"]);
    let room = |connection: &Writing<'_>| connection.pragma_update(None, "max_page_count", 1_000_000);
    store.write(room).await.unwrap();
    remember(&store, "later").await.unwrap();
    assert_eq!(remembered(&store).await, ["kept", "later"]);
}

#[tokio::test]
async fn a_read_only_database_refuses_and_loses_nothing() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    remember(&store, "kept").await.unwrap();
    store
        .write(|connection| connection.pragma_update(None, "query_only", true))
        .await
        .unwrap();
    assert!(matches!(
        remember(&store, "lost").await,
        Err(StoreError::Unavailable(_))
    ));
    assert_eq!(remembered(&store).await, ["kept"]);
}

#[tokio::test]
async fn readers_cannot_write() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    let write = store.read(|connection| connection.execute("INSERT INTO meta VALUES ('a', 'x')", []));
    assert!(write.await.is_err());
    assert!(remembered(&store).await.is_empty());
}

#[tokio::test]
async fn every_write_is_synced() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    let read =
        |connection: &Writing<'_>| connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
    let full = 2;
    assert_eq!(store.write(read).await.unwrap(), full);
    let read =
        |connection: &Writing<'_>| connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
    assert_eq!(store.write(read).await.unwrap(), "wal");
}

#[tokio::test]
async fn a_revocation_is_announced_before_it_is_acknowledged() {
    let Opened {
        store,
        directory: _folder,
    } = open();
    let ends = store.history_ends();
    for number in 1..=5 {
        let now = Moment { millis: 1_000 }.seconds();
        let target = Target::of(Level::Client(&number.to_string()));
        let revocation = Revocation {
            target,
            cut: now,
            expires: now.plus(60),
        };
        store
            .write(move |connection| revocation::append(connection, &revocation, By::Operator))
            .await
            .unwrap();
        assert_eq!(ends.borrow().revocation, number);
    }
    let since = store.read(|connection| revocation::since(connection, 3, UnixSeconds(1)));
    assert_eq!(since.await.unwrap().len(), 2);
    let expired = store.read(|connection| revocation::since(connection, 0, UnixSeconds(61)));
    assert!(expired.await.unwrap().is_empty());
}

#[tokio::test]
async fn numbers_of_revocations_are_never_used_again() {
    let opened = open();
    let append = |connection: &Writing<'_>| {
        let now = UnixSeconds(1);
        revocation::append(
            connection,
            &Revocation {
                target: Target::of(Level::All),
                cut: now,
                expires: now,
            },
            By::Operator,
        )
    };
    opened.store.write(append).await.unwrap();
    opened
        .store
        .write(|connection| connection.execute("DELETE FROM revocations", []))
        .await
        .unwrap();
    let opened = reopen(opened);
    assert_eq!(opened.store.history_ends().borrow().revocation, 1);
    opened.store.write(append).await.unwrap();
    assert_eq!(opened.store.history_ends().borrow().revocation, 2);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test does to files what others would do")]
fn a_database_of_a_later_release_is_left_alone() {
    let Opened { store, directory } = open();
    drop(store);
    let path = directory.path().join("issuer.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "user_version", migrations::VERSION + 1)
        .unwrap();
    drop(connection);
    assert!(
        matches!(SqliteStore::open(&database_in(&directory), Clock::system()), Err(OpenStoreError::Later(_, version)) if version == migrations::VERSION + 1)
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test does to files what others would do")]
fn a_database_of_another_program_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    database_in(&directory).make().unwrap();
    let path = directory.path().join("issuer.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(connection);
    assert!(matches!(
        SqliteStore::open(&database_in(&directory), Clock::system()),
        Err(OpenStoreError::Foreign(_))
    ));
    std::fs::write(
        &path,
        "not a database at all, but longer than its header would have to be".repeat(20),
    )
    .unwrap();
    assert!(matches!(
        SqliteStore::open(&database_in(&directory), Clock::system()),
        Err(OpenStoreError::Sqlite(..))
    ));
}
