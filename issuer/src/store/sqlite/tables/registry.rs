//! Clients and edges, as they are kept.

use crate::keys::Hash;
use crate::store::rows::registry::ClientState;
use crate::store::rows::registry::{ClientRow, EdgeRow};
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Adds a client. Answers whether its name was free.
pub(crate) fn add_client(connection: &Connection, row: &ClientRow) -> rusqlite::Result<bool> {
    const SQL: &str = "INSERT INTO clients (client_id, name, hash, ceiling, session_life, created, updated)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO NOTHING";
    let inserted = connection.prepare_cached(SQL)?.execute(params![
        row.client_id,
        row.name,
        row.hash,
        row.ceiling,
        int(row.session_ttl),
        int(row.created.0),
        int(row.updated.0),
    ])?;
    Ok(inserted == 1)
}

/// Replaces what can change of a client.
pub(crate) fn put_client(connection: &Connection, row: &ClientRow) -> rusqlite::Result<()> {
    const SQL: &str =
        "UPDATE clients SET hash = ?2, hash_before = ?3, before_until = ?4, ceiling = ?5, session_life = ?6,
        updated = ?7, ended = ?8 WHERE client_id = ?1";
    connection.prepare_cached(SQL)?.execute(params![
        row.client_id,
        row.hash,
        row.before.map(|(hash, _)| hash),
        row.before.map(|(_, until)| int(until.0)),
        row.ceiling,
        int(row.session_ttl),
        int(row.updated.0),
        row.ended.map(|at| int(at.0)),
    ])?;
    Ok(())
}

/// The state of a client.
pub(crate) fn client_state(connection: &Connection, client_id: &str) -> rusqlite::Result<ClientState> {
    let mut find = connection.prepare_cached("SELECT ended IS NULL FROM clients WHERE client_id = ?1")?;
    let is_active: Option<bool> = find.query_row(params![client_id], |row| row.get(0)).optional()?;
    Ok(match is_active {
        None => ClientState::Unknown,
        Some(true) => ClientState::Active,
        Some(false) => ClientState::Ended,
    })
}

/// Adds an edge. Answers whether its name was free.
pub(crate) fn add_edge(connection: &Connection, row: &EdgeRow, now: UnixSeconds) -> rusqlite::Result<bool> {
    const SQL: &str =
        "INSERT INTO edges (edge_id, name, hash, audience, upstreams, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (name) DO NOTHING";
    let (hash, created) = (row.hash, int(now.0));
    let mut insert = connection.prepare_cached(SQL)?;
    let inserted = insert.execute(params![
        row.edge_id,
        row.name,
        hash,
        row.audience,
        row.upstreams,
        created
    ])?;
    Ok(inserted == 1)
}

/// Replaces the credential of an edge.
pub(crate) fn put_edge_secret(connection: &Connection, row: &EdgeRow) -> rusqlite::Result<()> {
    const SQL: &str = "UPDATE edges SET hash = ?2, hash_before = ?3, before_until = ?4 WHERE edge_id = ?1";
    let (before, until) = row.before.unzip();
    let until = until.map(|until| int(until.0));
    connection
        .prepare_cached(SQL)?
        .execute(params![row.edge_id, row.hash, before, until])
        .map(drop)
}

/// All clients, the clients that were shut out included.
pub(crate) fn clients(connection: &Connection) -> rusqlite::Result<Vec<ClientRow>> {
    let mut all = connection.prepare(
        "SELECT client_id, name, hash, hash_before, before_until, ceiling, session_life, created, updated, ended
        FROM clients ORDER BY created, client_id",
    )?;
    all.query_map([], client)?.collect()
}

fn client(row: &Row<'_>) -> rusqlite::Result<ClientRow> {
    let moment = |column| -> rusqlite::Result<Option<UnixSeconds>> {
        let at: Option<i64> = row.get(column)?;
        Ok(at.map(|at| UnixSeconds(at.unsigned_abs())))
    };
    let before: Option<Hash> = row.get(3)?;
    Ok(ClientRow {
        client_id: row.get(0)?,
        name: row.get(1)?,
        hash: row.get(2)?,
        before: before.zip(moment(4)?),
        ceiling: row.get(5)?,
        session_ttl: row.get::<_, i64>(6)?.unsigned_abs(),
        created: seconds(row, 7)?,
        updated: seconds(row, 8)?,
        ended: moment(9)?,
    })
}

/// All edges.
pub(crate) fn edges(connection: &Connection) -> rusqlite::Result<Vec<EdgeRow>> {
    const SQL: &str = "SELECT edge_id, name, hash, audience, upstreams, hash_before, before_until FROM edges ORDER BY created, edge_id";
    let mut all = connection.prepare(SQL)?;
    let read = |row: &Row<'_>| {
        let (before, until): (Option<Hash>, Option<i64>) = (row.get(5)?, row.get(6)?);
        let until = until.map(|until| UnixSeconds(until.unsigned_abs()));
        Ok(EdgeRow {
            edge_id: row.get(0)?,
            name: row.get(1)?,
            hash: row.get(2)?,
            before: before.zip(until),
            audience: row.get(3)?,
            upstreams: row.get(4)?,
        })
    };
    all.query_map([], read)?.collect()
}
