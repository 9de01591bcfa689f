//! Granted against used: what a task was given, how often each of it was used, and what was
//! refused.

use crate::store::rows::report::{AllowanceUse, GrantUse, RefusalCount, RequestVerdict, TaskReport};
use crate::store::rows::task::TaskRow;
use crate::store::rules::tasks::REPORT_ROWS;
use crate::store::sqlite::columns::{int, seconds};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::{Connection, Row, params};

/// The report of a task.
pub(crate) fn of(connection: &Connection, task: TaskRow) -> rusqlite::Result<TaskReport> {
    Ok(TaskReport {
        uses: uses(connection, task.task)?,
        counters: counters(connection, task.task)?,
        refused: refused(connection, task.task)?,
        agents: agents(connection, task.task)?,
        task,
    })
}

fn uses(connection: &Connection, task: i64) -> rusqlite::Result<Vec<GrantUse>> {
    const SQL: &str =
        "SELECT audience, grant_id, body, used, used_last FROM grants WHERE task = ?1 ORDER BY place LIMIT ?2";
    let read = |row: &Row<'_>| {
        let last: Option<i64> = row.get(4)?;
        Ok(GrantUse {
            audience: row.get(0)?,
            id: row.get(1)?,
            body: row.get(2)?,
            used: count(row, 3)?,
            last: last.map(|at| UnixSeconds(at.unsigned_abs())),
        })
    };
    connection
        .prepare_cached(SQL)?
        .query_map(params![task, int(REPORT_ROWS)], read)?
        .collect()
}

fn counters(connection: &Connection, task: i64) -> rusqlite::Result<Vec<AllowanceUse>> {
    const SQL: &str = "SELECT allowance, most, spent FROM allowances WHERE allowance IN
        (SELECT json_extract(body, '$.uses.allowance') FROM grants WHERE task = ?1)";
    let read = |row: &Row<'_>| {
        Ok(AllowanceUse {
            id: row.get(0)?,
            max: count(row, 1)?,
            spent: count(row, 2)?,
        })
    };
    connection
        .prepare_cached(SQL)?
        .query_map(params![task], read)?
        .collect()
}

fn refused(connection: &Connection, task: i64) -> rusqlite::Result<Vec<RefusalCount>> {
    const SQL: &str = "SELECT audience, label, count, last FROM refusals WHERE task = ?1 LIMIT ?2";
    let read = |row: &Row<'_>| {
        Ok(RefusalCount {
            audience: row.get(0)?,
            label: row.get(1)?,
            count: count(row, 2)?,
            last: seconds(row, 3)?,
        })
    };
    let mut refused = connection.prepare_cached(SQL)?;
    refused.query_map(params![task, int(REPORT_ROWS)], read)?.collect()
}

fn agents(connection: &Connection, task: i64) -> rusqlite::Result<u64> {
    let mut agents = connection.prepare_cached("SELECT count(*) FROM agents WHERE task = ?1")?;
    agents.query_row(params![task], |row| count(row, 0))
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

/// Whether a task was granted anything at `audience`: an edge reports of no other.
pub(crate) fn is_granted(connection: &Connection, task: i64, audience: &str) -> rusqlite::Result<bool> {
    let mut find = connection.prepare_cached("SELECT 1 FROM grants WHERE task = ?1 AND audience = ?2 LIMIT 1")?;
    find.exists(params![task, audience])
}

/// Counts a verdict for a task.
pub(crate) fn count_verdict(connection: &Connection, task: i64, verdict: &RequestVerdict<'_>) -> rusqlite::Result<()> {
    const USED: &str = "UPDATE grants SET used = used + 1, used_last = max(coalesce(used_last, 0), ?4)
        WHERE task = ?1 AND audience = ?2 AND grant_id = ?3";
    const REFUSED: &str = "INSERT INTO refusals (task, audience, label, count, last) VALUES (?1, ?2, ?3, 1, ?4)
        ON CONFLICT DO UPDATE SET count = count + 1, last = max(last, excluded.last)";
    let at = int(verdict.at.0);
    if let Some(label) = verdict.refused {
        let mut refused = connection.prepare_cached(REFUSED)?;
        refused.execute(params![task, verdict.audience, label, at])?;
    }
    let mut used = connection.prepare_cached(USED)?;
    for grant in verdict.grants {
        used.execute(params![task, verdict.audience, grant, at])?;
    }
    Ok(())
}
