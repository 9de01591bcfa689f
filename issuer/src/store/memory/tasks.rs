//! Tasks: begun, ended and reported.

use super::state::{KeptAllowance, KeptGrant, KeptTask, MemoryState};
use super::writing::MemoryWriting;
use super::{MemoryStore, taken};
use crate::policy::grant::Term;
use crate::policy::granted_task::{Allowance, Granted, Task};
use crate::store::rows::report::{AllowanceUse, GrantUse, RefusalCount, RequestVerdict, TaskReport};
use crate::store::rows::revocation::By;
use crate::store::rows::task::{EarlierAnswer, EarlierTask, Joined, KeptRepetition, Repetition, TaskKey, TaskRow};
use crate::store::rules::revoke::NAMESAKES;
use crate::store::rules::tasks::{
    BeginRows, Completion, GRANTS_KEPT, REPORT_ROWS, begin_targets, check_begin, complete,
};
use crate::store::{
    BeginOutcome, BeginTask, CompleteTask, FindRepetition, NamedReport, NamedTask, StoreError, Stored, TaskStore,
};
use edgewrit_shared::time::UnixSeconds;
use serde_json::Value;
use std::collections::BTreeSet;

impl TaskStore for MemoryStore {
    fn begin_task(&self, begin: BeginTask) -> Stored<'_, BeginOutcome> {
        self.write(move |writing| begin_task(writing, &begin))
    }

    fn find_repetition(&self, find: FindRepetition) -> Stored<'_, Option<KeptRepetition>> {
        self.read(move |state| state.find_repetition(&find.client_id, &find.key))
    }

    fn complete_task(&self, complete: CompleteTask) -> Stored<'_, Option<UnixSeconds>> {
        self.write(move |writing| complete_task(writing, &complete))
    }

    fn find_task(&self, task: TaskKey) -> Stored<'_, Option<TaskRow>> {
        self.read(move |state| state.find_row(&task.client_id, &task.task_id))
    }

    fn report_task(&self, task: TaskKey) -> Stored<'_, Option<TaskReport>> {
        self.read(move |state| {
            let row = state.find_row(&task.client_id, &task.task_id);
            row.map(|row| state.report(row))
        })
    }

    fn report_named_task(&self, named: NamedTask) -> Stored<'_, NamedReport> {
        self.read(move |state| {
            let mut rows = match &named.client_id {
                Some(client_id) => state.find_row(client_id, &named.task_id).into_iter().collect(),
                None => state.find_named(&named.task_id),
            };
            match (rows.pop(), rows.is_empty()) {
                (None, _) => NamedReport::Unknown,
                (Some(row), true) => NamedReport::One(Box::new(state.report(row))),
                (Some(_), false) => NamedReport::Several,
            }
        })
    }
}

fn begin_task(writing: &mut MemoryWriting<'_>, begin: &BeginTask) -> Result<BeginOutcome, StoreError> {
    let (task, repeat, state) = (&begin.task, begin.repeat.as_ref(), &mut writing.state);
    let rows = BeginRows {
        repetition: repeat.and_then(|(repeat, _)| state.find_repetition(&task.client_id, &repeat.key)),
        client: state.client_state(&task.client_id),
        latest_cut: state.latest_cut(&begin_targets(begin)),
    };
    if let Err(outcome) = check_begin(begin, rows) {
        return Ok(outcome);
    }
    let Some(number) = state.add_task(task, repeat) else {
        return Ok(BeginOutcome::Exists);
    };
    state.add_allowances(number, &task.allowances)?;
    state.add_grants(number, &begin.granted);
    writing.record_about(Some(number), &begin.event);
    Ok(BeginOutcome::New)
}

fn complete_task(writing: &mut MemoryWriting<'_>, input: &CompleteTask) -> Result<Option<UnixSeconds>, StoreError> {
    let TaskKey { client_id, task_id } = &input.task;
    let row = writing.state.find_row(client_id, task_id);
    match (complete(row.as_ref(), task_id, writing.now().seconds()), row) {
        (Completion::Now(at, living), Some(row)) => {
            if let Some(kept) = writing.state.tasks.get_mut(&row.task) {
                kept.row.completed = Some(at);
            }
            writing.end(&living, By::Client(client_id))?;
            let event = input.event.clone().task(task_id, &row.orch_id);
            writing.record_about(Some(row.task), &event);
            Ok(Some(at))
        }
        (Completion::Earlier(at), _) => Ok(Some(at)),
        _ => Ok(None),
    }
}

