//! An audit whose beginning was pruned verifies from the first kept event.

use crate::support::TestFolder;
use edgewrit_issuer::audit::{Event, EventKind};
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::config::Retention;
use edgewrit_issuer::data::Data;
use edgewrit_issuer::data::maintenance::run_due_work;
use edgewrit_issuer::data::prune::prune;
use edgewrit_issuer::files::GroupRead;
use edgewrit_issuer::history::History;
use edgewrit_issuer::store::RecordEvent;
use rusqlite::Connection;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const DAY: u64 = 24 * 3_600;

/// Writes events of seven days, prunes those older than two days, and runs `tampering`. Returns the
/// heads of all.
fn write_and_prune(place: &TestFolder, tampering: &'static str) -> Vec<String> {
    let archive = place.folder().join("archive");
    fs::create_dir(&archive).unwrap();
    let now = Clock::system().now().seconds().0;
    let time = Arc::new(AtomicU64::new(now - 7 * DAY));
    let reading = Arc::clone(&time);
    let clock = Clock::new(move || Duration::from_secs(reading.load(Ordering::SeqCst)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let data = Data::open(&place.data(), clock).await.unwrap();
        for _ in 0..7 {
            for _ in 0..4 {
                let event = Event::done(EventKind::AdminAuth);
                data.store.record(RecordEvent::new(event)).await.unwrap();
            }
            run_due_work(&data, "https://issuer.example").await.unwrap();
            time.fetch_add(DAY, Ordering::SeqCst);
        }
        let links = History::open(&place.data()).unwrap().after(0, 100).unwrap();
        let retention = Retention {
            keep: 2 * DAY,
            archive,
            group: GroupRead::Refused,
        };
        assert_eq!(prune(&data, &retention).await.unwrap(), 20);
        run_due_work(&data, "https://issuer.example").await.unwrap();
        let connection = Connection::open(place.data().join("issuer.db")).unwrap();
        connection.execute_batch(tampering).unwrap();
        links.iter().map(|link| link.head.to_string()).collect()
    })
}

#[test]
fn the_audit_is_verified_from_where_it_was_pruned() {
    let place = TestFolder::new();
    let heads = write_and_prune(&place, "");
    let verified = place.run(&["audit", "verify"]).ok();
    assert!(
        verified.contains("whole") && verified.contains(&format!("begins behind {}", heads[19])),
        "{verified}"
    );
    place.run(&["audit", "verify", "--seen", &heads[19]]).ok();
    place.run(&["audit", "verify", "--seen", &heads[20]]).ok();
    let early = place.run(&["audit", "verify", "--seen", &heads[3]]).failed();
    assert!(early[0].contains("event 4 was pruned"), "{early:?}");
    let other = format!("20:{}", "f".repeat(64));
    assert!(place.run(&["audit", "verify", "--seen", &other]).failed()[0].contains("not the one that was seen"));
    // What was pruned is in the archive, and both together are the whole chain.
    let mut files: Vec<_> = fs::read_dir(place.folder().join("archive"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let archived: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let exported = place.run(&["audit", "export"]).ok();
    let whole = place.file("whole.jsonl", &format!("{archived}{exported}"));
    let verified = place.run_without_data(&["audit", "verify", "--export", &whole]).ok();
    assert!(verified.starts_with("29 events"), "{verified}");
    let tail = place.run(&["audit", "tail", "--no-follow", "-n", "1000"]).ok();
    assert_eq!(tail, exported);
}

#[test]
fn a_chain_that_was_cut_off_at_its_beginning_is_not_one_that_was_pruned() {
    for (tampering, expected) in [
        // Four events of each day, and a checkpoint behind them.
        (
            "UPDATE audit_pruned SET seq = 22, hash = (SELECT hash FROM audit WHERE seq = 22)",
            "no checkpoint was signed",
        ),
        ("UPDATE audit_pruned SET hash = zeroblob(32)", "it was signed for"),
        (
            "UPDATE audit_pruned SET seq = 24, hash = (SELECT hash FROM audit WHERE seq = 24);
             DELETE FROM audit WHERE seq <= 24",
            "no event `audit_pruned` tells of it",
        ),
        ("DELETE FROM audit_pruned", "event 1 is missing"),
    ] {
        let place = TestFolder::new();
        write_and_prune(&place, tampering);
        let found = place.run(&["audit", "verify"]).failed();
        assert!(found[0].contains(expected), "{tampering}: {found:?}");
    }
}

#[test]
fn a_retention_needs_both_settings_and_a_folder() {
    let place = TestFolder::new();
    let serve = |flags: &[&str]| {
        place
            .run(&[&["serve", "--listen", "127.0.0.1:0"], flags].concat())
            .failed()
    };
    assert!(serve(&["--audit-keep", "90d"])[0].contains("belong together"));
    assert!(serve(&["--audit-archive", "/"])[0].contains("belong together"));
    assert!(serve(&["--audit-keep", "90d", "--audit-archive", "/none"])[0].contains("expected a folder"));
}
