//! The first start from a backup: whatever was ended, used or replaced after the backup is void, or
//! listed with the command that replaces it.
//!
//! [`TABLES`] and [`KEYS`] have a case for every table of the database and every file of the key
//! folder. A table or a kind of key that it does not know fails the test: a developer who adds one
//! decides what a restore does with it.

use crate::support::agentwrit::{App, registration};
use crate::support::{Bench, Login, TRAVEL, claims, copy_folder, travel_ceiling, travel_task};
use crate::tasks::starting::verified;
use edgewrit_issuer::data::restore::mark;
use edgewrit_issuer::data::{Data, Opening};
use edgewrit_issuer::files::GroupRead;
use edgewrit_issuer::keys::{KeyJob, KeyState};
use edgewrit_shared::edge_api::{boot, uses};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The effect of a restore on the rows of a table or on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RestoreEffect {
    /// [`every_object_that_ended_after_the_backup_is_void_or_listed`] uses an object of it, which
    /// is void.
    Void,
    /// The audit lists what is in it.
    Listed,
    /// It holds nothing that can be presented: what it counts or repeats belongs to writs and
    /// tokens that are void.
    Belongs,
    /// The evidence by which the other tables are checked.
    Evidence,
    /// The description of the database.
    Meta,
}

/// Every table. [`RestoreEffect::Belongs`] needs its reason.
const TABLES: [(&str, RestoreEffect); 22] = [
    ("meta", RestoreEffect::Meta),
    ("sqlite_sequence", RestoreEffect::Meta),
    ("clients", RestoreEffect::Listed),
    ("edges", RestoreEffect::Listed),
    ("tasks", RestoreEffect::Void),
    // Of a task: what its writs may do and did. No writ of before is valid, and a task has an id
    // once.
    ("grants", RestoreEffect::Belongs),
    ("refusals", RestoreEffect::Belongs),
    ("allowances", RestoreEffect::Void),
    ("agents", RestoreEffect::Void),
    ("lineages", RestoreEffect::Void),
    ("launch_tokens", RestoreEffect::Void),
    // Consumed after the backup, a nonce can be used again while it lives, but only with a launch
    // token.
    ("nonces", RestoreEffect::Void),
    // An edge's own names for what it spends and records: without a writ of now nothing is spent.
    ("boots", RestoreEffect::Belongs),
    ("recorded", RestoreEffect::Belongs),
    ("spends", RestoreEffect::Void),
    ("revocations", RestoreEffect::Void),
    ("shares", RestoreEffect::Belongs),
    ("audit", RestoreEffect::Evidence),
    ("checkpoints", RestoreEffect::Evidence),
    ("audit_pruned", RestoreEffect::Evidence),
    ("keys", RestoreEffect::Void),
    ("sqlite_stat1", RestoreEffect::Meta),
];

/// Every kind of file in the key folder, by the beginning of its name.
const KEYS: [(&str, RestoreEffect); 7] = [
    ("writ-", RestoreEffect::Void),
    ("session-", RestoreEffect::Void),
    ("delegation-", RestoreEffect::Void),
    ("pinned.json", RestoreEffect::Evidence),
    ("checkpoint-", RestoreEffect::Void),
    ("bundle-", RestoreEffect::Listed),
    // Under it secrets are hashed, which are listed. Another one would void all of them.
    ("credential.json", RestoreEffect::Listed),
];

#[tokio::test]
async fn every_table_and_every_kind_of_key_has_a_case() {
    let bench = Bench::new().await;
    let connection = Connection::open(bench.path().join("issuer.db")).unwrap();
    let mut all = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let names = all.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for name in names.map(Result::unwrap) {
        let known = TABLES.iter().any(|(table, _)| *table == name);
        assert!(
            known,
            "what does a restore do with the table `{name}`? Add a case, and use an object of it below"
        );
    }
    for file in fs::read_dir(bench.path().join("keys")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let known = KEYS.iter().any(|(kind, _)| name.starts_with(kind));
        assert!(
            known,
            "what does a restore do with the key file `{name}`? Add a case, and use one below"
        );
    }
}

