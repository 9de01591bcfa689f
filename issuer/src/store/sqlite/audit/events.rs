//! Events, in the order of the chain.

use super::pruned::{head_of, pruned};
use crate::audit::{self, ChainHead, Event, EventKind, Link};
use crate::base::clock::Moment;
use crate::store::rows::audit::EventColumns;
use crate::store::sqlite::columns::int;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Appends `event`, which concerns the task in `row`, behind `head`, and answers the new head.
pub(crate) fn append(
    connection: &Connection,
    head: ChainHead,
    at: Moment,
    row: Option<i64>,
    event: &Event,
) -> rusqlite::Result<ChainHead> {
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

/// The head of the chain.
pub(crate) fn head(connection: &Connection) -> rusqlite::Result<ChainHead> {
    let mut last = connection.prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?;
    Ok(last
        .query_row([], |row| head_of(row, 1))
        .optional()?
        .unwrap_or_default())
}

/// Time at which the last event happened.
pub(crate) fn last_at(connection: &Connection) -> rusqlite::Result<Moment> {
    let mut last = connection.prepare_cached("SELECT at FROM audit ORDER BY seq DESC LIMIT 1")?;
    let millis: Option<i64> = last.query_row([], |row| row.get(0)).optional()?;
    Ok(Moment {
        millis: millis.unwrap_or_default().unsigned_abs(),
    })
}

/// The head as it was at event `seq`.
pub(crate) fn head_at(connection: &Connection, seq: u64) -> rusqlite::Result<Option<ChainHead>> {
    if seq == 0 {
        return Ok(Some(ChainHead::default()));
    }
    let mut find = connection.prepare_cached("SELECT seq, hash FROM audit WHERE seq = ?1")?;
    match find.query_row(params![int(seq)], |row| head_of(row, 1)).optional()? {
        None => Ok(Some(pruned(connection)?).filter(|pruned| pruned.seq == seq)),
        found => Ok(found),
    }
}

/// The head behind which the events after number `from` begin: that of event `from`, or of the last
/// one that was pruned, if there is no such event.
pub(crate) fn start(connection: &Connection, from: u64) -> rusqlite::Result<ChainHead> {
    let pruned = pruned(connection)?;
    if from < pruned.seq {
        return Ok(pruned);
    }
    Ok(head_at(connection, from)?.unwrap_or(pruned))
}

/// Up to `most` events after number `from` that are not pruned, in their order.
pub(crate) fn after(connection: &Connection, from: u64, most: u64) -> rusqlite::Result<Vec<Link>> {
    const SQL: &str = "SELECT seq, line, hash FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let from = from.max(pruned(connection)?.seq);
    let mut after = connection.prepare_cached(SQL)?;
    after.query_map(params![int(from), int(most)], link)?.collect()
}

/// The columns of the events that [`after`] answers.
pub(crate) fn columns_after(connection: &Connection, from: u64, most: u64) -> rusqlite::Result<Vec<EventColumns>> {
    const SQL: &str = "SELECT at, event, outcome, agent_id, request_id, task FROM audit
        WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let from = from.max(pruned(connection)?.seq);
    let read = |row: &Row<'_>| {
        Ok(EventColumns {
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

/// The events of one request.
pub(crate) fn of_request(connection: &Connection, request_id: &str, most: u64) -> rusqlite::Result<Vec<Link>> {
    const SQL: &str = "SELECT seq, line, hash FROM audit WHERE request_id = ?1 ORDER BY seq LIMIT ?2";
    let mut of = connection.prepare_cached(SQL)?;
    of.query_map(params![request_id, int(most)], link)?.collect()
}

/// Whether there is an event of this kind that `edge_id` reported of the request. Few events have
/// the same request.
pub(crate) fn is_recorded(
    connection: &Connection,
    kind: EventKind,
    request_id: &str,
    edge_id: &str,
) -> rusqlite::Result<bool> {
    const SQL: &str = "SELECT 1 FROM audit WHERE request_id = ?1 AND event = ?2
        AND json_extract(line, '$.data.edge_id') = ?3";
    let mut find = connection.prepare_cached(SQL)?;
    find.exists(params![request_id, kind.as_str(), edge_id])
}

/// Number of the first event at or after `at` that is not pruned, one beyond the last if there is
/// none. A search by halves: time never runs backwards in the chain.
pub(crate) fn first_at(connection: &Connection, at: Moment) -> rusqlite::Result<u64> {
    let mut when = connection.prepare_cached("SELECT at FROM audit WHERE seq = ?1")?;
    let (mut low, mut high) = (pruned(connection)?.seq + 1, head(connection)?.seq + 1);
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

pub(super) fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        head: head_of(row, 2)?,
        line: row.get(1)?,
    })
}
