//! Tables, their version, and how every connection is set up.

use super::OpenError;
use crate::id::{hex, random};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use std::path::Path;
use std::time::Duration;

/// Marks the file as ours: `ewri`.
const APPLICATION_ID: i64 = 0x6577_7269;
/// Version of the tables below.
pub(super) const VERSION: i64 = 1;
/// How long a connection waits for another before it gives up.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 64;

/// Ids that begin with the time keep an index growing at one end. `(client_id, task_id)` is the client's choice; it is indexed
/// once a task, not once a writ.
const TABLES: &str = "
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE clients (
    client_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    ceiling TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE TABLE edges (
    edge_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    audience TEXT NOT NULL,
    upstreams TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE TABLE tasks (
    task INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    orch_id TEXT NOT NULL,
    agent TEXT,
    seed BLOB NOT NULL,
    born INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    completed INTEGER,
    repeat_key TEXT,
    repeat_hash BLOB,
    UNIQUE (client_id, task_id)
) STRICT;
CREATE UNIQUE INDEX tasks_by_repeat_key ON tasks (client_id, repeat_key) WHERE repeat_key IS NOT NULL;
CREATE TABLE allowances (
    allowance TEXT PRIMARY KEY,
    task INTEGER NOT NULL REFERENCES tasks (task),
    most INTEGER NOT NULL,
    spent INTEGER NOT NULL DEFAULT 0,
    CHECK (spent BETWEEN 0 AND most)
) STRICT, WITHOUT ROWID;
CREATE TABLE boots (
    boot INTEGER PRIMARY KEY,
    boot_id TEXT NOT NULL UNIQUE,
    edge_id TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE TABLE spends (
    boot INTEGER NOT NULL REFERENCES boots (boot),
    counter INTEGER NOT NULL,
    request BLOB NOT NULL,
    spent TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (boot, counter)
) STRICT, WITHOUT ROWID;
CREATE TABLE revocations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    target BLOB NOT NULL,
    cut INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
";

/// Sets a new connection up, makes the tables if there are none, and answers the epoch.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<String, OpenError> {
    let refused = |error| OpenError::Sqlite(path.to_owned(), error);
    settings(connection).map_err(refused)?;
    let transaction = connection.transaction().map_err(refused)?;
    let (ours, version) = identity(&transaction).map_err(refused)?;
    if version > VERSION {
        return Err(OpenError::Later(path.to_owned(), version));
    }
    if !ours {
        if !is_empty(&transaction).map_err(refused)? {
            return Err(OpenError::Foreign(path.to_owned()));
        }
        let epoch = hex(&random::<8>().map_err(OpenError::Random)?);
        create(&transaction, &epoch).map_err(refused)?;
    }
    let epoch = meta(&transaction, "epoch").map_err(refused)?;
    transaction.commit().map_err(refused)?;
    epoch.ok_or_else(|| OpenError::Foreign(path.to_owned()))
}

/// `synchronous=FULL` in WAL mode syncs at every commit: what is acknowledged survives a power cut. Checkpoints are somebody else's.
pub(super) fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn identity(connection: &Connection) -> rusqlite::Result<(bool, i64)> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok((number("application_id")? == APPLICATION_ID, number("user_version")?))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn create(transaction: &Transaction<'_>, epoch: &str) -> rusqlite::Result<()> {
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO meta VALUES ('epoch', ?1)", params![epoch])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)
}

fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let mut found = connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    found.query_row(params![name], |row| row.get(0)).optional()
}
