//! Events by what they are looked up by.

use super::events::{first_at, head, head_at, link};
use super::pruned::pruned;
use crate::audit::Link;
use crate::store::rows::audit::{EventPage, EventQuery};
use rusqlite::Connection;

/// Events by `query`. Without other conditions than time nothing is searched: numbers have no gaps.
pub(crate) fn find(connection: &Connection, query: &EventQuery) -> rusqlite::Result<EventPage> {
    let first = match query.since {
        Some(at) => first_at(connection, at)?,
        None => pruned(connection)?.seq + 1,
    };
    let end = match query.until {
        Some(at) => first_at(connection, at)?,
        None => head(connection)?.seq + 1,
    };
    let (condition, texts) = condition(query);
    let count = format!("SELECT count(*) FROM audit WHERE seq >= {first} AND seq < {end}{condition}");
    let total = if texts.is_empty() {
        end.saturating_sub(first)
    } else {
        let mut count = connection.prepare(&count)?;
        let total: i64 = count.query_row(rusqlite::params_from_iter(&texts), |row| row.get(0))?;
        total.unsigned_abs()
    };
    let (limit, offset) = (query.limit, query.offset);
    let (first, skipped) = if texts.is_empty() {
        (first + offset, 0)
    } else {
        (first, offset)
    };
    let page = format!(
        "SELECT seq, line, hash FROM audit WHERE seq >= {first} AND seq < {end}{condition}
        ORDER BY seq LIMIT {limit} OFFSET {skipped}"
    );
    let mut page = connection.prepare(&page)?;
    let links: Vec<Link> = page
        .query_map(rusqlite::params_from_iter(&texts), link)?
        .collect::<rusqlite::Result<_>>()?;
    let mut events = Vec::with_capacity(links.len());
    for link in links {
        let before = head_at(connection, link.head.seq.saturating_sub(1))?;
        events.push((before.unwrap_or_default(), link));
    }
    Ok(EventPage { events, total })
}

/// The agent's own task, and those in which something was passed on to it.
const AGENTS_TASKS: &str = " AND task IN (SELECT task FROM tasks WHERE task_id = ?
    UNION SELECT task FROM audit WHERE agent_id = ? AND event = 'delegation_created')";

/// SQL for the conditions on columns, and what its parameters are.
fn condition(query: &EventQuery) -> (String, Vec<&str>) {
    let conditions: [(&str, &[&Option<String>]); 5] = [
        (" AND event = ?", &[&query.event]),
        (" AND outcome = ?", &[&query.outcome]),
        (" AND agent_id = ?", &[&query.agent_id]),
        (AGENTS_TASKS, &[&query.agents_task, &query.agent_id]),
        (
            " AND task IN (SELECT task FROM tasks WHERE task_id = ?)",
            &[&query.task_id],
        ),
    ];
    let asked = conditions.iter().filter_map(|(sql, values)| {
        let values: Option<Vec<&str>> = values.iter().map(|value| value.as_deref()).collect();
        Some((*sql, values?))
    });
    let (sql, values): (String, Vec<Vec<&str>>) = asked.unzip();
    (sql, values.concat())
}
