//! Tasks: begun, ended and reported.

use crate::store::rows::report::TaskReport;
use crate::store::rows::revocation::By;
use crate::store::rows::task::{KeptRepetition, TaskKey, TaskRow};
use crate::store::rules::revoke::NAMESAKES;
use crate::store::rules::tasks::{BeginRows, Completion, begin_targets, check_begin, complete};
use crate::store::sqlite::{SqliteStore, Writing, registry, report, revocation, task};
use crate::store::{BeginOutcome, BeginTask, CompleteTask, FindRepetition, NamedReport, NamedTask, Stored, TaskStore};
use edgewrit_shared::time::UnixSeconds;
use rusqlite::Connection;

impl TaskStore for SqliteStore {
    fn begin_task(&self, begin: BeginTask) -> Stored<'_, BeginOutcome> {
        Box::pin(self.write(move |writing| begin_task(writing, &begin)))
    }

    fn find_repetition(&self, find: FindRepetition) -> Stored<'_, Option<KeptRepetition>> {
        Box::pin(self.read(move |reading| task::find_repetition(reading, &find.client_id, &find.key)))
    }

    fn complete_task(&self, complete: CompleteTask) -> Stored<'_, Option<UnixSeconds>> {
        Box::pin(self.write(move |writing| complete_task(writing, &complete)))
    }

    fn find_task(&self, task: TaskKey) -> Stored<'_, Option<TaskRow>> {
        Box::pin(self.read(move |reading| task::find(reading, &task.client_id, &task.task_id)))
    }

    fn report_task(&self, task: TaskKey) -> Stored<'_, Option<TaskReport>> {
        Box::pin(self.read(move |reading| {
            let row = task::find(reading, &task.client_id, &task.task_id)?;
            row.map(|row| report::of(reading, row)).transpose()
        }))
    }

    fn report_named_task(&self, named: NamedTask) -> Stored<'_, NamedReport> {
        Box::pin(self.read(move |reading| report_named(reading, &named)))
    }
}

fn begin_task(writing: &Writing<'_>, begin: &BeginTask) -> rusqlite::Result<BeginOutcome> {
    let (task, repeat) = (&begin.task, begin.repeat.as_ref());
    let repetition = repeat.map(|(repeat, _)| task::find_repetition(writing, &task.client_id, &repeat.key));
    let rows = BeginRows {
        repetition: repetition.transpose()?.flatten(),
        client: registry::client_state(writing, &task.client_id)?,
        latest_cut: revocation::latest_cut(writing, &begin_targets(begin))?,
    };
    if let Err(outcome) = check_begin(begin, rows) {
        return Ok(outcome);
    }
    let Some(row) = task::add(writing, task, repeat)? else {
        return Ok(BeginOutcome::Exists);
    };
    task::add_allowances(writing, row, &task.allowances)?;
    task::add_grants(writing, row, &begin.granted)?;
    writing.record_about(Some(row), &begin.event)?;
    Ok(BeginOutcome::New)
}

fn complete_task(writing: &Writing<'_>, input: &CompleteTask) -> rusqlite::Result<Option<UnixSeconds>> {
    let TaskKey { client_id, task_id } = &input.task;
    let row = task::find(writing, client_id, task_id)?;
    match (complete(row.as_ref(), task_id, writing.now().seconds()), row) {
        (Completion::Now(at, living), Some(row)) => {
            task::put_completed(writing, row.task, at)?;
            revocation::end(writing, living, By::Client(client_id))?;
            let event = input.event.clone().task(task_id, &row.orch_id);
            writing.record_about(Some(row.task), &event)?;
            Ok(Some(at))
        }
        (Completion::Earlier(at), _) => Ok(Some(at)),
        _ => Ok(None),
    }
}

fn report_named(reading: &Connection, named: &NamedTask) -> rusqlite::Result<NamedReport> {
    let mut rows = match &named.client_id {
        Some(client_id) => task::find(reading, client_id, &named.task_id)?.into_iter().collect(),
        None => task::named(reading, &named.task_id, NAMESAKES)?,
    };
    Ok(match (rows.pop(), rows.is_empty()) {
        (None, _) => NamedReport::Unknown,
        (Some(row), true) => NamedReport::One(Box::new(report::of(reading, row)?)),
        (Some(_), false) => NamedReport::Several,
    })
}
