//! The numbers of tasks, by which the column `task` of an event is checked.

use super::task;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// The client and the id of a task.
pub(crate) type TaskName<'a> = (&'a str, &'a str);

/// Whether `number` can stand in the column `task` of event `seq`, whose line names the task
/// `named`. A task has a number from the event on by which it began, and keeps it. Numbers are not
/// given twice. What was forgotten of old tasks is not needed: their events show that the number is
/// theirs.
pub(crate) fn is_number_of_task(
    connection: &Connection,
    seq: u64,
    number: Option<i64>,
    named: Option<TaskName<'_>>,
) -> rusqlite::Result<bool> {
    let Some(named) = named else {
        return Ok(number.is_none());
    };
    let own = task::find(connection, named.0, named.1)?.map(|row| row.task);
    if number == own {
        return Ok(true);
    }
    if let Some(own) = own
        && first_of_task(connection, own)?.is_some_and(|(first, ..)| first < seq)
    {
        return Ok(false);
    }
    let Some(number) = number else { return Ok(true) };
    let of_number = first_of_task(connection, number)?;
    let is_own = of_number.is_some_and(|(_, client_id, task_id)| (&*client_id, &*task_id) == named);
    Ok(is_own && task::is_forgotten(connection, number)?)
}

/// The first event that has `task` in its column: its number, and the client and the task that its
/// line names.
fn first_of_task(connection: &Connection, task: i64) -> rusqlite::Result<Option<(u64, String, String)>> {
    const SQL: &str = "SELECT seq, coalesce(json_extract(line, '$.client_id'), ''),
        coalesce(json_extract(line, '$.task_id'), '') FROM audit WHERE task = ?1 ORDER BY seq LIMIT 1";
    let mut first = connection.prepare_cached(SQL)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?, row.get(2)?));
    first.query_row(params![task], read).optional()
}
