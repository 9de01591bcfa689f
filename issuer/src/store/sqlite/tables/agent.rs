//! Agents that registered themselves, their launch tokens and nonces.

use crate::base::clock::Moment;
use crate::base::id::Seed;
use crate::store::rows::agent::{AgentRow, LaunchToken};
use crate::store::rules::agents::TaskAgents;
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Keeps a launch token by its hash.
pub(crate) fn add_launch_token(connection: &Connection, hash: &[u8; 32], token: &LaunchToken) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO launch_tokens (hash, client_id, agent_name, scope, max_ttl, single_use, expires)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(SQL)?.execute(params![
        hash,
        token.client_id,
        token.agent_name,
        token.scope,
        int(token.max_ttl),
        token.single_use,
        int(token.expires.0),
    ])?;
    Ok(())
}

/// The launch token with this hash, if it is valid at `now`.
pub(crate) fn launch_token(
    connection: &Connection,
    hash: &[u8; 32],
    now: UnixSeconds,
) -> rusqlite::Result<Option<LaunchToken>> {
    const SQL: &str = "SELECT client_id, agent_name, scope, max_ttl, single_use, expires FROM launch_tokens
        WHERE hash = ?1 AND expires > ?2";
    let read = |row: &Row<'_>| {
        Ok(LaunchToken {
            client_id: row.get(0)?,
            agent_name: row.get(1)?,
            scope: row.get(2)?,
            max_ttl: row.get::<_, i64>(3)?.unsigned_abs(),
            single_use: row.get(4)?,
            expires: seconds(row, 5)?,
        })
    };
    let mut find = connection.prepare_cached(SQL)?;
    find.query_row(params![hash, int(now.0)], read).optional()
}

/// Ends every launch token.
pub(crate) fn end_launch_tokens(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM launch_tokens", [])
}

/// Deletes a launch token.
pub(crate) fn delete_launch_token(connection: &Connection, hash: &[u8; 32]) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM launch_tokens WHERE hash = ?1")?;
    delete.execute(params![hash]).map(drop)
}

/// Whether a nonce was used.
pub(crate) fn is_nonce_used(connection: &Connection, nonce: &[u8; 32]) -> rusqlite::Result<bool> {
    let mut find = connection.prepare_cached("SELECT 1 FROM nonces WHERE nonce = ?1")?;
    find.exists(params![nonce])
}

/// Consumes a nonce. Answers whether it was new.
pub(crate) fn use_nonce(connection: &Connection, nonce: &[u8; 32]) -> rusqlite::Result<bool> {
    let mut insert = connection.prepare_cached("INSERT INTO nonces (nonce) VALUES (?1) ON CONFLICT DO NOTHING")?;
    Ok(insert.execute(params![nonce])? == 1)
}

/// Keeps an agent of a task.
pub(crate) fn add(connection: &Connection, task: i64, agent: &AgentRow, now: Moment) -> rusqlite::Result<()> {
    const SQL: &str =
        "INSERT INTO agents (task, instance, orch_id, name, public_key, born) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(SQL)?.execute(params![
        task,
        agent.instance,
        agent.orch_id,
        agent.name,
        agent.public_key,
        int(now.millis),
    ])?;
    Ok(())
}

/// The number of a task of a client, and the rows from which its agents follow.
pub(crate) fn task_agents(
    connection: &Connection,
    client_id: &str,
    task_id: &str,
) -> rusqlite::Result<Option<(i64, TaskAgents)>> {
    const SQL: &str = "SELECT task, orch_id, agents, seed FROM tasks WHERE task_id = ?1 AND client_id = ?2";
    let mut find = connection.prepare_cached(SQL)?;
    let read = |row: &Row<'_>| {
        let agents = TaskAgents {
            orch_id: row.get(1)?,
            count: row.get(2)?,
            seed: Seed(row.get(3)?),
        };
        Ok((row.get(0)?, agents))
    };
    find.query_row(params![task_id, client_id], read).optional()
}

/// Whether this agent registered for a task.
pub(crate) fn has_registered(
    connection: &Connection,
    task: i64,
    orch_id: &str,
    instance: &str,
) -> rusqlite::Result<bool> {
    const SQL: &str = "SELECT 1 FROM agents WHERE task = ?1 AND instance = ?2 AND orch_id = ?3";
    connection.prepare_cached(SQL)?.exists(params![task, instance, orch_id])
}

/// Forgets up to `most` launch tokens and nonces that have expired by `now`.
pub(crate) fn prune(connection: &Connection, now: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
    const TOKENS: &str = "DELETE FROM launch_tokens WHERE hash IN
        (SELECT hash FROM launch_tokens WHERE expires <= ?1 LIMIT ?2)";
    const NONCES: &str = "DELETE FROM nonces WHERE nonce IN (SELECT nonce FROM nonces WHERE nonce < ?1 LIMIT ?2)";
    let tokens = connection
        .prepare_cached(TOKENS)?
        .execute(params![int(now.0), int(most)])?;
    // A nonce begins with its expiry, so those that are over sort before this moment.
    let mut nonces = connection.prepare_cached(NONCES)?;
    Ok(tokens + nonces.execute(params![now.0.to_be_bytes(), int(most)])?)
}
