//! Who writes the database, and nothing else, cannot change the audit unseen:
//! `edgewrit audit verify` finds it. The next start finds what it compares.

use crate::support::{Bench, ClosedDataDirectory, travel_ceiling};
use edgewrit_issuer::audit::{self, ChainHead, Checkpoint, CheckpointError, CheckpointFault, Event, hash_checkpoint};
use edgewrit_issuer::clock::Moment;
use edgewrit_issuer::data::Opening;
use edgewrit_issuer::data::maintenance;
use edgewrit_issuer::files::DataDirectory;
use edgewrit_issuer::files::GroupRead;
use edgewrit_issuer::history::History;
use edgewrit_issuer::keys::PinnedKeys;
use edgewrit_issuer::outside::{HEAD_FILE, read_head_file, read_witness};
use edgewrit_issuer::store::RecordEvent;
use edgewrit_issuer::verify::{Seen, VerifiedAudit, VerifyError, verify};
use edgewrit_shared::edge_api::bundle;
use edgewrit_shared::jose::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_test_keys::{TestKey, UNKNOWN};
use rusqlite::{Connection, params};
use serde_json::json;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

pub(crate) fn walked(data: &Path) -> Result<VerifiedAudit, VerifyError> {
    verify(&History::open(data).unwrap(), None, Vec::new(), Vec::new(), |_| {})
}

/// A folder with some events under three checkpoints and some under none yet.
async fn folder() -> ClosedDataDirectory {
    let mut bench = Bench::operated().await;
    for _ in 0..3 {
        bench.client(travel_ceiling()).await;
        bench.pass(5);
        // A start signs a checkpoint over what the last one left.
        bench = bench.reopened().await;
    }
    bench.client(travel_ceiling()).await;
    bench.data.keep_head().await.unwrap();
    let folder = bench.closed();
    let whole = walked(folder.path()).unwrap();
    assert_eq!((whole.checkpoints, whole.numbered_at, whole.head.seq), (3, Some(1), 4));
    folder
}

/// Changes the line of event `seq`, and hashes it and all that follow anew.
fn rewrite(folder: &ClosedDataDirectory, seq: u64, from: &str, to: &str) {
    let connection = Connection::open(folder.path().join("issuer.db")).unwrap();
    let links = History::open(folder.path()).unwrap().after(0, 1_000).unwrap();
    let mut head = ChainHead::default();
    for link in links {
        let line = if link.head.seq == seq {
            link.line.replace(from, to)
        } else {
            link.line.clone()
        };
        assert_eq!(line == link.line, link.head.seq != seq);
        head = head.after(&line);
        let update = "UPDATE audit SET line = ?2, hash = ?3, event = json_extract(?2, '$.event') WHERE seq = ?1";
        let row = params![i64::try_from(head.seq).unwrap(), line, head.hash];
        connection.execute(update, row).unwrap();
    }
}

/// Appends `events` as the issuer would. Answers the heads before the first and after each.
fn append(folder: &ClosedDataDirectory, events: &[Event]) -> Vec<ChainHead> {
    let connection = Connection::open(folder.path().join("issuer.db")).unwrap();
    let last: i64 = connection
        .query_row("SELECT at FROM audit ORDER BY seq DESC LIMIT 1", [], |row| row.get(0))
        .unwrap();
    let at = Moment {
        millis: last.unsigned_abs(),
    };
    let mut heads = vec![History::open(folder.path()).unwrap().head().unwrap()];
    for event in events {
        let before = *heads.last().unwrap();
        let line = audit::line(before.seq + 1, at, event);
        let head = before.after(&line);
        let insert = "INSERT INTO audit (seq, at, event, outcome, line, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (kind, outcome) = (event.kind.as_str(), event.outcome.as_str());
        let row = params![i64::try_from(head.seq).unwrap(), last, kind, outcome, line, head.hash];
        connection.execute(insert, row).unwrap();
        heads.push(head);
    }
    heads
}

/// Lets the database say that it was pruned up to `head`.
fn say_pruned(folder: &ClosedDataDirectory, head: ChainHead) {
    let connection = Connection::open(folder.path().join("issuer.db")).unwrap();
    let row = params![i64::try_from(head.seq).unwrap(), head.hash];
    let say = "INSERT OR REPLACE INTO audit_pruned VALUES (1, ?1, ?2)";
    connection.execute(say, row).unwrap();
}

