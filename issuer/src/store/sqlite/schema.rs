//! Brings the database to its version at a start.

use super::connection::set_up;
use super::meta::{begin_epoch, is_restored, meta};
use super::migrations::{APPLICATION_ID, MIGRATIONS, VERSION, identity, migrate};
use super::{DatabaseOrigin, OpenStoreError};
use crate::base::id::{hex, random};
use rusqlite::{Connection, Transaction, params};
use std::path::Path;

/// Sets a new connection up, makes the tables or brings them to [`VERSION`], and answers the epoch.
pub(super) fn prepare(
    connection: &mut Connection,
    path: &Path,
    origin: DatabaseOrigin,
) -> Result<String, OpenStoreError> {
    let refused = |error| OpenStoreError::Sqlite(path.to_owned(), error);
    set_up(connection).map_err(refused)?;
    let transaction = connection.transaction().map_err(refused)?;
    let (ours, version) = identity(&transaction).map_err(refused)?;
    if version > VERSION {
        return Err(OpenStoreError::Later(path.to_owned(), version));
    }
    if !ours {
        if !is_empty(&transaction).map_err(refused)? {
            return Err(OpenStoreError::Foreign(path.to_owned()));
        }
        let epoch = hex(&random::<8>().map_err(OpenStoreError::Random)?);
        create(&transaction, &epoch).map_err(refused)?;
    } else if version < VERSION {
        migrate(&transaction, version, &MIGRATIONS).map_err(refused)?;
        tracing::info!(path = %path.display(), from = version, to = VERSION, "the tables were brought to this version");
    }
    if origin == DatabaseOrigin::Backup || is_restored(&transaction).map_err(refused)? {
        begin_epoch(&transaction).map_err(OpenStoreError::Epoch)?;
    }
    let epoch = meta(&transaction, "epoch").map_err(refused)?;
    transaction.commit().map_err(refused)?;
    epoch.ok_or_else(|| OpenStoreError::Foreign(path.to_owned()))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn create(transaction: &Transaction<'_>, epoch: &str) -> rusqlite::Result<()> {
    migrate(transaction, 0, &MIGRATIONS)?;
    transaction.execute("INSERT INTO meta VALUES ('epoch', ?1)", params![epoch])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)
}