/// Tokens and tasks that exist when the backup is made, and end or change after it.
struct BackedUpState {
    app: App,
    writ: String,
    completed: String,
    agent: String,
    delegated: String,
    launch: String,
    nonce: String,
    session: Login,
    edge: Login,
    boot: String,
    allowance: Value,
    keys: Vec<(KeyJob, KeyState, String)>,
    released: Login,
}

const SCOPE: [&str; 1] = ["read:data:*"];

impl BackedUpState {
    async fn by(bench: &Bench) -> Self {
        let app = bench.register_app(&SCOPE).await;
        let client = bench.client(travel_ceiling()).await;
        let writ = bench.writ(&client, "spends").await;
        let allowance = claims(&writ)["authorization_details"][1]["uses"]["allowance"].clone();
        let agent = bench.agent(&app, "registered", &SCOPE).await;
        let other = bench.agent(&app, "other", &SCOPE).await;
        let edge = bench.edge(TRAVEL).await;
        let issuer = [
            ("grant_type", "client_credentials"),
            ("resource", crate::support::ISSUER),
        ];
        let session = bench.form(Some(&client), &issuer).await.json();
        let key_set = bench.data.keyring.key_set();
        let keys = key_set.rows.iter().map(|row| (row.job, row.state, row.kid.clone()));
        Self {
            completed: bench.writ(&client, "completed").await,
            delegated: bench.delegated(&agent.token, &other.id, &SCOPE).await,
            agent: agent.token,
            launch: bench.launch(&app, &SCOPE).await,
            nonce: bench.nonce().await,
            session: Login(format!("Bearer {}", session["access_token"].as_str().unwrap())),
            boot: crate::edges::spending::boot(bench, &edge).await,
            released: bench.log_in(&app.id, &app.secret).await,
            keys: keys.collect(),
            app,
            writ,
            edge,
            allowance,
        }
    }

    /// Each is accepted: else the test would say nothing. What is used up or replaced is so after
    /// the backup.
    async fn end_all(&self, bench: &Bench) {
        for token in [&self.writ, &self.completed] {
            assert!(verified(bench, token).await.is_ok());
        }
        assert_eq!(self.spend(bench, &self.writ).await, 200);
        let logged_in = bench
            .post(&self.session, "/v1/tasks/completed/complete", &json!({}))
            .await;
        assert_eq!(logged_in.status, 200, "{}", logged_in.text());
        let ask = registration(&self.launch, &self.nonce, &SCOPE);
        assert_eq!(bench.say("/v1/register", &ask).await.status, 200);
        bench.renewed(&self.agent).await;
        let released = crate::support::agentwrit::request("POST", Some(&self.released), "/v1/token/release");
        bench.send(released).await;
        bench.pass(70);
        for job in ["writ", "session", "delegation", "checkpoint", "bundle"] {
            let rotated = bench.admin_post("/keys/rotate", &json!({"job": job})).await;
            assert_eq!(rotated.status, 200, "{job}: {}", rotated.text());
        }
        // What was the next writ key at the backup signs now: as a stolen one it is dropped.
        let kid = self.key(KeyJob::Writ, KeyState::Next);
        assert_eq!(bench.admin_post("/keys/drop", &json!({"kid": kid})).await.status, 200);
        assert_eq!(
            bench.admin_post("/revocations", &json!({"level": "all"})).await.status,
            200
        );
    }

    fn key(&self, job: KeyJob, state: KeyState) -> &str {
        let found = self.keys.iter().find(|key| (key.0, key.1) == (job, state));
        &found.unwrap().2
    }

    async fn spend(&self, bench: &Bench, writ: &str) -> u16 {
        let body = json!({"writ": writ, "boot_id": self.boot, "counter": 1, "attempts": [[self.allowance]]});
        bench.post(&self.edge, uses::PATH, &body).await.status.as_u16()
    }

