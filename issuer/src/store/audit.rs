//! The audit chain as it is kept: the line that was hashed, and beside it what events are looked up by.

use super::{int, retention, task};
use crate::audit::{self, Event, Head, Kind, Link};
use crate::clock::Moment;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Appends `event`, which concerns the task in `row`, behind `head`, and answers the new head.
pub fn append(
    connection: &Connection,
    head: Head,
    at: Moment,
    row: Option<i64>,
    event: &Event,
) -> rusqlite::Result<Head> {
    const SQL: &str = "INSERT INTO audit (seq, at, event, outcome, task, agent_id, request_id, line, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let line = audit::line(head.seq + 1, at, event);
    let next = head.after(&line);
    connection.prepare_cached(SQL)?.execute(params![
        int(next.seq),
        int(at.millis),
        event.kind.as_str(),
        event.outcome.as_str(),
        row,
        event.agent_id,
        event.request_id.as_ref().filter(|_| event.is_looked_up()),
        line,
        next.hash,
    ])?;
    Ok(next)
}

/// How far the chain reaches.
pub fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let mut last = connection.prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?;
    Ok(last
        .query_row([], |row| head_of(row, 1))
        .optional()?
        .unwrap_or_default())
}

/// When the last event happened.
pub fn last_at(connection: &Connection) -> rusqlite::Result<Moment> {
    let mut last = connection.prepare_cached("SELECT at FROM audit ORDER BY seq DESC LIMIT 1")?;
    let millis: Option<i64> = last.query_row([], |row| row.get(0)).optional()?;
    Ok(Moment {
        millis: millis.unwrap_or_default().unsigned_abs(),
    })
}

/// The head as it was at event `seq`.
pub fn head_at(connection: &Connection, seq: u64) -> rusqlite::Result<Option<Head>> {
    if seq == 0 {
        return Ok(Some(Head::default()));
    }
    let mut find = connection.prepare_cached("SELECT seq, hash FROM audit WHERE seq = ?1")?;
    match find.query_row(params![int(seq)], |row| head_of(row, 1)).optional()? {
        None => Ok(Some(retention::pruned(connection)?).filter(|pruned| pruned.seq == seq)),
        found => Ok(found),
    }
}

/// The head behind which the events after number `from` begin: that of event `from`, or of the last one that was pruned, if there is no
/// such event.
pub fn start(connection: &Connection, from: u64) -> rusqlite::Result<Head> {
    let pruned = retention::pruned(connection)?;
    if from < pruned.seq {
        return Ok(pruned);
    }
    Ok(head_at(connection, from)?.unwrap_or(pruned))
}

/// Up to `most` events after number `from` that are not pruned, in their order.
pub fn after(connection: &Connection, from: u64, most: u64) -> rusqlite::Result<Vec<Link>> {
    const SQL: &str = "SELECT seq, line, hash FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let from = from.max(retention::pruned(connection)?.seq);
    let mut after = connection.prepare_cached(SQL)?;
    after.query_map(params![int(from), int(most)], link)?.collect()
}

/// What stands beside the line of an event, for looking it up.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The kind of event.
    pub event: String,
    /// Whether what was tried was done.
    pub outcome: String,
    /// The agent.
    pub agent_id: Option<String>,
    /// The request, of an event that is looked up by it.
    pub request_id: Option<String>,
    /// The number of the task.
    pub task: Option<i64>,
}

/// The columns of the events that [`after`] answers.
pub fn columns_after(connection: &Connection, from: u64, most: u64) -> rusqlite::Result<Vec<Columns>> {
    const SQL: &str = "SELECT at, event, outcome, agent_id, request_id, task FROM audit
        WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let from = from.max(retention::pruned(connection)?.seq);
    let read = |row: &Row<'_>| {
        Ok(Columns {
            at: row.get(0)?,
            event: row.get(1)?,
            outcome: row.get(2)?,
            agent_id: row.get(3)?,
            request_id: row.get(4)?,
            task: row.get(5)?,
        })
    };
    let mut after = connection.prepare_cached(SQL)?;
    after.query_map(params![int(from), int(most)], read)?.collect()
}

/// The client and the id of a task.
pub type TaskName<'a> = (&'a str, &'a str);

