//! Boots of edges, their debits and their records.

use super::state::{KeptBoot, MemoryState};
use super::writing::MemoryWriting;
use super::{MemoryStore, taken};
use crate::audit::EventKind;
use crate::policy::allowance::Left;
use crate::store::rows::reporting_edge::{Numbers, ReportingEdge};
use crate::store::rows::spend::{EarlierSpend, SpendOutcome};
use crate::store::rules::records::{RecordRows, join_ranges, kind_of, numbers_of, select_new, take_record, verdict_of};
use crate::store::rules::spends::{SpendDecision, SpendRows, debit_event, decide_spend};
use crate::store::{BeginBoot, DebitUses, EdgeStore, StoreError, Stored, TakeOutcome, TakeRecords};
use edgewrit_shared::edge_api::record_line::RecordLine;
use edgewrit_shared::time::UnixSeconds;
use serde_json::Value;
use std::collections::BTreeMap;

impl EdgeStore for MemoryStore {
    fn begin_boot(&self, begin: BeginBoot) -> Stored<'_, ()> {
        self.write(move |writing| {
            let boot = KeptBoot {
                edge_id: begin.edge_id,
                created: begin.at,
                spends: BTreeMap::new(),
                recorded: Vec::new(),
            };
            if writing.state.boots.insert(begin.boot_id, boot).is_some() {
                return Err(taken("boot"));
            }
            writing.record(&begin.event);
            Ok(())
        })
    }

    fn debit(&self, debit: DebitUses) -> Stored<'_, SpendOutcome> {
        self.write(move |writing| debit_uses(writing, &debit))
    }

    fn take_records(&self, take: TakeRecords) -> Stored<'_, TakeOutcome> {
        self.write(move |writing| Ok(take_records(writing, &take)))
    }
}

fn debit_uses(writing: &mut MemoryWriting<'_>, debit: &DebitUses) -> Result<SpendOutcome, StoreError> {
    let (request, now, state) = (&debit.spend, writing.now().seconds(), &mut writing.state);
    let Some(boot) = state.find_boot(&request.boot_id, &request.edge_id) else {
        return Ok(SpendOutcome::UnknownBoot);
    };
    let rows = SpendRows {
        earlier: boot.spends.get(&request.counter).map(|(_, earlier)| earlier.clone()),
        latest_cut: state.latest_cut(&request.targets),
        left: state.read_left(&request.attempts),
    };
    let debits = match decide_spend(request, rows, now) {
        SpendDecision::Debit(debits) => debits,
        SpendDecision::Answer(outcome) => return Ok(outcome),
    };
    state.debit_all(&debits)?;
    let spent = EarlierSpend {
        request: request.request,
        spent: debits.clone(),
    };
    if let Some(boot) = state.boots.get_mut(&request.boot_id) {
        boot.spends.insert(request.counter, (debit.at, spent));
    }
    let first = debits.first().and_then(|id| state.allowances.get(id));
    let task = first.map(|allowance| allowance.task);
    writing.record_about(task, &debit_event(&debit.event, &request.edge_id, &debits));
    Ok(SpendOutcome::Debited(debits))
}

fn take_records(writing: &mut MemoryWriting<'_>, take: &TakeRecords) -> TakeOutcome {
    let state = &mut writing.state;
    if state.find_boot(&take.boot_id, &take.edge.edge_id).is_none() {
        return TakeOutcome::UnknownBoot;
    }
    let numbers = numbers_of(take.first, take.records.len());
    let before = state.put_recorded(&take.boot_id, &numbers);
    let new = select_new(take.first, &take.records, &before);
    for record in new.iter().filter_map(|place| take.records.get(*place)) {
        take_one(writing, &take.edge, record);
    }
    TakeOutcome::Taken(new)
}

