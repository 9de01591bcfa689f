//! Boots of edges, their debits and their records.

use crate::store::rows::reporting_edge::ReportingEdge;
use crate::store::rows::spend::SpendOutcome;
use crate::store::rules::records::{RecordRows, kind_of, numbers_of, select_new, take_record, verdict_of};
use crate::store::rules::spends::{SpendDecision, SpendRows, debit_event, decide_spend};
use crate::store::sqlite::{SqliteStore, Writing, audit, recorded, report, revocation, spend, task};
use crate::store::{BeginBoot, DebitUses, EdgeStore, Stored, TakeOutcome, TakeRecords};
use edgewrit_shared::edge_api::record_line::RecordLine;

impl EdgeStore for SqliteStore {
    fn begin_boot(&self, begin: BeginBoot) -> Stored<'_, ()> {
        Box::pin(self.write(move |writing| {
            spend::boot(writing, &begin.boot_id, &begin.edge_id, begin.at)?;
            writing.record(&begin.event)
        }))
    }

    fn debit(&self, debit: DebitUses) -> Stored<'_, SpendOutcome> {
        Box::pin(self.write(move |writing| debit_uses(writing, &debit)))
    }

    fn take_records(&self, take: TakeRecords) -> Stored<'_, TakeOutcome> {
        Box::pin(self.write(move |writing| take_records(writing, &take)))
    }
}

fn debit_uses(writing: &Writing<'_>, debit: &DebitUses) -> rusqlite::Result<SpendOutcome> {
    let request = &debit.spend;
    let Some(boot) = spend::find_boot(writing, &request.boot_id, &request.edge_id)? else {
        return Ok(SpendOutcome::UnknownBoot);
    };
    let rows = SpendRows {
        earlier: spend::find_earlier(writing, boot, request.counter)?,
        latest_cut: revocation::latest_cut(writing, &request.targets)?,
        left: spend::read_left(writing, &request.attempts)?,
    };
    let debits = match decide_spend(request, rows, writing.now().seconds()) {
        SpendDecision::Debit(debits) => debits,
        SpendDecision::Answer(outcome) => return Ok(outcome),
    };
    spend::debit_all(writing, &debits)?;
    spend::remember(writing, boot, request, &debits, debit.at)?;
    let task = spend::task_of(writing, debits.first().map_or("", String::as_str))?;
    writing.record_about(task, &debit_event(&debit.event, &request.edge_id, &debits))?;
    Ok(SpendOutcome::Debited(debits))
}

fn take_records(writing: &Writing<'_>, take: &TakeRecords) -> rusqlite::Result<TakeOutcome> {
    let Some(boot) = spend::find_boot(writing, &take.boot_id, &take.edge.edge_id)? else {
        return Ok(TakeOutcome::UnknownBoot);
    };
    let numbers = numbers_of(take.first, take.records.len());
    let before = recorded::find_touching(writing, boot, &numbers)?;
    if !numbers.is_empty() {
        recorded::replace_ranges(writing, boot, &before, &numbers)?;
    }
    let new = select_new(take.first, &take.records, &before);
    for record in new.iter().filter_map(|place| take.records.get(*place)) {
        take_one(writing, &take.edge, record)?;
    }
    Ok(TakeOutcome::Taken(new))
}

fn take_one(writing: &Writing<'_>, edge: &ReportingEdge, record: &RecordLine) -> rusqlite::Result<()> {
    let rows = RecordRows {
        is_recorded: audit::is_recorded(writing, kind_of(record), &record.request_id, &edge.edge_id)?,
        task: find_granted_task(writing, edge, record)?,
    };
    let Some(taken) = take_record(edge, record, rows, writing.now().seconds()) else {
        return Ok(());
    };
    if let Some(task) = taken.task {
        report::count_verdict(writing, task, &verdict_of(edge, record, taken.at))?;
    }
    writing.record(&taken.event)
}

/// The number of the task that a record names, if it was granted anything at the audience of the
/// edge.
fn find_granted_task(
    writing: &Writing<'_>,
    edge: &ReportingEdge,
    record: &RecordLine,
) -> rusqlite::Result<Option<i64>> {
    let named = record.client_id.as_deref().zip(record.task_id.as_deref());
    let found = named.map(|(client_id, task_id)| task::find(writing, client_id, task_id));
    match found.transpose()?.flatten() {
        Some(row) if report::is_granted(writing, row.task, &edge.audience)? => Ok(Some(row.task)),
        _ => Ok(None),
    }
}
