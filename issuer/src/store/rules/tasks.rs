//! Rules of the begin and of the end of tasks.

use super::clients::may_act;
use super::revocations::{is_revoked, targets_on};
use crate::store::rows::registry::ClientState;
use crate::store::rows::revocation::Living;
use crate::store::rows::task::{KeptRepetition, TaskRow};
use crate::store::transactions::{BeginOutcome, BeginTask};
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::time::UnixSeconds;

/// Grants that are kept of one task. Agents can register and pass on without end; what is beyond
/// this is not held against its use.
pub const GRANTS_KEPT: u64 = 2_000;

/// Grants, and reasons of refusals, that one report lists.
pub const REPORT_ROWS: u64 = 1_000;

/// The rows that decide whether a task begins.
#[derive(Clone, Debug)]
pub struct BeginRows {
    /// The task that the client's key began before.
    pub repetition: Option<KeptRepetition>,
    /// The client.
    pub client: ClientState,
    /// The latest cut at [`begin_targets`].
    pub latest_cut: Option<UnixSeconds>,
}

/// The targets whose revocation a task that begins now would fall under.
#[must_use]
pub fn begin_targets(begin: &BeginTask) -> Vec<Target> {
    targets_on(&[Level::All, Level::Client(&begin.task.client_id)])
}

/// The answer to a request whose key is known: the task that it repeats, unless it is another
/// request.
#[must_use]
pub fn answer_repetition(kept: KeptRepetition, hash: [u8; 32]) -> BeginOutcome {
    match kept.hash == hash {
        true => BeginOutcome::Repeated(kept.earlier),
        false => BeginOutcome::KeyReused,
    }
}

/// Whether a task can begin; the row is kept then, unless the client has one with this id.
///
/// # Errors
/// The outcome for the client; nothing is changed.
pub fn check_begin(begin: &BeginTask, rows: BeginRows) -> Result<(), BeginOutcome> {
    if let (Some((repeat, _)), Some(kept)) = (&begin.repeat, rows.repetition) {
        return Err(answer_repetition(kept, repeat.hash));
    }
    if !may_act(&begin.task.client_id, rows.client) {
        return Err(BeginOutcome::ClientEnded);
    }
    if is_revoked(rows.latest_cut, begin.task.term.from()) {
        return Err(BeginOutcome::Cut);
    }
    Ok(())
}

/// The end of a task.
#[derive(Clone, Debug)]
pub enum Completion {
    /// The client has no such task.
    Unknown,
    /// The task ended before, at this time.
    Earlier(UnixSeconds),
    /// The task ends now: the time, and the authority that ends with it.
    Now(UnixSeconds, Living),
}

/// Ends the task in `row` at `now`, the time of the writer.
#[must_use]
pub fn complete(row: Option<&TaskRow>, task_id: &str, now: UnixSeconds) -> Completion {
    let Some(row) = row else {
        return Completion::Unknown;
    };
    if let Some(completed) = row.completed {
        return Completion::Earlier(completed);
    }
    let client_id = &row.client_id;
    let living = Living {
        target: Target::of(Level::Task { client_id, task_id }),
        born: row.born.seconds(),
        expires: row.live_until,
    };
    Completion::Now(now, living)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Event, EventKind};
    use crate::base::clock::Moment;
    use crate::base::id::Seed;
    use crate::policy::grant::Term;
    use crate::policy::granted_task::Task;
    use crate::policy::task_request::TaskRequest;
    use crate::store::rows::task::{EarlierAnswer, EarlierTask, Repetition};
    use std::sync::Arc;

    const TERM: Term = Term {
        born: Moment { millis: 100_500 },
        expires: UnixSeconds(200),
    };

    fn begin(key: Option<[u8; 32]>) -> BeginTask {
        let ask = TaskRequest {
            task_id: "t".to_owned(),
            orch_id: "o".to_owned(),
            agent: None,
            count: 1,
            ttl: None,
            parts: Vec::new(),
        };
        let answer = EarlierAnswer {
            kid: "k".to_owned(),
            hash: [9; 32],
        };
        let repeat = |hash| Repetition {
            key: "key".to_owned(),
            hash,
        };
        BeginTask {
            task: Arc::new(Task::new("c".to_owned(), ask, Seed([1; 32]), TERM)),
            granted: Vec::new(),
            repeat: key.map(|hash| (repeat(hash), answer)),
            event: Event::done(EventKind::TaskStarted),
        }
    }

    fn kept(hash: [u8; 32]) -> KeptRepetition {
        let earlier = EarlierTask {
            seed: Seed([1; 32]),
            term: TERM,
            answered: None,
        };
        KeptRepetition { hash, earlier }
    }

    const ROWS: BeginRows = BeginRows {
        repetition: None,
        client: ClientState::Active,
        latest_cut: None,
    };

    #[test]
    fn a_repetition_gets_the_task_that_it_began_even_if_the_client_was_shut_out() {
        let rows = |hash| BeginRows {
            repetition: Some(kept(hash)),
            client: ClientState::Ended,
            ..ROWS
        };
        let repeated = check_begin(&begin(Some([1; 32])), rows([1; 32]));
        assert_eq!(repeated, Err(BeginOutcome::Repeated(kept([1; 32]).earlier)));
        let other = check_begin(&begin(Some([1; 32])), rows([2; 32]));
        assert_eq!(other, Err(BeginOutcome::KeyReused));
    }

    #[test]
    fn a_task_of_a_client_that_was_shut_out_does_not_begin() {
        for client in [ClientState::Ended, ClientState::Unknown] {
            let rows = BeginRows { client, ..ROWS };
            assert_eq!(check_begin(&begin(None), rows), Err(BeginOutcome::ClientEnded));
        }
        assert_eq!(check_begin(&begin(None), ROWS), Ok(()));
    }

    #[test]
    fn a_task_that_would_be_revoked_from_the_start_does_not_begin() {
        let from = TERM.from().0;
        let rows = |cut: u64| BeginRows {
            latest_cut: Some(UnixSeconds(cut)),
            ..ROWS
        };
        assert_eq!(check_begin(&begin(None), rows(from - 1)), Ok(()));
        assert_eq!(check_begin(&begin(None), rows(from)), Err(BeginOutcome::Cut));
    }

    #[test]
    fn a_task_ends_once() {
        let row = TaskRow {
            task: 1,
            client_id: "c".to_owned(),
            orch_id: "o".to_owned(),
            agent: None,
            born: TERM.born,
            live_until: UnixSeconds(300),
            completed: None,
        };
        let now = UnixSeconds(150);
        assert!(matches!(complete(None, "t", now), Completion::Unknown));
        let Completion::Now(at, living) = complete(Some(&row), "t", now) else {
            panic!("the task goes on");
        };
        assert_eq!(
            (at, living.born, living.expires),
            (now, UnixSeconds(100), UnixSeconds(300))
        );
        let ended = TaskRow {
            completed: Some(UnixSeconds(140)),
            ..row
        };
        let again = complete(Some(&ended), "t", now);
        assert!(matches!(again, Completion::Earlier(UnixSeconds(140))), "{again:?}");
    }
}
