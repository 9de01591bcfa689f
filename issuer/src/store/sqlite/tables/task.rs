//! Tasks, as they are begun, joined and ended.

use crate::base::clock::Moment;
use crate::base::id::Seed;
use crate::policy::grant::Term;
use crate::policy::granted_task::{Allowance, Granted, Task};
use crate::store::rows::task::{EarlierAnswer, EarlierTask, Joined, KeptRepetition, Repetition, TaskRow};
use crate::store::rules::tasks::GRANTS_KEPT;
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Keeps what was granted to a task that may have grants already, so that it can be held against
/// what was used.
pub(crate) fn grant(connection: &Connection, task: i64, granted: &[Granted]) -> rusqlite::Result<()> {
    const FULL: &str = "SELECT 1 FROM grants WHERE task = ?1 LIMIT 1 OFFSET ?2";
    let mut full = connection.prepare_cached(FULL)?;
    if full.exists(params![task, int(GRANTS_KEPT - 1)])? {
        return Ok(());
    }
    add_grants(connection, task, granted)
}

/// Keeps the grants of a task, each once.
pub(crate) fn add_grants(connection: &Connection, task: i64, granted: &[Granted]) -> rusqlite::Result<()> {
    const SQL: &str =
        "INSERT INTO grants (task, audience, grant_id, place, body) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    let mut grant = connection.prepare_cached(SQL)?;
    for (place, Granted { audience, id, body }) in (0_i64..).zip(granted) {
        grant.execute(params![task, audience, id, place, body])?;
    }
    Ok(())
}

/// The task that was begun when the client used this key before.
pub(crate) fn find_repetition(
    connection: &Connection,
    client_id: &str,
    key: &str,
) -> rusqlite::Result<Option<KeptRepetition>> {
    const SQL: &str = "SELECT repeat_hash, seed, born, expires, repeat_kid, repeat_answer FROM tasks
        WHERE client_id = ?1 AND repeat_key = ?2";
    let read = |row: &Row<'_>| {
        let millis = row.get::<_, i64>(2)?.unsigned_abs();
        let (born, expires) = (Moment { millis }, seconds(row, 3)?);
        let answered = row.get::<_, Option<String>>(4)?.zip(row.get(5)?);
        let earlier = EarlierTask {
            seed: Seed(row.get(1)?),
            term: Term { born, expires },
            answered: answered.map(|(kid, hash)| EarlierAnswer { kid, hash }),
        };
        let hash = row.get(0)?;
        Ok(KeptRepetition { hash, earlier })
    };
    let mut find = connection.prepare_cached(SQL)?;
    find.query_row(params![client_id, key], read).optional()
}

/// Adds a task. Answers its number; `None` if the client has one with this id.
pub(crate) fn add(
    connection: &Connection,
    task: &Task,
    repeat: Option<&(Repetition, EarlierAnswer)>,
) -> rusqlite::Result<Option<i64>> {
    let is_new = insert(connection, task, repeat)?;
    Ok(is_new.then(|| connection.last_insert_rowid()))
}

/// Adds the allowances of a task.
pub(crate) fn add_allowances(connection: &Connection, row: i64, allowances: &[Allowance]) -> rusqlite::Result<()> {
    let mut add = connection.prepare_cached("INSERT INTO allowances (allowance, task, most) VALUES (?1, ?2, ?3)")?;
    for allowance in allowances {
        add.execute(params![allowance.id, row, int(allowance.max)])?;
    }
    Ok(())
}

/// Notes when a task ended.
pub(crate) fn put_completed(connection: &Connection, row: i64, at: UnixSeconds) -> rusqlite::Result<()> {
    let mut complete = connection.prepare_cached("UPDATE tasks SET completed = ?2 WHERE task = ?1")?;
    complete.execute(params![row, int(at.0)]).map(drop)
}

/// Whether the task was new.
fn insert(
    connection: &Connection,
    task: &Task,
    repeat: Option<&(Repetition, EarlierAnswer)>,
) -> rusqlite::Result<bool> {
    const SQL: &str = "INSERT INTO tasks
        (client_id, task_id, orch_id, agent, agents, seed, born, expires, live_until, repeat_key, repeat_hash, repeat_kid,
            repeat_answer)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (task_id, client_id) DO NOTHING";
    let (ask, term) = (&task.ask, &task.term);
    let inserted = connection.prepare_cached(SQL)?.execute(params![
        task.client_id,
        ask.task_id,
        ask.orch_id,
        ask.agent,
        int(ask.count as u64),
        task.seed.0,
        int(term.born.millis),
        int(term.expires.0),
        repeat.map(|(repeat, _)| &repeat.key),
        repeat.map(|(repeat, _)| repeat.hash),
        repeat.map(|(_, answered)| &answered.kid),
        repeat.map(|(_, answered)| answered.hash),
    ])?;
    Ok(inserted == 1)
}

