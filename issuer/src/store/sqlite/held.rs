//! A database whose writer waits, for tests.

use super::connection::open_database;
use crate::files::OwnFile;
use rusqlite::{Connection, OpenFlags};

/// Holds the lock of a database until it is dropped: the writer waits for it.
#[derive(Debug)]
pub(crate) struct HeldDatabase(Connection);

impl HeldDatabase {
    pub(crate) fn hold(database: &OwnFile) -> Self {
        let path = database.path_without_links().unwrap();
        let connection = open_database(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(connection)
    }
}

impl Drop for HeldDatabase {
    fn drop(&mut self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}
