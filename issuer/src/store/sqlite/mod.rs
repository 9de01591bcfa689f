//! The store in SQLite, written by one thread, read by others.
//!
//! [`SqliteStore::write`] answers after the commit that holds its work was synced to disk; whatever
//! is queued meanwhile shares the next commit. One writer also gives what happens an order: bundle
//! sequence numbers and places in the audit chain are assigned under it.

use crate::audit::{Event, EventLimiter};
use crate::base::clock::Clock;
use crate::files::OwnFile;
use crate::store::StoreError;
use crate::store::rows::ends::HistoryEnds;
use rusqlite::{Connection, OpenFlags};
use std::sync::Arc;

mod audit;
mod columns;
mod connection;
mod copy;
mod error;
#[cfg(test)]
mod held;
mod history;
mod meta;
mod migrations;
mod reader;
mod schema;
mod tables;
mod transaction;
mod transactions;
mod wal;
mod writer;

use connection::{LOG_SUFFIX, connection_to, look_at_database, open_database};
pub use copy::CopyDatabaseError;
pub(crate) use copy::copy_database;
pub use error::OpenStoreError;
#[cfg(test)]
pub(crate) use held::HeldDatabase;
pub(crate) use history::HistoryDatabase;
pub use history::ReadDatabaseError;
pub use meta::EpochError;
use meta::{epoch_before, has_outside_head, is_restored, note_outside_head, note_restored, set_epoch};
use reader::ReadConnections;
pub(crate) use tables::task_number::TaskName;
use tables::{agent, keys, lineage, recorded, registry, report, revocation, spend, task};
use transaction::Writing;
use wal::Checkpointer;
use writer::Writer;

/// The origin of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseOrigin {
    /// From a backup, as its folder says.
    Backup,
    /// The data directory says nothing about the origin of the database.
    Unmarked,
}

/// The store whose rows are in a database of SQLite.
#[derive(Debug)]
pub struct SqliteStore {
    readers: ReadConnections,
    writer: Writer,
    // After the writer: it ends when the writer's thread has.
    checkpointer: Checkpointer,
    clock: Clock,
    limiter: Arc<EventLimiter>,
    epoch: String,
}

impl SqliteStore {
    /// Opens the `database`, and makes it if it is not there.
    ///
    /// # Errors
    /// [`OpenStoreError`].
    pub fn open(database: &OwnFile, clock: Clock) -> Result<Self, OpenStoreError> {
        Self::open_from(database, clock, DatabaseOrigin::Unmarked)
    }

    /// As [`Self::open`], for a database of which the folder knows where it comes from.
    ///
    /// # Errors
    /// [`OpenStoreError`].
    pub fn open_from(database: &OwnFile, clock: Clock, origin: DatabaseOrigin) -> Result<Self, OpenStoreError> {
        database.make().map_err(OpenStoreError::Directory)?;
        look_at_database(database).map_err(OpenStoreError::Directory)?;
        let path = database.path_without_links().map_err(OpenStoreError::Directory)?;
        let refused = |error| OpenStoreError::Sqlite(path.clone(), error);
        let mut connection = open_database(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(refused)?;
        let epoch = schema::prepare(&mut connection, &path, origin)?;
        let ends = read_ends(&connection).map_err(refused)?;
        let beside = connection_to(&path).map_err(refused)?;
        let log = database.with_suffix(LOG_SUFFIX);
        let (checkpointer, wake) = Checkpointer::start(beside, log).map_err(OpenStoreError::Thread)?;
        let limiter = Arc::new(EventLimiter::new());
        let writer = Writer::start(connection, clock.clone(), Arc::clone(&limiter), ends, wake);
        let writer = writer.map_err(OpenStoreError::Thread)?;
        Ok(Self {
            readers: ReadConnections::new(path),
            writer,
            checkpointer,
            clock,
            limiter,
            epoch,
        })
    }

    /// Does `work` in a transaction and answers once it is durable. If `work` fails nothing of it
    /// remains, and nothing else is touched. It is done again, on what was there before, if
    /// something failed that shared its transaction.
    ///
    /// # Errors
    /// [`StoreError`]; the work was not done.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Writing<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// Whether the limiter would omit `event`, which goes with no change. Then it is counted here,
    /// and costs no write.
    pub(crate) fn omits(&self, event: &Event) -> bool {
        !self.limiter.has_room(event, self.clock.now())
    }

    /// Does `work` on one consistent state of the database.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.readers.read(work).await
    }
}

fn read_ends(connection: &Connection) -> rusqlite::Result<HistoryEnds> {
    Ok(HistoryEnds {
        revocation: revocation::latest(connection)?,
        head: audit::head(connection)?,
    })
}

#[cfg(test)]
mod tests;
