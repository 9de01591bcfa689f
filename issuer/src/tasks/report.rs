//! Reports of grants against their use, as they are answered to a task's client and to the
//! operator.

use crate::base::clock::Clock;
use crate::base::from::from;
use crate::base::rfc3339;
use crate::store::rows::report::{AllowanceUse, GrantUse, RefusalCount, TaskReport};
use crate::store::rows::task::{TaskKey, TaskRow};
use crate::store::{NamedReport, NamedTask, Store, StoreError};
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Value, json};
use std::sync::Arc;

/// The reports of tasks.
#[derive(Debug)]
pub(crate) struct TaskReports {
    store: Arc<dyn Store>,
    clock: Clock,
}

/// Why there is no report of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReportError {
    /// No client has such a task.
    NoTask,
    /// Several clients have a task of this name.
    Ambiguous,
    /// The store refused.
    Store(StoreError),
}

from!(ReportError: Store(StoreError));

impl TaskReports {
    pub(crate) const fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// The report of the task `task_id` of a client; `None` if there is no such task.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn of_client(&self, client_id: &str, task_id: &str) -> Result<Option<Value>, StoreError> {
        let key = TaskKey {
            client_id: client_id.to_owned(),
            task_id: task_id.to_owned(),
        };
        let report = self.store.report_task(key).await?;
        let now = self.clock.now().seconds();
        Ok(report.map(|report| json(task_id, &report, now)))
    }

    /// The report of the only task `task_id`, of `client_id` or of any client, for the operator.
    ///
    /// # Errors
    /// [`ReportError`].
    pub(crate) async fn of_operator(&self, client_id: Option<String>, task_id: &str) -> Result<Value, ReportError> {
        let named = NamedTask {
            task_id: task_id.to_owned(),
            client_id,
        };
        let report = self.store.report_named_task(named).await?;
        match report {
            NamedReport::One(report) => Ok(json(task_id, &report, self.clock.now().seconds())),
            NamedReport::Unknown => Err(ReportError::NoTask),
            NamedReport::Several => Err(ReportError::Ambiguous),
        }
    }
}

/// The report as JSON.
#[must_use]
pub fn json(task_id: &str, report: &TaskReport, now: UnixSeconds) -> Value {
    let TaskReport { task, .. } = report;
    let uses: Vec<_> = report.uses.iter().map(|used| of_use(used, &report.counters)).collect();
    let refused: Vec<_> = report.refused.iter().map(of_refused).collect();
    json!({
        "task_id": task_id,
        "client_id": task.client_id,
        "orch_id": task.orch_id,
        "agent": task.agent,
        "status": status(task, now),
        "began_at": rfc3339::write(task.born.seconds()),
        "live_until": rfc3339::write(task.live_until),
        "completed_at": task.completed.map(rfc3339::write),
        "granted": uses,
        "refused": refused,
        "registered_agents": report.agents,
    })
}

/// The state of a task, without what it was granted.
#[must_use]
pub fn state(task_id: &str, task: &TaskRow, now: UnixSeconds) -> Value {
    json!({
        "task_id": task_id,
        "status": status(task, now),
        "began_at": rfc3339::write(task.born.seconds()),
        "live_until": rfc3339::write(task.live_until),
        "completed_at": task.completed.map(rfc3339::write),
    })
}

fn status(task: &TaskRow, now: UnixSeconds) -> &'static str {
    match task.completed {
        Some(_) => "completed",
        None if now < task.live_until => "live",
        None => "expired",
    }
}

fn of_use(used: &GrantUse, counters: &[AllowanceUse]) -> Value {
    let grant: Value = serde_json::from_str(&used.body).unwrap_or_default();
    let allowance = grant.pointer("/uses/allowance").and_then(Value::as_str);
    let counter = counters.iter().find(|counter| Some(counter.id.as_str()) == allowance);
    json!({
        "audience": used.audience,
        "id": used.id,
        "grant": grant,
        "used": used.used,
        "last_used_at": used.last.map(rfc3339::write),
        "allowance": counter.map(|counter| json!({"max": counter.max, "spent": counter.spent})),
    })
}

fn of_refused(refused: &RefusalCount) -> Value {
    json!({
        "audience": refused.audience,
        "label": refused.label,
        "count": refused.count,
        "last_at": rfc3339::write(refused.last),
    })
}