/// A key of the attacker, in the table of keys.
fn add_key(folder: &ClosedDataDirectory) -> (TestKey, String) {
    let key = UNKNOWN;
    let public = PublicKey::from_bytes(&key.public()).unwrap();
    let connection = Connection::open(folder.path().join("issuer.db")).unwrap();
    let insert = "INSERT INTO keys (kid, job, state, jwk, since) VALUES (?1, 'checkpoint', 'retired', ?2, 0)";
    connection
        .execute(insert, params![public.kid(), public.to_jwk()])
        .unwrap();
    (key, public.kid().to_owned())
}

/// A checkpoint by the attacker's key in the place of each one.
fn sign_all(folder: &ClosedDataDirectory, (key, kid): &(TestKey, String)) {
    let history = History::open(folder.path()).unwrap();
    let (keys, connection) = (
        history.pinned_keys().unwrap().unwrap(),
        Connection::open(folder.path().join("issuer.db")).unwrap(),
    );
    let mut before: Option<[u8; 32]> = None;
    for (number, (seq, jws)) in (1..).zip(history.checkpoints(0, u64::MAX).unwrap()) {
        let checkpoint = Checkpoint::read(&jws, &keys).unwrap();
        let mut payload = json!({
            "iss": checkpoint.iss, "epoch": checkpoint.epoch, "iat": checkpoint.at.0, "number": number,
            "head": history.head_at(seq).unwrap().to_string(),
        });
        if let Some(before) = before {
            payload["before"] = json!(edgewrit_issuer::id::hex(&before));
        }
        let input = SigningInput::new(
            JwsKind::Checkpoint,
            Algorithm::EdDsa,
            kid,
            payload.to_string().as_bytes(),
        );
        let signature = key.sign(input.bytes());
        let forged = input.attach(&signature);
        let update = "UPDATE checkpoints SET jws = ?2 WHERE seq = ?1";
        connection
            .execute(update, params![i64::try_from(seq).unwrap(), forged])
            .unwrap();
        before = Some(hash_checkpoint(&forged));
    }
}

/// Both find it, and say what.
async fn is_found(folder: &ClosedDataDirectory, by_verify: &str, by_start: &str) {
    let verified = walked(folder.path()).unwrap_err().to_string();
    assert!(verified.contains(by_verify), "verify: {verified}");
    let refused = folder.refused().await;
    assert!(refused.contains(by_start), "start: {refused}");
}

#[tokio::test]
async fn events_that_are_rewritten_and_hashed_anew_are_found_with_and_without_checkpoints() {
    let folder = folder().await;
    rewrite(&folder, 2, "app_registered", "app_updated");
    is_found(&folder, "it was signed for", "it was signed for").await;
    folder.alter("DELETE FROM checkpoints");
    is_found(
        &folder,
        "is not the one that was published",
        "is not the one that was published",
    )
    .await;
}

#[tokio::test]
async fn a_last_event_that_is_rewritten_is_found_by_the_head_that_is_kept_outside() {
    let folder = folder().await;
    rewrite(&folder, 4, "app_registered", "app_updated");
    is_found(
        &folder,
        "is not the one that was published",
        "is not the one that was published",
    )
    .await;
}

#[tokio::test]
async fn a_database_that_says_the_published_head_was_pruned_still_needs_the_published_checkpoint_and_epoch() {
    let folder = folder().await;
    rewrite(&folder, 2, "app_registered", "app_updated");
    let heads = append(&folder, &[(); 2].map(|()| Event::done(audit::EventKind::AdminAuth)));
    folder.alter("DELETE FROM checkpoints");
    say_pruned(&folder, heads[1]);
    is_found(
        &folder,
        "no checkpoint was signed there",
        "does not have checkpoint 3 as it was published",
    )
    .await;
    // Where the checkpoint is there, the epoch is still compared.
    let folder = self::folder().await;
    let head_at = |seq| History::open(folder.path()).unwrap().head_at(seq).unwrap();
    let path = folder.path().join(HEAD_FILE);
    let published = fs::read_to_string(&path).unwrap();
    let older = published.replace(&head_at(4).to_string(), &head_at(2).to_string());
    assert_ne!(older, published);
    fs::write(&path, older).unwrap();
    say_pruned(&folder, head_at(3));
    folder.alter("UPDATE meta SET value = 'another' WHERE name = 'epoch'");
    let refused = folder.refused().await;
    assert!(refused.contains("of the epoch `another`"), "{refused}");
}

