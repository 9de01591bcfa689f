//! Values of the issuer as columns of SQLite.

use edgewrit_shared::time::UnixSeconds;
use rusqlite::Row;

/// A number as SQLite keeps it. Nothing that is counted here comes near the limit.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The moment that stands in a column as seconds.
pub(crate) fn seconds(row: &Row<'_>, column: usize) -> rusqlite::Result<UnixSeconds> {
    let seconds: i64 = row.get(column)?;
    Ok(UnixSeconds(seconds.unsigned_abs()))
}