    /// Nothing of it is accepted by an issuer that was restored from the backup.
    async fn is_void(&self, bench: &Bench) {
        for token in [&self.writ, &self.completed, &self.agent, &self.delegated] {
            assert!(!bench.is_valid(token).await);
        }
        for token in [&self.writ, &self.completed] {
            assert!(verified(bench, token).await.is_err());
        }
        assert!(self.spend(bench, &self.writ).await >= 400);
        for session in [&self.session, &self.released, &self.app.session] {
            let answer = bench.post(session, "/v1/tasks", &travel_task("again")).await;
            assert_eq!(answer.status, 401, "{}", answer.text());
        }
        for token in [&self.agent, &self.delegated] {
            let renewal = bench.send(crate::support::agentwrit::renewal(token)).await;
            assert!(renewal.status.is_client_error(), "{}", renewal.text());
        }
        let nonce = bench.nonce().await;
        for nonce in [&self.nonce, &nonce] {
            let ask = registration(&self.launch, nonce, &SCOPE);
            assert_eq!(bench.say("/v1/register", &ask).await.status, 401, "{nonce}");
        }
        self.keys_are_new(bench).await;
    }

    /// The keys of the backup, the next ones too, are not in use, not published, and not in the
    /// folder.
    async fn keys_are_new(&self, bench: &Bench) {
        let key_set = bench.data.keyring.key_set();
        let (snapshot, jwks) = (bench.snapshot().await, bench.get("/.well-known/jwks.json").await.text());
        let files: Vec<_> = fs::read_dir(bench.path().join("keys")).unwrap().collect();
        for (job, state, kid) in &self.keys {
            if *job == KeyJob::Bundle {
                continue;
            }
            let row = key_set.rows.iter().find(|row| row.kid == *kid).unwrap();
            assert_eq!(row.state, KeyState::Dropped, "{job:?} {state:?}");
            assert!(
                snapshot.keys().find(kid).is_none() && !jwks.contains(kid.as_str()),
                "{job:?} {state:?}"
            );
            let name = |file: &std::io::Result<fs::DirEntry>| file.as_ref().unwrap().file_name().into_string().unwrap();
            assert!(
                !files.iter().any(|file| name(file).contains(kid.as_str())),
                "{job:?} {state:?}"
            );
        }
        for job in [
            KeyJob::Writ,
            KeyJob::Session,
            KeyJob::Delegation,
            KeyJob::Checkpoint,
            KeyJob::Bundle,
        ] {
            for state in [KeyState::Current, KeyState::Next] {
                assert_eq!(key_set.public(job, &[state]).count(), 1, "{job:?} {state:?}");
            }
        }
    }
}

/// A folder beside, filled by a backup of the bench.
async fn back_up(bench: &Bench) -> TempDir {
    let beside = tempfile::tempdir().unwrap();
    let to = beside.path().join("copy");
    let answer = bench.admin_post("/backup", &json!({"to": to})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let moved = tempfile::tempdir().unwrap();
    copy_folder(&to, moved.path());
    moved
}

/// The event of the first start.
fn told(bench: &Bench) -> Value {
    let lines = bench.history();
    let line = lines.iter().rev().find(|line| line.contains("\"database_restored\""));
    serde_json::from_str::<Value>(line.unwrap()).unwrap()["data"].take()
}

fn epoch_of(bench: &Bench) -> String {
    bench.data.store.epoch().to_owned()
}

#[tokio::test]
async fn every_object_that_ended_after_the_backup_is_void_or_listed() {
    let bench = Bench::operated().await;
    let held = BackedUpState::by(&bench).await;
    let (backup, before) = (back_up(&bench).await, epoch_of(&bench));
    held.end_all(&bench).await;
    bench.pass(5);
    let restored = bench.with_folder(backup).await;
    held.is_void(&restored).await;
    assert_ne!(epoch_of(&restored), before);

    let told = told(&restored);
    let listed: BTreeSet<_> = told["older_than_backup"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["command"].as_str().unwrap().to_owned())
        .collect();
    let (edge, _) = held.edge.parts();
    for command in [
        format!("edgewrit edge rotate {edge}"),
        format!("edgewrit client rotate {}", held.app.id),
        "edgewrit keys rotate bundle".to_owned(),
    ] {
        assert!(listed.contains(&command), "{command}: {told}");
    }
    assert_eq!(
        (&told["clients"], &told["edges"], &told["bundle_keys"]),
        (&json!(2), &json!(1), &json!(2))
    );
    assert_eq!(told["epochs_before"], json!([before]));
    // What is listed goes on until it is replaced, and new writs are accepted.
    restored.pass(1);
    restored.log_in(&held.app.id, &held.app.secret).await;
    assert_eq!(restored.post(&held.edge, boot::PATH, &json!({})).await.status, 201);
    // It is restored once.
    let (again, events) = (epoch_of(&restored), restored.history().len());
    let reopened = restored.reopened().await;
    assert_eq!((epoch_of(&reopened), reopened.history().len()), (again, events));
}

#[tokio::test]
async fn a_restore_of_a_restore_is_another_history() {
    let bench = Bench::operated().await;
    let held = BackedUpState::by(&bench).await;
    let backup = back_up(&bench).await;
    let kept = tempfile::tempdir().unwrap();
    copy_folder(backup.path(), kept.path());
    let first = bench.with_folder(backup).await;
    first.pass(1);
    let since = first.client(travel_ceiling()).await;
    let writ = first.writ(&since, "since").await;
    let epochs = [epoch_of(&bench), epoch_of(&first)];
    // A backup of the restored one, and the first backup once more.
    let of_restored = back_up(&first).await;
    for folder in [of_restored, kept] {
        let second = first.with_folder(folder).await;
        held.is_void(&second).await;
        assert!(verified(&second, &writ).await.is_err());
        assert!(!epochs.contains(&epoch_of(&second)));
    }
}

#[tokio::test]
async fn two_starts_at_once_restore_once() {
    let bench = Bench::operated().await;
    let backup = back_up(&bench).await;
    let open = || Data::open(backup.path(), bench.data.clock.clone());
    let (one, other) = tokio::join!(open(), open());
    let opened: Vec<_> = [one, other].into_iter().filter_map(Result::ok).collect();
    assert_eq!(opened.len(), 1, "the folder is held by one");
    drop(opened);
    let restored = bench.with_folder(backup).await;
    let lines = restored.history();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.contains("\"database_restored\""))
            .count(),
        1
    );
}

