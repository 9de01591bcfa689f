//! Prunes the audit in two steps: a row says up to where, and events are deleted by and by.

use super::events::{first_at, head};
use super::pruned::pruned;
use crate::audit::ChainHead;
use crate::base::clock::Moment;
use crate::store::rules::retention::prune_preference;
use crate::store::sqlite::columns::int;
use rusqlite::{Connection, OptionalExtension as _, params};

/// The checkpoint up to which the audit can be pruned of what happened before `moment`: the number
/// of its event, and the signed document. It is the last one within `most` events, or the next one.
/// `None` unless the first event that is kept happened before `first`.
pub(crate) fn prune_target(
    connection: &Connection,
    first: Moment,
    moment: Moment,
    most: u64,
) -> rusqlite::Result<Option<(u64, String)>> {
    const BEFORE: &str = "SELECT seq, jws FROM checkpoints WHERE seq > ?1 AND seq < ?2 AND seq <= ?3
        ORDER BY seq DESC LIMIT 1";
    const BEHIND: &str = "SELECT seq, jws FROM checkpoints WHERE seq > ?1 AND seq < ?2 AND seq > ?3
        ORDER BY seq LIMIT 1";
    let (from, head) = (pruned(connection)?.seq, head(connection)?.seq);
    if first_at(connection, first)? <= from + 1 {
        return Ok(None);
    }
    // The last event stays: the chain goes on from it.
    let end = first_at(connection, moment)?.min(head);
    let wanted = from + most;
    let find = |sql: &str| {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?));
        let mut nearest = connection.prepare_cached(sql)?;
        nearest
            .query_row(params![int(from), int(end), int(wanted)], read)
            .optional()
    };
    let nearest = [find(BEFORE)?, find(BEHIND)?].into_iter().flatten();
    Ok(nearest.min_by_key(|(seq, _)| prune_preference(*seq, wanted)))
}

/// Notes that everything up to `head` is pruned.
pub(crate) fn prune_to(connection: &Connection, head: ChainHead) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT OR REPLACE INTO audit_pruned (one, seq, hash) VALUES (1, ?1, ?2)";
    let mut note = connection.prepare_cached(SQL)?;
    note.execute(params![int(head.seq), head.hash]).map(drop)
}

/// Deletes up to `most` events that are pruned.
pub(crate) fn delete_pruned(connection: &Connection, most: u64) -> rusqlite::Result<usize> {
    const SQL: &str = "DELETE FROM audit WHERE seq IN
        (SELECT seq FROM audit WHERE seq <= (SELECT seq FROM audit_pruned) ORDER BY seq LIMIT ?1)";
    connection.prepare_cached(SQL)?.execute(params![int(most)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events of the seconds 1 to 20, and checkpoints behind some of them.
    fn aged(checkpoints: &[u64]) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let tables = "CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER, hash BLOB);
            CREATE TABLE checkpoints (seq INTEGER PRIMARY KEY, jws TEXT);
            CREATE TABLE audit_pruned (one INTEGER PRIMARY KEY, seq INTEGER, hash BLOB);";
        connection.execute_batch(tables).unwrap();
        for seq in 1..=20_u64 {
            let event = "INSERT INTO audit VALUES (?1, ?1 * 1000, zeroblob(32))";
            connection.execute(event, params![int(seq)]).unwrap();
        }
        for seq in checkpoints {
            let checkpoint = "INSERT INTO checkpoints VALUES (?1, 'x')";
            connection.execute(checkpoint, params![int(*seq)]).unwrap();
        }
        connection
    }

    fn targeted(connection: &Connection, first: u64, moment: u64, most: u64) -> Option<u64> {
        let at = |seconds: u64| Moment {
            millis: seconds * 1_000,
        };
        let target = prune_target(connection, at(first), at(moment), most).unwrap();
        target.map(|(seq, _)| seq)
    }

    #[test]
    fn a_prune_ends_at_a_checkpoint_and_takes_so_many_events_or_the_fewest_that_it_can() {
        let connection = aged(&[3, 6, 9, 12, 20]);
        assert_eq!(targeted(&connection, 2, 15, 100), Some(12));
        assert_eq!(targeted(&connection, 2, 15, 7), Some(6));
        assert_eq!(targeted(&connection, 2, 15, 2), Some(3), "the next one");
        assert_eq!(targeted(&connection, 2, 12, 100), Some(9), "before the moment");
        assert_eq!(targeted(&connection, 2, 3, 100), None);
        assert_eq!(
            targeted(&connection, 1, 15, 100),
            None,
            "the first event is not old enough"
        );
        assert_eq!(targeted(&connection, 30, 40, 100), Some(12), "the last event stays");
        let head = ChainHead { seq: 9, hash: [0; 32] };
        prune_to(&connection, head).unwrap();
        assert_eq!(pruned(&connection).unwrap(), head);
        assert_eq!(targeted(&connection, 11, 15, 2), Some(12));
        assert_eq!(targeted(&connection, 10, 15, 2), None);
        assert_eq!(delete_pruned(&connection, 4).unwrap(), 4);
        assert_eq!(delete_pruned(&connection, 100).unwrap(), 5);
        assert_eq!(targeted(&connection, 11, 15, 2), Some(12));
    }
}