#[tokio::test]
async fn a_beginning_that_is_cut_off_is_not_one_that_was_pruned_although_an_event_says_so() {
    let folder = folder().await;
    let head = History::open(folder.path()).unwrap().head_at(2).unwrap();
    let told = json!({"to": head.to_string(), "events": 2});
    append(&folder, &[Event::done(audit::EventKind::AuditPruned).data(&told)]);
    folder.alter("DELETE FROM audit WHERE seq <= 2");
    say_pruned(&folder, head);
    let expected = "but the issuer pruned up to event 0:";
    is_found(&folder, expected, expected).await;
    let refused = folder.refused().await;
    assert!(
        refused.contains("edgewrit restore") && refused.contains("--this-is-the-original"),
        "{refused}"
    );
    let is_original = Opening {
        is_original: true,
        ..Opening::default()
    };
    drop(folder.tried(is_original).await.unwrap());
    assert_eq!(walked(folder.path()).unwrap().begin, head);
    walked(folder.opened().await.path()).unwrap();
}

#[tokio::test]
async fn checkpoints_by_a_key_that_was_put_into_the_table_are_found() {
    let folder = folder().await;
    let key = add_key(&folder);
    let refused = folder.refused().await;
    assert!(
        refused.contains("as a key for checkpoints, but `keys/pinned.json` does not"),
        "{refused}"
    );
    rewrite(&folder, 2, "app_registered", "app_updated");
    sign_all(&folder, &key);
    is_found(&folder, "signed by no pinned key", "`keys/pinned.json` does not").await;
    // By its own word the database would be whole.
    let history = History::open(folder.path()).unwrap();
    let named = history.named_keys().unwrap();
    let alone = tempfile::tempdir().unwrap();
    fs::set_permissions(alone.path(), Permissions::from_mode(0o700)).unwrap();
    fs::copy(folder.path().join("issuer.db"), alone.path().join("issuer.db")).unwrap();
    let alone = History::open(alone.path()).unwrap();
    let verified = verify(&alone, Some(&named), Vec::new(), Vec::new(), |_| {});
    assert_eq!(verified.unwrap().checkpoints, 3);
    // Without its row the key is no better.
    folder.alter("DELETE FROM keys WHERE since = 0");
    is_found(&folder, "signed by no pinned key", "signed by no pinned key").await;
}

#[tokio::test]
async fn a_column_that_differs_from_its_line_is_found() {
    let bench = Bench::operated().await;
    let of_request = |event: Event| Event {
        request_id: Some("r\u{1b}1".to_owned()),
        ..event.agent("agent")
    };
    for event in [
        of_request(Event::denied(audit::EventKind::RequestRefused)),
        of_request(Event::done(audit::EventKind::RequestPermitted)),
        of_request(Event::done(audit::EventKind::TokenIssued)),
        Event::done(audit::EventKind::AdminAuth),
    ] {
        bench.data.store.record(RecordEvent::new(event)).await.unwrap();
        bench.pass(1);
    }
    bench.data.keep_head().await.unwrap();
    let folder = bench.closed();
    assert_eq!(walked(folder.path()).unwrap().head.seq, 4);
    for (column, value, seq) in [
        ("at", "at + 1", 1),
        ("at", "-1", 4),
        ("event", "'request_permitted'", 1),
        ("event", "''", 4),
        ("outcome", "'success'", 1),
        ("agent_id", "NULL", 1),
        ("agent_id", "'another'", 2),
        ("agent_id", "'agent'", 4),
        ("request_id", "NULL", 1),
        ("request_id", "'r1'", 2),
        ("request_id", "(SELECT request_id FROM audit WHERE seq = 1)", 3),
        ("request_id", "''", 4),
    ] {
        let kept = format!("CREATE TABLE kept AS SELECT {column} AS value FROM audit WHERE seq = {seq}");
        folder.alter(&format!(
            "{kept}; UPDATE audit SET {column} = {value} WHERE seq = {seq}"
        ));
        let found = walked(folder.path()).unwrap_err().to_string();
        let expected = format!("the column `{column}` of event {seq} is not what its line says");
        assert!(found.contains(&expected), "{column} of {seq} = {value}: {found}");
        let undo = format!("UPDATE audit SET {column} = (SELECT value FROM kept) WHERE seq = {seq}");
        folder.alter(&format!("{undo}; DROP TABLE kept"));
    }
    walked(folder.path()).unwrap();
}