fn take_one(writing: &mut MemoryWriting<'_>, edge: &ReportingEdge, record: &RecordLine) {
    let (now, state) = (writing.now().seconds(), &mut writing.state);
    let rows = RecordRows {
        is_recorded: state.is_recorded(kind_of(record), &record.request_id, &edge.edge_id),
        task: state.find_granted_task(edge, record),
    };
    let Some(taken) = take_record(edge, record, rows, now) else {
        return;
    };
    if let Some(task) = taken.task {
        state.count_verdict(task, &verdict_of(edge, record, taken.at));
    }
    writing.record(&taken.event);
}

/// Whether two ranges share numbers, or one ends where the other begins.
fn is_touching(one: &Numbers, other: &Numbers) -> bool {
    *one.start() <= other.end().saturating_add(1) && one.end().saturating_add(1) >= *other.start()
}

impl MemoryState {
    fn find_boot(&self, boot_id: &str, edge_id: &str) -> Option<&KeptBoot> {
        self.boots.get(boot_id).filter(|boot| boot.edge_id == edge_id)
    }

    /// The uses that are left of each allowance that is named. One that does not exist has none.
    fn read_left(&self, attempts: &[Vec<String>]) -> Left {
        let left = |id: &String| {
            let kept = self.allowances.get(id);
            kept.map_or(0, |allowance| allowance.max.saturating_sub(allowance.spent))
        };
        attempts.iter().flatten().map(|id| (id.clone(), left(id))).collect()
    }

    fn debit_all(&mut self, debits: &[String]) -> Result<(), StoreError> {
        for id in debits {
            let kept = self.allowances.get_mut(id).filter(|kept| kept.spent < kept.max);
            let kept = kept.ok_or_else(|| StoreError::Unavailable(format!("no use is left of `{id}`")))?;
            kept.spent += 1;
        }
        Ok(())
    }

    /// Notes that the records with these numbers are taken in. Answers the ranges that touched them
    /// before.
    fn put_recorded(&mut self, boot_id: &str, numbers: &Numbers) -> Vec<Numbers> {
        let Some(boot) = self.boots.get_mut(boot_id) else {
            return Vec::new();
        };
        let (before, apart): (Vec<_>, Vec<_>) = boot
            .recorded
            .iter()
            .cloned()
            .partition(|range| is_touching(range, numbers));
        if !numbers.is_empty() {
            boot.recorded = apart;
            boot.recorded.push(join_ranges(&before, numbers));
        }
        before
    }

    /// Whether there is an event of this kind that `edge_id` reported of the request.
    fn is_recorded(&self, kind: EventKind, request_id: &str, edge_id: &str) -> bool {
        let of_request = self
            .events
            .values()
            .filter(|event| event.request_id.as_deref() == Some(request_id));
        of_request.filter(|event| event.kind == kind).any(|event| {
            let line: Value = serde_json::from_str(&event.link.line).unwrap_or_default();
            line.pointer("/data/edge_id").and_then(Value::as_str) == Some(edge_id)
        })
    }

    /// The number of the task that a record names, if it was granted anything at the audience of
    /// the edge.
    fn find_granted_task(&self, edge: &ReportingEdge, record: &RecordLine) -> Option<i64> {
        let (client_id, task_id) = record.client_id.as_deref().zip(record.task_id.as_deref())?;
        let task = self.find_row(client_id, task_id)?.task;
        self.is_granted(task, &edge.audience).then_some(task)
    }

    /// Forgets up to `most` answers to debits before `moment`.
    pub(super) fn forget_spends(&mut self, moment: UnixSeconds, most: usize) -> usize {
        let mut forgotten = 0;
        for boot in self.boots.values_mut() {
            boot.spends.retain(|_, (at, _)| {
                let is_kept = *at >= moment || forgotten >= most;
                forgotten += usize::from(!is_kept);
                is_kept
            });
        }
        forgotten
    }

    /// Forgets up to `most` boots from before `moment` that spent nothing lately.
    pub(super) fn forget_boots(&mut self, moment: UnixSeconds, most: usize) -> usize {
        let mut forgotten = 0;
        self.boots.retain(|_, boot| {
            let is_kept = boot.created >= moment || !boot.spends.is_empty() || forgotten >= most;
            forgotten += usize::from(!is_kept);
            is_kept
        });
        forgotten
    }
}
