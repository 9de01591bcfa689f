//! `GET /v1/audit/events`.

use super::bearer::Operator;
use super::fields::expected;
use crate::audit::{ChainHead, Link};
use crate::base::clock::Moment;
use crate::base::id::hex;
use crate::base::rfc3339;
use crate::http::extract::body;
use crate::http::problem::{Code, Problem};
use crate::http::response;
use crate::state::Issuer;
use crate::store::rows::audit::EventQuery;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// Events of one answer by default, and at most.
const LIMIT: u64 = 100;
const LIMIT_MAX: u64 = 1_000;

pub(super) async fn events(
    _: Operator,
    State(issuer): State<Arc<Issuer>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = read(query.as_deref().unwrap_or_default())?;
    let (limit, offset) = (query.limit, query.offset);
    let page = issuer.events.find(query).await?;
    let events: Vec<_> = page.events.iter().map(event_json).collect();
    let answer = json!({"events": events, "total": page.total, "offset": offset, "limit": limit});
    Ok(response::json(StatusCode::OK, &answer))
}

/// An event in this API's shape.
fn event_json((before, link): &(ChainHead, Link)) -> Value {
    let line: Value = serde_json::from_str(&link.line).unwrap_or_default();
    let mut event_json = json!({
        "id": format!("evt-{:06}", link.head.seq),
        "timestamp": line.get("at"),
        "event_type": line.get("event"),
        "detail": line.get("data").map_or_else(String::new, Value::to_string),
        "outcome": line.get("outcome"),
        "hash": hex(&link.head.hash),
        "prev_hash": hex(&before.hash),
    });
    let data = |name| line.get("data").and_then(|data| data.get(name));
    let more = [
        ("agent_id", line.get("agent_id")),
        ("task_id", line.get("task_id")),
        ("orch_id", line.get("orch_id")),
        ("client_id", line.get("client_id")),
        ("resource", data("resource")),
        ("deleg_depth", data("depth")),
        ("deleg_chain_hash", data("chain_hash")),
    ];
    if let Some(members) = event_json.as_object_mut() {
        for (name, value) in more {
            members.extend(value.map(|value| (name.to_owned(), value.clone())));
        }
    }
    event_json
}

fn read(query: &str) -> Result<EventQuery, Problem> {
    let mut read = EventQuery {
        limit: LIMIT,
        ..EventQuery::default()
    };
    let pairs = body::pairs(query.as_bytes(), &[]).ok_or(Problem::new(Code::BadRequest))?;
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name.as_str() {
            "agent_id" => read.agent_id = Some(value),
            "task_id" => read.task_id = Some(value),
            "event_type" => read.event = Some(value),
            "outcome" => read.outcome = Some(value),
            "since" => read.since = Some(moment(&name, &value)?),
            "until" => read.until = Some(moment(&name, &value)?),
            "limit" => read.limit = number(&name, &value)?.clamp(1, LIMIT_MAX),
            "offset" => read.offset = number(&name, &value)?,
            _ => {}
        }
    }
    // An agent's id says which task it is of, by which its events are found without a search.
    if read.task_id.is_none() {
        let task = read.agent_id.as_deref().and_then(|id| id.rsplit('/').nth(1));
        read.agents_task = task.map(str::to_owned);
    }
    Ok(read)
}

fn moment(name: &str, value: &str) -> Result<Moment, Problem> {
    let moment = rfc3339::read(value).map(|at| Moment { millis: at.0 * 1000 });
    moment.ok_or_else(|| expected(name, "a moment such as `2026-05-10T12:00:00Z`"))
}

fn number(name: &str, value: &str) -> Result<u64, Problem> {
    let number = value.parse().ok().filter(|number| i64::try_from(*number).is_ok());
    number.ok_or_else(|| expected(name, "a whole number"))
}
