//! The open of a database, and the settings of every connection.

use crate::files::{FileError, OwnFile};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Time for which a connection waits for another before it gives up.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 64;

/// The suffix of SQLite's write-ahead log, behind the name of the database.
pub(super) const LOG_SUFFIX: &str = "-wal";
/// The same of every other file that SQLite makes beside a database.
const OTHER_SUFFIXES: [&str; 2] = ["-shm", "-journal"];

/// Checks the files of the `database`, which SQLite opens itself.
///
/// # Errors
/// [`FileError`] if others can use one of them.
pub(crate) fn look_at_database(database: &OwnFile) -> Result<(), FileError> {
    database.look()?;
    let mut beside = OTHER_SUFFIXES.iter().chain([&LOG_SUFFIX]);
    beside.try_for_each(|suffix| database.with_suffix(suffix).look().map(drop))
}

/// A connection to the database at `path`, in which no step may be a link.
#[expect(clippy::disallowed_methods, reason = "the one place that opens databases")]
pub(crate) fn open_database(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Connection::open_with_flags(path, flags)
}

/// Another connection to a database that was prepared.
pub(super) fn connection_to(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open_database(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up(&connection)?;
    Ok(connection)
}

/// `synchronous=FULL` in WAL mode syncs at every commit: what is acknowledged survives a power cut.
/// Checkpoints are the work of a thread of their own.
pub(super) fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // The last to close would copy the log and remove it, although the database may not be synced
    // any more.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}