/// Puts the database of a copy into the place of the one in a folder, and leaves the rest as it is.
fn put_database_back(from: &Path, to: &Path) {
    for name in ["issuer.db", "issuer.db-wal", "issuer.db-shm"] {
        let _not_there = fs::remove_file(to.join(name));
        let _not_there = fs::copy(from.join(name), to.join(name));
    }
}

/// A bench that went on after its database was copied, and the copy.
async fn copied() -> (Bench, BackedUpState, TempDir) {
    let bench = Bench::operated().await;
    let held = BackedUpState::by(&bench).await;
    bench.data.keep_head().await.unwrap();
    let copy_of = tempfile::tempdir().unwrap();
    copy_folder(bench.path(), copy_of.path());
    held.end_all(&bench).await;
    bench.data.keep_head().await.unwrap();
    (bench, held, copy_of)
}

#[tokio::test]
async fn a_database_that_was_put_back_does_not_start_until_the_operator_says_what_it_is() {
    let (bench, held, older) = copied().await;
    let folder = bench.closed();
    put_database_back(older.path(), folder.path());
    for _ in 0..2 {
        let refused = folder.refused().await;
        assert!(refused.contains("the database ends at event"), "{refused}");
        for way in ["edgewrit restore --data", "--this-is-the-original"] {
            assert!(refused.contains(way), "{refused}");
        }
    }
    mark(folder.path(), GroupRead::Refused, false).unwrap();
    // A dry run changes nothing.
    assert!(folder.refused().await.contains("the database ends at event"));
    mark(folder.path(), GroupRead::Refused, true).unwrap();
    let restored = folder.opened().await;
    held.is_void(&restored).await;
    assert!(told(&restored)["published"].as_str().unwrap().contains(':'));
    let reopened = restored.reopened().await;
    let lines = reopened.history();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.contains("\"database_restored\""))
            .count(),
        1
    );
}

#[tokio::test]
async fn a_database_that_the_operator_says_is_the_original_goes_on_as_it_is() {
    let (bench, held, older) = copied().await;
    let epoch = epoch_of(&bench);
    let folder = bench.closed();
    put_database_back(older.path(), folder.path());
    // The keys that were rotated meanwhile have erased those that this database names.
    copy_folder(&older.path().join("keys"), &folder.path().join("keys"));
    let opening = || Opening {
        is_original: true,
        ..Opening::default()
    };
    drop(folder.tried(opening()).await.unwrap());
    let bench = folder.opened().await;
    assert_ne!(epoch_of(&bench), epoch, "edges may hold more of the one before");
    assert!(verified(&bench, &held.writ).await.is_ok(), "nothing is ended");
    let lines = bench.history();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.contains("\"original_declared\""))
            .count(),
        1
    );
    // Once it is said, there is nothing left to decide.
    let folder = bench.closed();
    drop(folder.tried(opening()).await.unwrap());
    let lines = folder.opened().await.history();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.contains("\"original_declared\""))
            .count(),
        1
    );
}