impl MemoryState {
    pub(super) fn find_kept_task(&self, client_id: &str, task_id: &str) -> Option<&KeptTask> {
        let mut tasks = self.tasks.values();
        tasks.find(|task| task.row.client_id == client_id && task.task_id == task_id)
    }

    pub(super) fn find_row(&self, client_id: &str, task_id: &str) -> Option<TaskRow> {
        self.find_kept_task(client_id, task_id).map(|task| task.row.clone())
    }

    /// The tasks of this name, of as many clients as matter.
    pub(super) fn find_named(&self, task_id: &str) -> Vec<TaskRow> {
        let named = self.tasks.values().filter(|task| task.task_id == task_id);
        let most = usize::try_from(NAMESAKES).unwrap_or(usize::MAX);
        named.take(most).map(|task| task.row.clone()).collect()
    }

    fn find_repetition(&self, client_id: &str, key: &str) -> Option<KeptRepetition> {
        let mut tasks = self.tasks.values().filter(|task| task.row.client_id == client_id);
        tasks.find_map(|task| {
            let (repeat, answered) = task.repeat.as_ref().filter(|(repeat, _)| repeat.key == key)?;
            let (born, expires) = (task.row.born, task.expires);
            let earlier = EarlierTask {
                seed: task.seed,
                term: Term { born, expires },
                answered: Some(answered.clone()),
            };
            Some(KeptRepetition {
                hash: repeat.hash,
                earlier,
            })
        })
    }

    fn next_task(&self) -> i64 {
        self.tasks.last_key_value().map_or(1, |(number, _)| number + 1)
    }

    /// Adds a task. Answers its number; `None` if the client has one with this id.
    fn add_task(&mut self, task: &Task, repeat: Option<&(Repetition, EarlierAnswer)>) -> Option<i64> {
        let ask = &task.ask;
        if self.find_kept_task(&task.client_id, &ask.task_id).is_some() {
            return None;
        }
        let number = self.next_task();
        let row = TaskRow {
            task: number,
            client_id: task.client_id.clone(),
            orch_id: ask.orch_id.clone(),
            agent: ask.agent.clone(),
            born: task.term.born,
            live_until: task.term.expires,
            completed: None,
        };
        let kept = KeptTask {
            row,
            task_id: ask.task_id.clone(),
            agents: u32::try_from(ask.count).unwrap_or(u32::MAX),
            seed: task.seed,
            expires: task.term.expires,
            repeat: repeat.cloned(),
        };
        self.tasks.insert(number, kept);
        Some(number)
    }

    fn add_allowances(&mut self, task: i64, allowances: &[Allowance]) -> Result<(), StoreError> {
        for Allowance { id, max } in allowances {
            let (max, spent) = (*max, 0);
            let kept = KeptAllowance { task, max, spent };
            if self.allowances.insert(id.clone(), kept).is_some() {
                return Err(taken("allowance"));
            }
        }
        Ok(())
    }

    /// Keeps the grants of a task, each once.
    fn add_grants(&mut self, task: i64, granted: &[Granted]) {
        for (place, Granted { audience, id, body }) in granted.iter().enumerate() {
            let key = (task, audience.clone(), id.clone());
            self.grants.entry(key).or_insert_with(|| KeptGrant {
                place,
                body: body.clone(),
                used: 0,
                last: None,
            });
        }
    }

    /// Keeps what was granted to a task that may have grants already.
    pub(super) fn grant(&mut self, task: i64, granted: &[Granted]) {
        if (self.grants_of(task).count() as u64) < GRANTS_KEPT {
            self.add_grants(task, granted);
        }
    }

    /// The number of a task that an agent registers for, which begins with it if it is the first.
    /// `None` if the client ended it.
    pub(super) fn join(&mut self, joined: &Joined) -> Option<i64> {
        if let Some(row) = self.find_row(&joined.client_id, &joined.task_id) {
            row.completed
                .is_none()
                .then(|| self.put_live_until(row.task, joined.expires));
            return row.completed.is_none().then_some(row.task);
        }
        let number = self.next_task();
        let row = TaskRow {
            task: number,
            client_id: joined.client_id.clone(),
            orch_id: joined.orch_id.clone(),
            agent: None,
            born: joined.now,
            live_until: joined.expires,
            completed: None,
        };
        let kept = KeptTask {
            row,
            task_id: joined.task_id.clone(),
            agents: 0,
            seed: joined.seed,
            expires: joined.expires,
            repeat: None,
        };
        self.tasks.insert(number, kept);
        Some(number)
    }

