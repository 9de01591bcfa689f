//! Which records of a boot were taken in: their numbers, as ranges. Batches come in any order, and
//! again.

pub use crate::store::rows::edge_record::Numbers;
use crate::store::rules::records::join_ranges;
use crate::store::sqlite::columns::int;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Notes that the records with these numbers are taken in. Answers those of them that were before,
/// in ranges; `None` if the boot is not one of this edge.
pub fn take_in(
    connection: &Connection,
    boot_id: &str,
    edge_id: &str,
    numbers: &Numbers,
) -> rusqlite::Result<Option<Vec<Numbers>>> {
    let mut find = connection.prepare_cached("SELECT boot FROM boots WHERE boot_id = ?1 AND edge_id = ?2")?;
    let Some(boot) = find.query_row(params![boot_id, edge_id], |row| row.get(0)).optional()? else {
        return Ok(None);
    };
    let before = find_touching(connection, boot, numbers)?;
    if !numbers.is_empty() {
        replace_ranges(connection, boot, &before, numbers)?;
    }
    Ok(Some(before))
}

/// The ranges that share numbers with these, or end or begin beside them.
pub fn find_touching(connection: &Connection, boot: i64, numbers: &Numbers) -> rusqlite::Result<Vec<Numbers>> {
    const SQL: &str =
        "SELECT first, last FROM recorded WHERE boot = ?1 AND first <= ?3 + 1 AND last >= ?2 - 1 ORDER BY first";
    connection
        .prepare_cached(SQL)?
        .query_map(params![boot, int(*numbers.start()), int(*numbers.end())], range)?
        .collect()
}

fn range(row: &Row<'_>) -> rusqlite::Result<Numbers> {
    let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
    Ok(first.unsigned_abs()..=last.unsigned_abs())
}

/// Makes one range of those and these.
pub fn replace_ranges(
    connection: &Connection,
    boot: i64,
    touching: &[Numbers],
    numbers: &Numbers,
) -> rusqlite::Result<()> {
    let joined = join_ranges(touching, numbers);
    let mut delete = connection.prepare_cached("DELETE FROM recorded WHERE boot = ?1 AND first = ?2")?;
    for range in touching {
        delete.execute(params![boot, int(*range.start())])?;
    }
    let mut insert = connection.prepare_cached("INSERT INTO recorded (boot, first, last) VALUES (?1, ?2, ?3)")?;
    insert
        .execute(params![boot, int(*joined.start()), int(*joined.end())])
        .map(drop)
}