/// A start that is refused changes nothing: the right database goes on where it was.
#[tokio::test]
async fn the_right_database_starts_after_the_wrong_one_was_refused() {
    let (bench, _, older) = copied().await;
    let folder = bench.closed();
    drop(folder.tried(Opening::default()).await.unwrap());
    let newer = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), newer.path());
    put_database_back(older.path(), folder.path());
    assert!(folder.refused().await.contains("the database ends at event"));
    put_database_back(newer.path(), folder.path());
    let bench = folder.opened().await;
    bench.client(travel_ceiling()).await;
    let bench = bench.reopened().await;
    crate::audit::evidence::walked(bench.path()).unwrap();
}

#[tokio::test]
async fn a_database_cannot_say_of_itself_that_it_is_from_a_backup() {
    let (bench, _, older) = copied().await;
    let folder = bench.closed();
    put_database_back(older.path(), folder.path());
    folder.alter("INSERT INTO meta VALUES ('restored', '1')");
    assert!(folder.refused().await.contains("the database ends at event"));
    // Nor can one that lacks nothing, for its epoch is another one then.
    let bench = Bench::operated().await;
    let folder = bench.closed();
    folder.alter("INSERT INTO meta VALUES ('restored', '1')");
    assert!(folder.refused().await.contains("of the epoch"));
}

#[tokio::test]
async fn a_part_of_a_folder_is_recognised_as_a_copy() {
    let (bench, held, _) = copied().await;
    let folder = bench.closed();
    fs::remove_file(folder.path().join("head")).unwrap();
    assert!(folder.refused().await.contains("this is a copy of a part of it"));
    mark(folder.path(), GroupRead::Refused, true).unwrap();
    held.is_void(&folder.opened().await).await;
    // Without the pinned keys it does not start at all.
    let folder = Bench::operated().await.closed();
    drop(folder.tried(Opening::default()).await.unwrap());
    let bench = folder.opened().await;
    bench.client(travel_ceiling()).await;
    let folder = bench.closed();
    drop(folder.tried(Opening::default()).await.unwrap());
    fs::remove_file(folder.path().join("keys/pinned.json")).unwrap();
    assert!(folder.refused().await.contains("restore it from a backup"));
}

#[tokio::test]
async fn a_folder_with_newer_keys_than_its_database_is_restored_with_new_ones() {
    let (bench, held, older) = copied().await;
    let newer: Vec<_> = bench
        .data
        .keyring
        .key_set()
        .rows
        .iter()
        .map(|row| row.kid.clone())
        .collect();
    let folder = bench.closed();
    put_database_back(older.path(), folder.path());
    mark(folder.path(), GroupRead::Refused, true).unwrap();
    let restored = folder.opened().await;
    held.is_void(&restored).await;
    // The bundle key that was the next one signs: edges have pinned it.
    let key_set = restored.data.keyring.key_set();
    let current = key_set
        .rows
        .iter()
        .find(|row| (row.job, row.state) == (KeyJob::Bundle, KeyState::Current));
    assert_eq!(current.unwrap().kid, held.key(KeyJob::Bundle, KeyState::Next));
    let files = fs::read_dir(restored.path().join("keys")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        let is_newer = newer.iter().any(|kid| name.contains(kid.as_str()));
        assert!(!is_newer || name.starts_with("bundle-"), "{name}");
    }
}

#[tokio::test]
async fn only_a_folder_with_a_database_can_be_marked() {
    let nothing = tempfile::tempdir().unwrap();
    assert!(mark(&nothing.path().join("data"), GroupRead::Refused, true).is_err());
    assert!(!nothing.path().join("data").exists());
    let bench = Bench::new().await;
    let held = mark(bench.path(), GroupRead::Refused, true).unwrap_err().to_string();
    assert!(held.contains("held by another process"), "{held}");
}
