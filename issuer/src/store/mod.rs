//! What the issuer remembers: SQLite, written by one thread, read by others.
//!
//! *Acknowledged means durable.* [`Store::write`] answers after the commit that holds its work was synced to disk; whatever is
//! queued meanwhile shares the next commit. One writer also gives what happens an order: bundle sequence numbers and places in the
//! audit chain are assigned under it.

use crate::audit::{Event, EventLimiter, Tally};
use crate::clock::Clock;
use crate::files::{FolderError, OwnFile};
use crate::id::NoRandomness;
use crate::restore::MarkError;
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OpenFlags, Row};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{error, fmt};
use tokio::sync::watch;

pub mod agent;
pub mod audit;
mod checkpoint;
pub mod keys;
pub mod lineage;
mod reader;
pub mod recorded;
pub mod registry;
pub mod report;
pub mod retention;
pub mod revocation;
mod schema;
pub mod spend;
pub mod task;
mod writer;

use checkpoint::Checkpointer;
use reader::Readers;
use schema::meta;
use writer::Writer;
pub use writer::{Reached, Writing};

/// The store did not do what it was asked to; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// More is queued than is taken in.
    Busy,
    /// The database refused: a full disk, a read-only file; what it said, for the log.
    Unavailable(String),
    /// The issuer is stopping.
    Closed,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("more is queued than is taken in"),
            Self::Unavailable(what) => write!(f, "the database refused: {what}"),
            Self::Closed => f.write_str("the issuer is stopping"),
        }
    }
}

impl error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Why the database cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The file cannot be made.
    Folder(FolderError),
    /// SQLite refused.
    Sqlite(PathBuf, rusqlite::Error),
    /// A database of another program.
    Foreign(PathBuf),
    /// A database of a later version; its version.
    Later(PathBuf, i64),
    /// No randomness for a new database's epoch.
    Random(NoRandomness),
    /// A database from a backup could not begin another epoch.
    Mark(MarkError),
    /// A thread could not be started.
    Thread(std::io::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::Sqlite(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Foreign(path) => write!(f, "{}: not a database of this program", path.display()),
            Self::Later(path, version) => {
                let (path, known) = (path.display(), schema::VERSION);
                write!(
                    f,
                    "{path}: schema version is `{version}`, expected at most `{known}`: written by a later release"
                )
            }
            Self::Random(error) => error.fmt(f),
            Self::Mark(error) => error.fmt(f),
            Self::Thread(error) => write!(f, "no thread for the database: {error}"),
        }
    }
}

impl error::Error for OpenError {}

/// Where a database comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From a backup, as its folder says.
    Backup,
    /// Its folder says nothing.
    Unmarked,
}

/// The store.
#[derive(Debug)]
pub struct Store {
    readers: Readers,
    writer: Writer,
    // After the writer: it ends when the writer's thread has.
    checkpointer: Checkpointer,
    clock: Clock,
    limiter: Arc<EventLimiter>,
    epoch: String,
}

