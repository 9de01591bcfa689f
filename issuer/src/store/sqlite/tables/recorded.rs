//! Numbers of the records of a boot that were taken in, as ranges. Batches come in any order, and
//! again.

use crate::store::rows::reporting_edge::Numbers;
use crate::store::rules::records::join_ranges;
use crate::store::sqlite::columns::int;
use rusqlite::{Connection, Row, params};

/// The ranges that share numbers with these, or end or begin beside them.
pub(crate) fn find_touching(connection: &Connection, boot: i64, numbers: &Numbers) -> rusqlite::Result<Vec<Numbers>> {
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
pub(crate) fn replace_ranges(
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
