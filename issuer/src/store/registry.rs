//! Clients and edges, as they are kept.

use super::int;
use crate::keys::Hash;
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, Row, params};

/// A client as it is kept.
#[derive(Clone, Debug)]
pub struct ClientRow {
    /// Its id.
    pub client_id: String,
    /// What the operator calls it.
    pub name: String,
    /// Of its secret.
    pub hash: Hash,
    /// Its ceiling as JSON text.
    pub ceiling: String,
}

/// An edge as it is kept.
#[derive(Clone, Debug)]
pub struct EdgeRow {
    /// Its id.
    pub edge_id: String,
    /// What the operator calls it.
    pub name: String,
    /// Of its credential.
    pub hash: Hash,
    /// The audience that it serves.
    pub audience: String,
    /// The origins that it forwards to, as JSON text.
    pub upstreams: String,
}

/// Adds a client. Answers whether its name was free.
pub fn add_client(connection: &Connection, row: &ClientRow, now: UnixSeconds) -> rusqlite::Result<bool> {
    const SQL: &str = "INSERT INTO clients (client_id, name, hash, ceiling, created) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (name) DO NOTHING";
    let mut insert = connection.prepare_cached(SQL)?;
    let inserted = insert.execute(params![row.client_id, row.name, row.hash, row.ceiling, int(now.0)])?;
    Ok(inserted == 1)
}

/// Adds an edge. Answers whether its name was free.
pub fn add_edge(connection: &Connection, row: &EdgeRow, now: UnixSeconds) -> rusqlite::Result<bool> {
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

/// All clients.
pub fn clients(connection: &Connection) -> rusqlite::Result<Vec<ClientRow>> {
    let mut all = connection.prepare("SELECT client_id, name, hash, ceiling FROM clients")?;
    let read = |row: &Row<'_>| {
        Ok(ClientRow {
            client_id: row.get(0)?,
            name: row.get(1)?,
            hash: row.get(2)?,
            ceiling: row.get(3)?,
        })
    };
    all.query_map([], read)?.collect()
}

/// All edges.
pub fn edges(connection: &Connection) -> rusqlite::Result<Vec<EdgeRow>> {
    let mut all = connection.prepare("SELECT edge_id, name, hash, audience, upstreams FROM edges")?;
    let read = |row: &Row<'_>| {
        Ok(EdgeRow {
            edge_id: row.get(0)?,
            name: row.get(1)?,
            hash: row.get(2)?,
            audience: row.get(3)?,
            upstreams: row.get(4)?,
        })
    };
    all.query_map([], read)?.collect()
}