    fn put_live_until(&mut self, task: i64, expires: UnixSeconds) {
        if let Some(kept) = self.tasks.get_mut(&task) {
            kept.row.live_until = kept.row.live_until.max(expires);
        }
    }

    /// Notes that a task has a writ that expires at `expires`. Answers the number of the task, if
    /// it is still kept.
    pub(super) fn live_until(&mut self, client_id: &str, task_id: &str, expires: UnixSeconds) -> Option<i64> {
        let task = self.find_row(client_id, task_id)?.task;
        self.put_live_until(task, expires);
        Some(task)
    }

    fn grants_of(&self, task: i64) -> impl Iterator<Item = (&(i64, String, String), &KeptGrant)> {
        self.grants.iter().filter(move |((of, ..), _)| *of == task)
    }

    /// Whether a task was granted anything at `audience`.
    pub(super) fn is_granted(&self, task: i64, audience: &str) -> bool {
        self.grants_of(task).any(|((_, own, _), _)| own == audience)
    }

    /// The ids of the allowances that the grants of a task name.
    pub(super) fn allowances_of(&self, task: i64) -> BTreeSet<String> {
        let named = self.grants_of(task).filter_map(|(_, grant)| {
            let body: Value = serde_json::from_str(&grant.body).ok()?;
            body.pointer("/uses/allowance")?.as_str().map(str::to_owned)
        });
        named.collect()
    }

    fn report(&self, task: TaskRow) -> TaskReport {
        let number = task.task;
        let most = usize::try_from(REPORT_ROWS).unwrap_or(usize::MAX);
        let mut grants: Vec<_> = self.grants_of(number).collect();
        grants.sort_by_key(|(_, grant)| grant.place);
        let uses = grants
            .into_iter()
            .take(most)
            .map(|((_, audience, id), grant)| GrantUse {
                audience: audience.clone(),
                id: id.clone(),
                body: grant.body.clone(),
                used: grant.used,
                last: grant.last,
            });
        TaskReport {
            uses: uses.collect(),
            counters: self.counters(number),
            refused: self.refused(number).take(most).collect(),
            agents: self.agents.keys().filter(|(of, _)| *of == number).count() as u64,
            task,
        }
    }

    fn counters(&self, task: i64) -> Vec<AllowanceUse> {
        let named = self.allowances_of(task).into_iter().filter_map(|id| {
            let KeptAllowance { max, spent, .. } = *self.allowances.get(&id)?;
            Some(AllowanceUse { id, max, spent })
        });
        named.collect()
    }

    fn refused(&self, task: i64) -> impl Iterator<Item = RefusalCount> {
        let of_task = self.refusals.iter().filter(move |((of, ..), _)| *of == task);
        of_task.map(|((_, audience, label), (count, last))| RefusalCount {
            audience: audience.clone(),
            label: label.clone(),
            count: *count,
            last: *last,
        })
    }

    /// Counts a verdict for a task.
    pub(super) fn count_verdict(&mut self, task: i64, verdict: &RequestVerdict<'_>) {
        let audience = || verdict.audience.to_owned();
        if let Some(label) = verdict.refused {
            let key = (task, audience(), label.to_owned());
            let (count, last) = self.refusals.entry(key).or_insert((0, verdict.at));
            (*count, *last) = (*count + 1, (*last).max(verdict.at));
        }
        for grant in verdict.grants {
            if let Some(kept) = self.grants.get_mut(&(task, audience(), grant.clone())) {
                kept.used += 1;
                kept.last = kept.last.max(Some(verdict.at));
            }
        }
    }

    /// Forgets up to `most` tasks whose last writ expired before `moment`, with all that was
    /// counted for them.
    pub(super) fn forget_tasks(&mut self, moment: UnixSeconds, most: usize) -> usize {
        // Not the last one: its number would be given again, and the audit knows tasks by their
        // numbers.
        let last = self.next_task() - 1;
        let old = self.tasks.values().map(|task| (task.row.live_until, task.row.task));
        let mut old: Vec<_> = old.filter(|(until, task)| *until < moment && *task < last).collect();
        old.sort_unstable();
        old.truncate(most);
        for (_, task) in &old {
            for allowance in self.allowances_of(*task) {
                self.allowances.remove(&allowance);
            }
            self.grants.retain(|(of, ..), _| of != task);
            self.refusals.retain(|(of, ..), _| of != task);
            self.agents.retain(|(of, _), _| of != task);
            self.tasks.remove(task);
        }
        old.len()
    }
}
