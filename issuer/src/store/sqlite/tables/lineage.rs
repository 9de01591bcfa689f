//! Lineages that were renewed or passed something on. Any other consists of its first writ, which
//! is named like it.

use crate::store::rows::lineage::{DelegatedLineage, Lineage};
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, params};

/// The lineage with this id, if it is kept.
pub(crate) fn find(connection: &Connection, lineage: &str) -> rusqlite::Result<Option<Lineage>> {
    let mut find = connection.prepare_cached("SELECT expires, chain FROM lineages WHERE lineage = ?1")?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Lineage {
            expires: seconds(row, 0)?,
            chain: row.get(1)?,
        })
    };
    find.query_row(params![lineage], read).optional()
}

/// Keeps a lineage from now on, unless it is kept already.
pub(crate) fn keep(connection: &Connection, lineage: &str, jti: &str, expires: UnixSeconds) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO lineages (lineage, jti, expires) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    let mut keep = connection.prepare_cached(SQL)?;
    keep.execute(params![lineage, jti, int(expires.0)])?;
    Ok(())
}

/// Keeps a delegated lineage.
pub(crate) fn keep_delegated(connection: &Connection, delegated: &DelegatedLineage<'_>) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO lineages (lineage, jti, expires, chain, root) VALUES (?1, ?1, ?2, ?3, ?4)";
    let DelegatedLineage {
        lineage,
        root,
        expires,
        chain,
    } = delegated;
    let mut keep = connection.prepare_cached(SQL)?;
    keep.execute(params![lineage, int(expires.0), chain, root])?;
    Ok(())
}

/// Whether at least `most` delegated lineages descend from `root` whose writs have not expired by
/// `now`.
pub(crate) fn has_delegates(
    connection: &Connection,
    root: &str,
    now: UnixSeconds,
    most: u64,
) -> rusqlite::Result<bool> {
    const SQL: &str = "SELECT 1 FROM lineages WHERE root = ?1 AND expires > ?2 LIMIT 1 OFFSET ?3";
    let mut find = connection.prepare_cached(SQL)?;
    find.exists(params![root, int(now.0), int(most.saturating_sub(1))])
}

/// Notes that `agent_id` passed something of a kept lineage on.
pub(crate) fn pass_on(connection: &Connection, lineage: &str, agent_id: &str) -> rusqlite::Result<()> {
    let mut pass = connection.prepare_cached("UPDATE lineages SET agent_id = ?2 WHERE lineage = ?1")?;
    pass.execute(params![lineage, agent_id])?;
    Ok(())
}

/// The lineages of which an agent passed something on.
pub(crate) fn passed_on_by(connection: &Connection, agent_id: &str) -> rusqlite::Result<Vec<String>> {
    let mut passed = connection.prepare_cached("SELECT lineage FROM lineages WHERE agent_id = ?1")?;
    passed.query_map(params![agent_id], |row| row.get(0))?.collect()
}

/// The id of the latest writ of a lineage, if the lineage is kept.
pub(crate) fn latest_writ(connection: &Connection, lineage: &str) -> rusqlite::Result<Option<String>> {
    let mut find = connection.prepare_cached("SELECT jti FROM lineages WHERE lineage = ?1")?;
    find.query_row(params![lineage], |row| row.get(0)).optional()
}

/// Lets `jti`, which expires at `expires`, be the latest writ of a lineage from now on.
pub(crate) fn put_latest_writ(
    connection: &Connection,
    lineage: &str,
    jti: &str,
    expires: UnixSeconds,
) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO lineages (lineage, jti, expires) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET jti = excluded.jti, expires = excluded.expires";
    let mut put = connection.prepare_cached(SQL)?;
    put.execute(params![lineage, jti, int(expires.0)]).map(drop)
}

/// Forgets up to `most` lineages that have expired by `now`.
pub(crate) fn prune(connection: &Connection, now: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
    const SQL: &str = "DELETE FROM lineages WHERE lineage IN
        (SELECT lineage FROM lineages WHERE expires <= ?1 LIMIT ?2)";
    connection.prepare_cached(SQL)?.execute(params![int(now.0), int(most)])
}
