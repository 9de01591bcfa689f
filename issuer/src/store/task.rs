//! Tasks, as they are begun and ended.

use super::revocation::{self, Living};
use super::{int, seconds};
use crate::clock::Moment;
use crate::grant::Term;
use crate::id::Seed;
use crate::mint::Task;
use edgewrit_shared::revocation::{Level, Target};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// What makes a request the repetition of another: the client's key, and the hash of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of the body.
    pub hash: [u8; 32],
}

/// What came of beginning a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It exists now.
    New,
    /// The request is a repetition: the task's seed and term, from which the same answer is made again.
    Repeated(Seed, Term),
    /// The client has such a task already.
    Exists,
    /// The client used the key for another request.
    KeyReused,
}

/// Begins `task` and makes its allowances.
pub fn begin(connection: &Connection, task: &Task, repeat: Option<&Repeat>) -> rusqlite::Result<Begun> {
    if let Some(repeat) = repeat
        && let Some(begun) = repeated(connection, &task.client_id, repeat)?
    {
        return Ok(begun);
    }
    if !insert(connection, task, repeat)? {
        return Ok(Begun::Exists);
    }
    let row = connection.last_insert_rowid();
    let mut allowance =
        connection.prepare_cached("INSERT INTO allowances (allowance, task, most) VALUES (?1, ?2, ?3)")?;
    for made in task.allowances() {
        allowance.execute(params![made.id, row, int(made.max)])?;
    }
    Ok(Begun::New)
}

/// What was begun when the client used this key before.
pub fn repeated(connection: &Connection, client_id: &str, repeat: &Repeat) -> rusqlite::Result<Option<Begun>> {
    const SQL: &str = "SELECT repeat_hash, seed, born, expires FROM tasks WHERE client_id = ?1 AND repeat_key = ?2";
    let mut find = connection.prepare_cached(SQL)?;
    let read = |row: &Row<'_>| {
        if row.get::<_, [u8; 32]>(0)? != repeat.hash {
            return Ok(Begun::KeyReused);
        }
        let millis = row.get::<_, i64>(2)?.unsigned_abs();
        let (born, expires) = (Moment { millis }, seconds(row, 3)?);
        Ok(Begun::Repeated(Seed(row.get(1)?), Term { born, expires }))
    };
    find.query_row(params![client_id, repeat.key], read).optional()
}

/// Whether the task was new.
fn insert(connection: &Connection, task: &Task, repeat: Option<&Repeat>) -> rusqlite::Result<bool> {
    const SQL: &str =
        "INSERT INTO tasks (client_id, task_id, orch_id, agent, seed, born, expires, repeat_key, repeat_hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (client_id, task_id) DO NOTHING";
    let (ask, term) = (&task.ask, &task.term);
    let inserted = connection.prepare_cached(SQL)?.execute(params![
        task.client_id,
        ask.task_id,
        ask.orch_id,
        ask.agent,
        task.seed.0,
        int(term.born.millis),
        int(term.expires.0),
        repeat.map(|repeat| &repeat.key),
        repeat.map(|repeat| repeat.hash),
    ])?;
    Ok(inserted == 1)
}

/// Ends a task: every writ of it is dead from now on. Answers when it ended, which may have been before; `None` if the client has
/// no such task.
pub fn complete(
    connection: &Connection,
    client_id: &str,
    task_id: &str,
    now: UnixSeconds,
) -> rusqlite::Result<Option<UnixSeconds>> {
    let Some(row) = find(connection, client_id, task_id)? else {
        return Ok(None);
    };
    if row.completed.is_some() {
        return Ok(row.completed);
    }
    let mut complete = connection.prepare_cached("UPDATE tasks SET completed = ?2 WHERE task = ?1")?;
    complete.execute(params![row.task, int(now.0)])?;
    let living = Living {
        target: Target::of(Level::Task { client_id, task_id }),
        born: row.born,
        expires: row.expires,
    };
    revocation::end(connection, living, now)?;
    Ok(Some(now))
}

/// A task as completing needs it.
struct TaskRow {
    task: i64,
    born: UnixSeconds,
    expires: UnixSeconds,
    completed: Option<UnixSeconds>,
}

fn find(connection: &Connection, client_id: &str, task_id: &str) -> rusqlite::Result<Option<TaskRow>> {
    const SQL: &str = "SELECT task, born / 1000, expires, completed FROM tasks WHERE client_id = ?1 AND task_id = ?2";
    let read = |row: &Row<'_>| {
        let completed: Option<i64> = row.get(3)?;
        Ok(TaskRow {
            task: row.get(0)?,
            born: seconds(row, 1)?,
            expires: seconds(row, 2)?,
            completed: completed.map(|at| UnixSeconds(at.unsigned_abs())),
        })
    };
    let mut find = connection.prepare_cached(SQL)?;
    find.query_row(params![client_id, task_id], read).optional()
}
