//! The tables, and their versions.
//!
//! The tables change by numbered migrations. All migrations that a database lacks run in one
//! transaction: the database has the newest version, or it is what it was. A database of a newer
//! version is refused; the way back is the backup.

use rusqlite::{Connection, Transaction};

/// Marks the file as ours: `ewri`.
pub(super) const APPLICATION_ID: i64 = 0x6577_7269;
/// The migrations, by the version that each one leads to. A migration that was released is never
/// changed.
///
/// Ids that begin with the time keep an index growing at one end, and so do the numbers of rows.
/// What clients choose (`task_id`) is indexed once a task, not once a writ.
pub(super) const MIGRATIONS: [&str; 3] = [
    include_str!("0001-tables.sql"),
    include_str!("0002-edge-credentials.sql"),
    include_str!("0003-limits.sql"),
];
/// Version of the tables that this program works with.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;
pub(super) fn identity(connection: &Connection) -> rusqlite::Result<(bool, i64)> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok((number("application_id")? == APPLICATION_ID, number("user_version")?))
}

/// Runs the `migrations` that tables of version `from` lack.
pub(super) fn migrate(transaction: &Transaction<'_>, from: i64, migrations: &[&str]) -> rusqlite::Result<()> {
    for (version, migration) in (1..).zip(migrations) {
        if version > from {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
    }
    Ok(())
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