/// Every lookup by a task goes by the number in the column `task`, which the line does not have.
#[tokio::test]
async fn an_event_whose_column_does_not_have_the_number_of_its_task_is_found() {
    let bench = Bench::operated().await;
    let (client, other) = (
        bench.client(travel_ceiling()).await,
        bench.client(travel_ceiling()).await,
    );
    for (client, task) in [(&client, "a"), (&other, "a"), (&client, "b")] {
        let writ = bench.writ(client, task).await;
        let end = format!("/v1/tasks/{task}/complete");
        let ended = bench.post(client, &end, &json!({})).await;
        assert_eq!(ended.status, 200, "{writ}: {}", ended.text());
    }
    bench.data.keep_head().await.unwrap();
    let folder = bench.closed();
    walked(folder.path()).unwrap();
    // Events 1 and 2 are of the clients; then each task begins and ends.
    for (seq, number) in [
        (1, "1"),
        (3, "NULL"),
        (3, "2"),
        (3, "3"),
        (3, "4"),
        (3, "0"),
        (3, "-1"),
        (4, "NULL"),
        (4, "2"),
        (5, "1"),
        (8, "NULL"),
        (8, "2"),
        (8, "4"),
    ] {
        let kept = format!("CREATE TABLE kept AS SELECT task AS value FROM audit WHERE seq = {seq}");
        folder.alter(&format!("{kept}; UPDATE audit SET task = {number} WHERE seq = {seq}"));
        let found = walked(folder.path()).unwrap_err().to_string();
        let expected = format!("the column `task` of event {seq} is not what its line says");
        assert!(found.contains(&expected), "{seq} = {number}: {found}");
        let undo = format!("UPDATE audit SET task = (SELECT value FROM kept) WHERE seq = {seq}");
        folder.alter(&format!("{undo}; DROP TABLE kept"));
    }
    walked(folder.path()).unwrap();
    // The table of tasks can be changed as well.
    for change in ["task_id = 'c'", "client_id = 'c'"] {
        folder.alter(&format!(
            "CREATE TABLE kept AS SELECT * FROM tasks; UPDATE tasks SET {change} WHERE task = 1"
        ));
        let found = walked(folder.path()).unwrap_err().to_string();
        assert!(
            found.contains("the column `task` of event 3 is not"),
            "{change}: {found}"
        );
        folder.alter("DELETE FROM grants; DELETE FROM tasks; INSERT INTO tasks SELECT * FROM kept; DROP TABLE kept");
    }
    // What was forgotten of a task long after its end leaves its events as they are, but for what
    // they have in common.
    folder.alter("DELETE FROM tasks WHERE task < 3");
    walked(folder.path()).unwrap();
    folder.alter("UPDATE audit SET task = 2 WHERE seq = 4");
    let found = walked(folder.path()).unwrap_err().to_string();
    assert!(found.contains("the column `task` of event 5 is not"), "{found}");
}

#[tokio::test]
async fn an_end_that_is_cut_off_is_found() {
    let folder = folder().await;
    folder.alter("DELETE FROM audit WHERE seq > 3");
    is_found(
        &folder,
        "the database ends at event 3, but event 4",
        "the database ends at event 3, but event 4",
    )
    .await;
    folder.alter("DELETE FROM audit WHERE seq > 2; DELETE FROM checkpoints WHERE seq > 2");
    is_found(&folder, "the database ends at event 2", "the database ends at event 2").await;
    folder.alter("DELETE FROM audit; DELETE FROM checkpoints");
    is_found(&folder, "the database ends at event 0", "the database ends at event 0").await;
}

