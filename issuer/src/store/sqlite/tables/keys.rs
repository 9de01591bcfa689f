//! The history of signing keys. Only public halves are here.

use crate::keys::{KeyJob, KeyState};
use crate::store::rows::keys::KeyRow;
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, Row, params};

/// Every key that is known, in the order in which they came to their states.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<KeyRow>> {
    let mut all = connection.prepare("SELECT kid, job, state, jwk, since FROM keys ORDER BY since, kid")?;
    all.query_map([], read)?.collect()
}

/// Adds a key.
pub(crate) fn add(connection: &Connection, row: &KeyRow) -> rusqlite::Result<()> {
    let mut add = connection.prepare("INSERT INTO keys (kid, job, state, jwk, since) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let (job, state) = (row.job.as_str(), row.state.as_str());
    add.execute(params![row.kid, job, state, row.jwk, int(row.since.0)])?;
    Ok(())
}

/// Moves a key to another state.
pub(crate) fn put(connection: &Connection, kid: &str, state: KeyState, now: UnixSeconds) -> rusqlite::Result<()> {
    let mut put = connection.prepare("UPDATE keys SET state = ?2, since = ?3 WHERE kid = ?1")?;
    put.execute(params![kid, state.as_str(), int(now.0)])?;
    Ok(())
}

/// Forgets keys that were retired or dropped before `moment`, when nothing that they signed can be
/// valid any more.
pub(crate) fn forget(connection: &Connection, moment: UnixSeconds) -> rusqlite::Result<usize> {
    const SQL: &str = "DELETE FROM keys WHERE state IN ('retired', 'dropped') AND job <> 'checkpoint' AND since < ?1";
    connection.prepare_cached(SQL)?.execute(params![int(moment.0)])
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let text = |column| row.get::<_, String>(column);
    let unknown = |column| rusqlite::Error::InvalidColumnType(column, String::new(), rusqlite::types::Type::Text);
    Ok(KeyRow {
        kid: text(0)?,
        job: KeyJob::parse(&text(1)?).ok_or_else(|| unknown(1))?,
        state: KeyState::parse(&text(2)?).ok_or_else(|| unknown(2))?,
        jwk: text(3)?,
        since: seconds(row, 4)?,
    })
}