/// Whether `number` can stand in the column `task` of event `seq`, whose line names the task
/// `named`. A task has a number from the event on by which it began, and keeps it. Numbers are not
/// given twice. What was forgotten of old tasks is not needed: their events show that the number is
/// theirs.
pub fn is_number_of_task(
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

/// The events of one request.
pub fn of_request(connection: &Connection, request_id: &str, most: u64) -> rusqlite::Result<Vec<Link>> {
    const SQL: &str = "SELECT seq, line, hash FROM audit WHERE request_id = ?1 ORDER BY seq LIMIT ?2";
    let mut of = connection.prepare_cached(SQL)?;
    of.query_map(params![request_id, int(most)], link)?.collect()
}

/// Whether there is an event of this kind that `edge_id` reported of the request. Few events have the same request.
pub fn is_recorded(connection: &Connection, kind: Kind, request_id: &str, edge_id: &str) -> rusqlite::Result<bool> {
    const SQL: &str = "SELECT 1 FROM audit WHERE request_id = ?1 AND event = ?2
        AND json_extract(line, '$.data.edge_id') = ?3";
    let mut find = connection.prepare_cached(SQL)?;
    find.exists(params![request_id, kind.as_str(), edge_id])
}

/// Number of the first event at or after `at` that is not pruned, one beyond the last if there is none. A search by halves: time never runs backwards
/// in the chain.
pub fn first_at(connection: &Connection, at: Moment) -> rusqlite::Result<u64> {
    let mut when = connection.prepare_cached("SELECT at FROM audit WHERE seq = ?1")?;
    let (mut low, mut high) = (retention::pruned(connection)?.seq + 1, head(connection)?.seq + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let millis: i64 = when.query_row(params![int(middle)], |row| row.get(0))?;
        if millis < int(at.millis) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// What events are asked for by. Whatever is not said is not asked.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The kind of event.
    pub event: Option<String>,
    /// `success` or `denied`.
    pub outcome: Option<String>,
    /// The agent.
    pub agent_id: Option<String>,
    /// The task of which the agent is, by its id, which narrows the search.
    pub agents_task: Option<String>,
    /// The task, of whichever client.
    pub task_id: Option<String>,
    /// From this moment on.
    pub since: Option<Moment>,
    /// Up to and without this moment.
    pub until: Option<Moment>,
    /// How many at most.
    pub limit: u64,
    /// How many are passed over.
    pub offset: u64,
}

/// What was found.
#[derive(Debug)]
pub struct Page {
    /// Events, oldest first, each with the hash before it.
    pub events: Vec<(Head, Link)>,
    /// How many there are in all.
    pub total: u64,
}

/// Events by `query`. Without other conditions than time nothing is searched: numbers have no gaps.
pub fn find(connection: &Connection, query: &Query) -> rusqlite::Result<Page> {
    let first = match query.since {
        Some(at) => first_at(connection, at)?,
        None => retention::pruned(connection)?.seq + 1,
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
    Ok(Page { events, total })
}

/// The agent's own task, and those in which something was passed on to it.
const AGENTS_TASKS: &str = " AND task IN (SELECT task FROM tasks WHERE task_id = ?
    UNION SELECT task FROM audit WHERE agent_id = ? AND event = 'delegation_created')";

/// SQL for the conditions on columns, and what its parameters are.
fn condition(query: &Query) -> (String, Vec<&str>) {
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

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        head: head_of(row, 2)?,
        line: row.get(1)?,
    })
}

/// The head in a row that begins with the number, and has the hash in this column.
pub(super) fn head_of(row: &Row<'_>, hash: usize) -> rusqlite::Result<Head> {
    Ok(Head {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        hash: row.get(hash)?,
    })
}

/// Keeps a checkpoint of the chain at event `seq`.
pub fn add_checkpoint(connection: &Connection, seq: u64, jws: &str) -> rusqlite::Result<()> {
    let mut add = connection.prepare_cached("INSERT INTO checkpoints (seq, jws) VALUES (?1, ?2)")?;
    add.execute(params![int(seq), jws])?;
    Ok(())
}

/// The last checkpoint: the event that it covers, and the signed document.
pub fn last_checkpoint(connection: &Connection) -> rusqlite::Result<Option<(u64, String)>> {
    let mut last = connection.prepare_cached("SELECT seq, jws FROM checkpoints ORDER BY seq DESC LIMIT 1")?;
    last.query_row([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)))
        .optional()
}

/// The checkpoint at event `seq`.
pub fn checkpoint_at(connection: &Connection, seq: u64) -> rusqlite::Result<Option<String>> {
    let mut find = connection.prepare_cached("SELECT jws FROM checkpoints WHERE seq = ?1")?;
    find.query_row(params![int(seq)], |row| row.get(0)).optional()
}

/// The checkpoint that stands `back` before the last one.
pub fn checkpoint_before_last(connection: &Connection, back: u64) -> rusqlite::Result<Option<String>> {
    const SQL: &str = "SELECT jws FROM checkpoints ORDER BY seq DESC LIMIT 1 OFFSET ?1";
    connection
        .prepare_cached(SQL)?
        .query_row(params![int(back)], |row| row.get(0))
        .optional()
}

/// Up to `most` checkpoints of events after `from` up to `last`: the number of the event, and the signed document.
pub fn checkpoints(connection: &Connection, from: u64, last: u64, most: u64) -> rusqlite::Result<Vec<(u64, String)>> {
    const SQL: &str = "SELECT seq, jws FROM checkpoints WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3";
    let mut between = connection.prepare_cached(SQL)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?));
    between
        .query_map(params![int(from), int(last), int(most)], read)?
        .collect()
}