impl Store {
    /// Opens the `database`, and makes it if it is not there.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(database: &OwnFile, clock: Clock) -> Result<Self, OpenError> {
        Self::open_from(database, clock, Origin::Unmarked)
    }

    /// As [`Self::open`], for a database of which the folder knows where it comes from.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_from(database: &OwnFile, clock: Clock, origin: Origin) -> Result<Self, OpenError> {
        database.make().map_err(OpenError::Folder)?;
        look_at_database(database).map_err(OpenError::Folder)?;
        let path = database.path_without_links().map_err(OpenError::Folder)?;
        let refused = |error| OpenError::Sqlite(path.clone(), error);
        let mut connection = open_database(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(refused)?;
        let epoch = schema::prepare(&mut connection, &path, origin)?;
        let reached = reached(&connection).map_err(refused)?;
        let beside = connection_to(&path).map_err(refused)?;
        let log = database.with_suffix(LOG_SUFFIX);
        let (checkpointer, bell) = Checkpointer::start(beside, log).map_err(OpenError::Thread)?;
        let limiter = Arc::new(EventLimiter::new());
        let writer = Writer::start(connection, clock.clone(), Arc::clone(&limiter), reached, bell);
        let writer = writer.map_err(OpenError::Thread)?;
        Ok(Self {
            readers: Readers::new(path),
            writer,
            checkpointer,
            clock,
            limiter,
            epoch,
        })
    }

    /// Names this history of the database; another after a restore.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// How far what others follow reaches, as it changes.
    #[must_use]
    pub fn reached(&self) -> watch::Receiver<Reached> {
        self.writer.reached()
    }

    /// Tells when the database could not be synced: what is acknowledged is in the log, and the process has to end.
    #[must_use]
    pub fn broken(&self) -> watch::Receiver<bool> {
        self.checkpointer.broken()
    }

    /// Work that waits for the writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// Does `work` in a transaction and answers once it is durable. If `work` fails nothing of it remains, and nothing else is touched. It is
    /// done again, on what was there before, if something failed that shared its transaction.
    ///
    /// # Errors
    /// [`StoreError`]; the work was not done.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Writing<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// Whether the limiter would omit `event`, which goes with no change. Then it is counted here, and costs no write.
    pub(crate) fn omits(&self, event: &Event) -> bool {
        !self.limiter.has_room(event, self.clock.now())
    }

    /// Records the events that the limiter omitted since this was asked last: one event for each cause.
    ///
    /// # Errors
    /// [`StoreError`]; what was omitted is still counted.
    pub async fn record_omitted(&self) -> Result<(), StoreError> {
        let omitted = self.limiter.take_omitted();
        if omitted.is_empty() {
            return Ok(());
        }
        let recorded = self.record_all(&omitted).await;
        if recorded.is_err() {
            self.limiter.put_back(omitted);
        }
        recorded
    }

    async fn record_all(&self, omitted: &Tally) -> Result<(), StoreError> {
        let events = omitted.events();
        let record = |writing: &Writing<'_>, event: &Event| {
            let named = event.client_id.as_deref().zip(event.task_id.as_deref());
            let task = named.map(|(client_id, task_id)| task::find(writing, client_id, task_id));
            let row = task.transpose()?.flatten().map(|task| task.task);
            writing.record_about(row, event)
        };
        let record_all = self.write(move |writing| events.iter().try_for_each(|event| record(writing, event)));
        record_all.await
    }

    /// How many events were omitted since the start.
    pub(crate) fn omitted(&self) -> u64 {
        self.limiter.total()
    }

    /// Does `work` on one consistent state of the database.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.readers.read(work).await
    }
}

fn reached(connection: &Connection) -> rusqlite::Result<Reached> {
    Ok(Reached {
        revocation: revocation::latest(connection)?,
        head: audit::head(connection)?,
    })
}

/// Whether the database comes from a backup, and its first start is to come.
pub fn is_restored(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare("SELECT 1 FROM meta WHERE name = 'restored'")?
        .exists([])
}

/// The epoch of which a database from a backup is a copy, if the backup says so.
pub fn epoch_before(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let before = meta(connection, "restored")?;
    // Earlier versions noted no more than that it is one.
    Ok(before.filter(|epoch| epoch.len() > 1))
}

/// Lets the database begin another epoch.
pub fn set_epoch(connection: &Connection, epoch: &str) -> rusqlite::Result<()> {
    connection
        .execute("UPDATE meta SET value = ?1 WHERE name = 'epoch'", [epoch])
        .map(drop)
}

/// Notes that the first start from a backup is done.
pub fn note_restored(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM meta WHERE name = 'restored'", [])
        .map(drop)
}

/// Whether how far the audit reached was ever kept outside of the database.
pub fn has_outside_head(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(meta(connection, "outside_head")?.is_some())
}

/// Notes that it is.
pub fn note_outside_head(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute("INSERT OR IGNORE INTO meta VALUES ('outside_head', '1')", [])
        .map(drop)
}

/// A number as SQLite keeps it. Nothing that is counted here comes near the limit.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The moment that stands in a column as seconds.
fn seconds(row: &Row<'_>, column: usize) -> rusqlite::Result<UnixSeconds> {
    let seconds: i64 = row.get(column)?;
    Ok(UnixSeconds(seconds.unsigned_abs()))
}

/// What the name of SQLite's write-ahead log has behind that of the database.
const LOG_SUFFIX: &str = "-wal";
/// The same of every other file that SQLite makes beside a database.
const OTHER_SUFFIXES: [&str; 2] = ["-shm", "-journal"];

/// Checks the files of the `database`, which SQLite opens itself.
///
/// # Errors
/// [`FolderError`] if others can use one of them.
pub(crate) fn look_at_database(database: &OwnFile) -> Result<(), FolderError> {
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
fn connection_to(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open_database(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::settings(&connection)?;
    Ok(connection)
}

#[cfg(test)]
mod tests;