#[tokio::test]
async fn a_checkpoint_that_is_taken_away_is_missed() {
    for (seq, by_verify) in [
        (1, "checkpoint 1 is missing"),
        (2, "checkpoint 2 is missing"),
        (3, "does not have checkpoint 3"),
    ] {
        let folder = folder().await;
        folder.alter(&format!("DELETE FROM checkpoints WHERE seq = {seq}"));
        let verified = walked(folder.path()).unwrap_err().to_string();
        assert!(verified.contains(by_verify), "{verified}");
    }
    let folder = folder().await;
    folder.alter("DELETE FROM checkpoints WHERE seq = 3");
    let refused = folder.refused().await;
    assert!(
        refused.contains("does not have checkpoint 3 as it was published"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_checkpoint_that_is_taken_away_while_the_issuer_runs_leaves_a_gap() {
    let folder = folder().await;
    let data = folder.tried(Opening::default()).await.unwrap();
    folder.alter("DELETE FROM checkpoints WHERE seq = 4");
    let event = Event::done(audit::EventKind::AdminAuth);
    data.store.record(RecordEvent::new(event)).await.unwrap();
    maintenance::sign_off(&data, "https://issuer.example").await;
    drop(data);
    let found = walked(folder.path()).unwrap_err().to_string();
    assert!(
        found.contains("checkpoint 4 is missing: 5 stands in its place"),
        "{found}"
    );
}

#[tokio::test]
async fn events_without_a_checkpoint_are_an_error_once_the_issuer_ran_for_a_minute() {
    let bench = Bench::operated().await;
    bench.client(travel_ceiling()).await;
    for _ in 0..2 {
        bench.data.keep_head().await.unwrap();
        walked(bench.path()).unwrap();
        bench.pass(60);
    }
    bench.data.keep_head().await.unwrap();
    let found = walked(bench.path()).unwrap_err();
    assert!(matches!(found, VerifyError::Uncovered { from: 1, to: 1 }), "{found}");
    // An issuer that was killed before has signed nothing: its next start does.
    let bench = bench.reopened().await;
    assert_eq!(walked(bench.path()).unwrap().checkpoints, 1);
}

#[tokio::test]
async fn what_a_crash_leaves_between_the_file_and_the_database_is_no_alarm() {
    let bench = Bench::operated().await;
    for _ in 0..3 {
        bench.client(travel_ceiling()).await;
    }
    bench.data.keep_head().await.unwrap();
    let older = fs::read(bench.path().join(HEAD_FILE)).unwrap();
    bench.client(travel_ceiling()).await;
    bench.data.keep_head().await.unwrap();
    let folder = bench.closed();
    // The file is older, whole, and the one that was being written lies beside it.
    fs::write(folder.path().join(HEAD_FILE), &older).unwrap();
    fs::write(folder.path().join("head.new"), &older[..9]).unwrap();
    assert_eq!(walked(folder.path()).unwrap().head.seq, 4);
    let bench = folder.opened().await;
    let published = read_head_file(&DataDirectory::open_existing(bench.path(), GroupRead::Refused).unwrap())
        .unwrap()
        .unwrap();
    assert_eq!(
        published.head.to_string(),
        walked(bench.path()).unwrap().head.to_string()
    );
    assert_eq!(published.checkpoint.unwrap().number, 1);
}

#[tokio::test]
async fn heads_that_were_seen_elsewhere_must_be_there() {
    let bench = folder().await.opened().await;
    let seen = bench.snapshot().await.audit_head().unwrap().to_owned();
    let verified = |seen: &str| {
        let seen = vec![Seen::parse(seen).unwrap()];
        verify(&History::open(bench.path()).unwrap(), None, seen, Vec::new(), |_| {})
    };
    let seq = seen.split_once(':').unwrap().0;
    for good in [seen.as_str(), seq, "0", "1"] {
        verified(good).unwrap();
    }
    let forked = format!("{seq}:{}", "0".repeat(64));
    assert!(matches!(verified(&forked), Err(VerifyError::Chain(_))));
    assert!(matches!(verified("5"), Err(VerifyError::CutOff { end: 4, seen: 5 })));
    for bad in ["", "x", "5:", "5:00", "-1"] {
        assert!(Seen::parse(bad).is_none(), "{bad}");
    }
}

#[tokio::test]
async fn bundles_list_the_keys_that_sign_checkpoints() {
    let bench = folder().await.opened().await;
    let bundle = bench.get(bundle::PATH).await;
    let payload =
        crate::support::claims(std::str::from_utf8(bundle.body.split(|byte| *byte == b'\n').next().unwrap()).unwrap());
    let listed = payload["keys"][0]["ext"]["checkpoint_keys"].as_array().unwrap();
    let keys = listed
        .iter()
        .map(|key| PublicKey::from_x(key["x"].as_str().unwrap()).unwrap());
    let keys = PinnedKeys::of(keys);
    let history = History::open(bench.path()).unwrap();
    assert_eq!(
        verify(&history, Some(&keys), Vec::new(), Vec::new(), |_| {})
            .unwrap()
            .checkpoints,
        4
    );
    let others = PinnedKeys::of([PublicKey::from_bytes(&UNKNOWN.public()).unwrap()]);
    let history = History::open(bench.path()).unwrap();
    let refused = verify(&history, Some(&others), Vec::new(), Vec::new(), |_| {}).unwrap_err();
    let invalid = CheckpointFault::Invalid(CheckpointError::Key);
    assert!(
        matches!(refused, VerifyError::Checkpoint(1, fault) if fault == invalid),
        "{refused}"
    );
}

#[tokio::test]
async fn a_replaced_key_signs_no_later_checkpoint() {
    let bench = folder().await.opened().await;
    let keys = History::open(bench.path()).unwrap().pinned_keys().unwrap().unwrap();
    assert_eq!(
        bench
            .admin_post("/keys/rotate", &json!({"job": "checkpoint"}))
            .await
            .status,
        200
    );
    let after = History::open(bench.path()).unwrap().pinned_keys().unwrap().unwrap();
    let key_set = bench.data.keyring.key_set();
    let last = |keys: &PinnedKeys, kid: &str| keys.find(kid).unwrap().last;
    let retired = key_set
        .rows
        .iter()
        .find(|row| row.job.as_str() == "checkpoint" && row.state.as_str() == "retired");
    let kid = &retired.unwrap().kid;
    assert_eq!((last(&keys, kid), last(&after, kid)), (None, Some(4)));
    let bench = bench.reopened().await;
    assert_eq!(walked(bench.path()).unwrap().checkpoints, 5);
}

/// A folder that goes on under a witness, and the folder as it was before.
#[tokio::test]
async fn a_folder_that_was_put_back_whole_is_found_by_a_witness() {
    let elsewhere = tempfile::tempdir().unwrap();
    let witness = elsewhere.path().join("witness");
    let opening = || Opening {
        witness: Some(witness.clone()),
        ..Opening::default()
    };
    let folder = folder().await;
    drop(folder.tried(opening()).await.unwrap());
    let older = tempfile::tempdir().unwrap();
    for name in ["issuer.db", "issuer.db-wal", HEAD_FILE] {
        fs::copy(folder.path().join(name), older.path().join(name)).unwrap();
    }
    let data = folder.tried(opening()).await.unwrap();
    let event = Event::done(audit::EventKind::AdminAuth);
    data.store.record(RecordEvent::new(event)).await.unwrap();
    data.keep_head().await.unwrap();
    drop(data);
    let witnessed = || read_witness(&witness).unwrap();
    assert!(witnessed().len() >= 2);
    let with_witness = || {
        verify(
            &History::open(folder.path()).unwrap(),
            None,
            Vec::new(),
            witnessed(),
            |_| {},
        )
    };
    assert_eq!(with_witness().unwrap().left_behind, 0);
    for name in ["issuer.db", "issuer.db-wal", HEAD_FILE] {
        fs::copy(older.path().join(name), folder.path().join(name)).unwrap();
    }
    let _stale = fs::remove_file(folder.path().join("issuer.db-shm"));
    assert!(matches!(with_witness(), Err(VerifyError::CutOff { .. })));
    walked(folder.path()).unwrap();
    let refused = folder.tried(opening()).await.unwrap_err().to_string();
    assert!(
        refused.contains("the database ends at event") && refused.contains("witness"),
        "{refused}"
    );
    // Once it is restored, the witness knows that what it saw was left behind.
    edgewrit_issuer::data::restore::mark(folder.path(), GroupRead::Refused, true).unwrap();
    drop(folder.tried(opening()).await.unwrap());
    assert!(with_witness().unwrap().left_behind > 0);
}
