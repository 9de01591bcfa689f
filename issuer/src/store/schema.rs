//! Tables, their versions, and how every connection is set up.
//!
//! The tables change by numbered migrations. All migrations that a database lacks run in one transaction: the database has
//! the newest version, or it is what it was. A database of a newer version is refused; the way back is the backup.

use super::{OpenError, Origin};
use crate::id::{hex, random};
use crate::restore::begin_epoch;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use std::path::Path;
use std::time::Duration;

/// Marks the file as ours: `ewri`.
const APPLICATION_ID: i64 = 0x6577_7269;
/// The migrations, by the version that each one leads to. A migration that was released is never changed.
///
/// Ids that begin with the time keep an index growing at one end, and so do the numbers of rows. What clients choose (`task_id`)
/// is indexed once a task, not once a writ.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001-tables.sql"),
    include_str!("migrations/0002-edge-credentials.sql"),
    include_str!("migrations/0003-limits.sql"),
];
/// Version of the tables that this program works with.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;
/// How long a connection waits for another before it gives up.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 64;

/// Sets a new connection up, makes the tables or brings them to [`VERSION`], and answers the epoch.
pub(super) fn prepare(connection: &mut Connection, path: &Path, origin: Origin) -> Result<String, OpenError> {
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
    } else if version < VERSION {
        migrate(&transaction, version, &MIGRATIONS).map_err(refused)?;
        tracing::info!(path = %path.display(), from = version, to = VERSION, "the tables were brought to this version");
    }
    if origin == Origin::Backup || super::is_restored(&transaction).map_err(refused)? {
        begin_epoch(&transaction).map_err(OpenError::Mark)?;
    }
    let epoch = meta(&transaction, "epoch").map_err(refused)?;
    transaction.commit().map_err(refused)?;
    epoch.ok_or_else(|| OpenError::Foreign(path.to_owned()))
}

/// `synchronous=FULL` in WAL mode syncs at every commit: what is acknowledged survives a power cut. Checkpoints are somebody else's.
pub(super) fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // The last to close would copy the log and remove it, although the database may not be synced any more.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
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
    migrate(transaction, 0, &MIGRATIONS)?;
    transaction.execute("INSERT INTO meta VALUES ('epoch', ?1)", params![epoch])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)
}

/// Runs the `migrations` that tables of version `from` lack.
fn migrate(transaction: &Transaction<'_>, from: i64, migrations: &[&str]) -> rusqlite::Result<()> {
    for (version, migration) in (1..).zip(migrations) {
        if version > from {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
    }
    Ok(())
}

pub(super) fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let mut found = connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
    found.query_row(params![name], |row| row.get(0)).optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: [&str; 2] = ["CREATE TABLE a (x)", "CREATE TABLE b (x)"];

    fn migrated(connection: &mut Connection, from: i64, migrations: &[&str]) -> rusqlite::Result<i64> {
        let transaction = connection.transaction()?;
        migrate(&transaction, from, migrations)?;
        transaction.commit()?;
        Ok(identity(connection)?.1)
    }

    #[test]
    fn a_database_gets_the_migrations_that_it_lacks_and_no_other() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(migrated(&mut connection, 0, &TWO[..1]).unwrap(), 1);
        assert_eq!(migrated(&mut connection, 1, &TWO).unwrap(), 2);
        assert_eq!(migrated(&mut connection, 2, &TWO).unwrap(), 2);
        connection.execute_batch("SELECT * FROM a, b").unwrap();
    }

    #[test]
    fn migrations_that_fail_leave_the_database_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(migrated(&mut connection, 0, &TWO[..1]).unwrap(), 1);
        let failing = [TWO[0], TWO[1], "INSERT INTO nowhere VALUES (1)"];
        assert!(migrated(&mut connection, 1, &failing).is_err());
        assert_eq!(identity(&connection).unwrap(), (false, 1));
        assert!(connection.execute_batch("SELECT * FROM b").is_err());
    }
}