/// Answers the row of a task that an agent registers for, and begins the task if it is the first.
/// `None` if the client ended it.
pub(crate) fn join(connection: &Connection, join: &Joined) -> rusqlite::Result<Option<i64>> {
    const SQL: &str = "INSERT INTO tasks (client_id, task_id, orch_id, agents, seed, born, expires, live_until)
        VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?6)
        ON CONFLICT (task_id, client_id) DO UPDATE SET live_until = max(live_until, excluded.live_until)
        WHERE completed IS NULL RETURNING task";
    let mut join_task = connection.prepare_cached(SQL)?;
    let task = join_task.query_row(
        params![
            join.client_id,
            join.task_id,
            join.orch_id,
            join.seed.0,
            int(join.now.millis),
            int(join.expires.0),
        ],
        |row| row.get(0),
    );
    task.optional()
}

/// Notes that a task has a writ that expires at `expires`. Answers the task's row, if it is still
/// kept.
pub(crate) fn live_until(
    connection: &Connection,
    client_id: &str,
    task_id: &str,
    expires: UnixSeconds,
) -> rusqlite::Result<Option<i64>> {
    const SQL: &str = "UPDATE tasks SET live_until = max(live_until, ?3) WHERE task_id = ?2 AND client_id = ?1
        RETURNING task";
    let mut put = connection.prepare_cached(SQL)?;
    put.query_row(params![client_id, task_id, int(expires.0)], |row| row.get(0))
        .optional()
}

const TASK_ROW: &str = "SELECT task, client_id, orch_id, agent, born, live_until, completed FROM tasks";

/// The task of a client.
pub(crate) fn find(connection: &Connection, client_id: &str, task_id: &str) -> rusqlite::Result<Option<TaskRow>> {
    let sql = format!("{TASK_ROW} WHERE task_id = ?1 AND client_id = ?2");
    let mut find = connection.prepare_cached(&sql)?;
    find.query_row(params![task_id, client_id], read).optional()
}

/// The tasks of this name, of up to `most` clients.
pub(crate) fn named(connection: &Connection, task_id: &str, most: u64) -> rusqlite::Result<Vec<TaskRow>> {
    let sql = format!("{TASK_ROW} WHERE task_id = ?1 ORDER BY task LIMIT ?2");
    let mut named = connection.prepare_cached(&sql)?;
    named.query_map(params![task_id, int(most)], read)?.collect()
}

/// Whether a task had this number and is not kept any more. The last task is always kept.
pub(crate) fn is_forgotten(connection: &Connection, task: i64) -> rusqlite::Result<bool> {
    const SQL: &str = "SELECT ?1 BETWEEN 1 AND (SELECT max(task) FROM tasks) AND NOT EXISTS
        (SELECT 1 FROM tasks WHERE task = ?1)";
    let forgotten: Option<bool> = connection
        .prepare_cached(SQL)?
        .query_row(params![task], |row| row.get(0))?;
    Ok(forgotten.unwrap_or_default())
}

fn read(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    let completed: Option<i64> = row.get(6)?;
    Ok(TaskRow {
        task: row.get(0)?,
        client_id: row.get(1)?,
        orch_id: row.get(2)?,
        agent: row.get(3)?,
        born: Moment {
            millis: row.get::<_, i64>(4)?.unsigned_abs(),
        },
        live_until: seconds(row, 5)?,
        completed: completed.map(|at| UnixSeconds(at.unsigned_abs())),
    })
}

/// Forgets up to `most` tasks whose last writ expired before `moment`, with all that was counted
/// for them. The audit keeps its events.
pub(crate) fn prune(connection: &Connection, moment: UnixSeconds, most: u64) -> rusqlite::Result<usize> {
    // Not the last one: its number would be given again, and the audit knows tasks by their
    // numbers.
    const OLD: &str = "SELECT task FROM tasks WHERE live_until < ?1 AND task < (SELECT max(task) FROM tasks)
        ORDER BY live_until LIMIT ?2";
    const ALLOWANCES: &str = "DELETE FROM allowances WHERE allowance IN
        (SELECT json_extract(body, '$.uses.allowance') FROM grants WHERE task = ?1)";
    let mut old = connection.prepare_cached(OLD)?;
    let old: Vec<i64> = old
        .query_map(params![int(moment.0), int(most)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for task in &old {
        connection.prepare_cached(ALLOWANCES)?.execute(params![task])?;
    }
    for table in ["grants", "refusals", "agents", "tasks"] {
        let mut delete = connection.prepare_cached(&format!("DELETE FROM {table} WHERE task = ?1"))?;
        for task in &old {
            delete.execute(params![task])?;
        }
    }
    Ok(old.len())
}
