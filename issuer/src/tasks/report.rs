//! Reports of grants against their use, as they are answered to a task's client and to the
//! operator.

use crate::base::rfc3339;
use crate::store::report::{AllowanceUse, GrantUse, RefusalCount, TaskReport};
use crate::store::task::TaskRow;
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Value, json};

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
