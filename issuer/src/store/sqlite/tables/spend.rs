//! Boots of edges, and what they spent. A use is debited once: one writer, one transaction, and a
//! constraint on the row itself.

use crate::base::clock::Moment;
use crate::policy::allowance::Left;
use crate::store::rows::spend::{EarlierSpend, SpendRequest};
use crate::store::sqlite::columns::int;
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Remembers a boot.
pub(crate) fn boot(connection: &Connection, boot_id: &str, edge_id: &str, now: UnixSeconds) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT INTO boots (boot_id, edge_id, created) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![boot_id, edge_id, int(now.0)])?;
    Ok(())
}

/// Time at which an edge last started.
pub(crate) fn last_boot(connection: &Connection) -> rusqlite::Result<Moment> {
    let last: Option<i64> = connection.query_row("SELECT max(created) FROM boots", [], |row| row.get(0))?;
    let millis = last.unwrap_or_default().unsigned_abs().saturating_mul(1000);
    Ok(Moment { millis })
}

/// The row of a boot of this edge.
pub(crate) fn find_boot(connection: &Connection, boot_id: &str, edge_id: &str) -> rusqlite::Result<Option<i64>> {
    let mut boot = connection.prepare_cached("SELECT boot FROM boots WHERE boot_id = ?1 AND edge_id = ?2")?;
    boot.query_row(params![boot_id, edge_id], |row| row.get(0)).optional()
}

/// The answer to the same number of this boot before. Ids have no spaces, so a list of them is one
/// text.
pub(crate) fn find_earlier(connection: &Connection, boot: i64, counter: u64) -> rusqlite::Result<Option<EarlierSpend>> {
    let mut find = connection.prepare_cached("SELECT request, spent FROM spends WHERE boot = ?1 AND counter = ?2")?;
    let read = |row: &rusqlite::Row<'_>| {
        let spent: String = row.get(1)?;
        Ok(EarlierSpend {
            request: row.get(0)?,
            spent: spent.split_terminator(' ').map(str::to_owned).collect(),
        })
    };
    find.query_row(params![boot, int(counter)], read).optional()
}

/// Debits one use of each allowance.
pub(crate) fn debit_all(connection: &Connection, debits: &[String]) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached("UPDATE allowances SET spent = spent + 1 WHERE allowance = ?1")?;
    for allowance in debits {
        update.execute(params![allowance])?;
    }
    Ok(())
}

/// The task that an allowance is of.
pub(crate) fn task_of(connection: &Connection, allowance: &str) -> rusqlite::Result<Option<i64>> {
    let mut find = connection.prepare_cached("SELECT task FROM allowances WHERE allowance = ?1")?;
    find.query_row(params![allowance], |row| row.get(0)).optional()
}

/// Remembers the answer to a debit.
pub(crate) fn remember(
    connection: &Connection,
    boot: i64,
    spend: &SpendRequest,
    debits: &[String],
    now: UnixSeconds,
) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO spends (boot, counter, request, spent, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (counter, spent) = (int(spend.counter), debits.join(" "));
    let mut insert = connection.prepare_cached(SQL)?;
    insert.execute(params![boot, counter, spend.request, spent, int(now.0)])?;
    Ok(())
}

/// The uses that are left of each allowance that is named. One that does not exist has nothing
/// left.
pub(crate) fn read_left(connection: &Connection, attempts: &[Vec<String>]) -> rusqlite::Result<Left> {
    let mut find = connection.prepare_cached("SELECT most - spent FROM allowances WHERE allowance = ?1")?;
    let mut left = Left::new();
    for allowance in attempts.iter().flatten() {
        if !left.contains_key(allowance) {
            let found = find
                .query_row(params![allowance], |row| row.get::<_, i64>(0))
                .optional()?;
            left.insert(allowance.clone(), found.unwrap_or_default().unsigned_abs());
        }
    }
    Ok(left)
}

/// Forgets up to `most` answers to spends before `moment`: no edge repeats those any more.
pub(crate) fn prune(connection: &Connection, moment: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
    const SQL: &str = "DELETE FROM spends WHERE (boot, counter) IN
        (SELECT boot, counter FROM spends WHERE at < ?1 LIMIT ?2)";
    connection
        .prepare_cached(SQL)?
        .execute(params![int(moment.0), int(most)])
}

/// Forgets up to `most` boots from before `moment` that spent nothing lately. An edge that still
/// numbers by one is told, and boots again.
pub(crate) fn prune_boots(connection: &Connection, moment: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
    const SQL: &str = "DELETE FROM boots WHERE boot IN (SELECT boot FROM boots
        WHERE created < ?1 AND NOT EXISTS (SELECT 1 FROM spends WHERE spends.boot = boots.boot) LIMIT ?2)";
    connection
        .prepare_cached(SQL)?
        .execute(params![int(moment.0), int(most)])
}
