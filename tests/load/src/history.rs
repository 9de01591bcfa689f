//! The history of an issuer: events in the audit chain as after a year of work.

use anyhow::Result;
use edgewrit_issuer::audit::{Event, EventKind};
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::data::Data;
use edgewrit_issuer::store::RecordEvent;
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Events that are asked for together. As many wait for the writer at most.
const TOGETHER: u64 = 8_000;
/// Events after which progress is shown.
const SHOWN: u64 = 1_000_000;

/// Fills the data directory at `data` with `events`.
pub(crate) async fn write_events(data: &Path, events: u64) -> Result<()> {
    let data = Data::open(data, Clock::system()).await?;
    for from in (0..events).step_by(usize::try_from(TOGETHER)?) {
        let mut recorded = JoinSet::new();
        for number in from..(from + TOGETHER).min(events) {
            let store = Arc::clone(&data.store);
            recorded.spawn(async move { store.record(RecordEvent::new(task_started(number))).await });
        }
        while let Some(one) = recorded.join_next().await {
            one??;
        }
        if (from + TOGETHER).is_multiple_of(SHOWN) {
            eprintln!("  {} of {events} events", from + TOGETHER);
        }
    }
    Ok(())
}

/// The event of the start of a task.
fn task_started(number: u64) -> Event {
    let data = r#"{"agents":1,"exp":1800000600,"granted":[{"audience":"https://travel.example","id":"0123456789abcdef","grant":
        {"type":"writ","actions":["search"],"resources":["flights"],"rules":{"from":{"eq":"JFK"}}}}],"writs":["0123456789abcdef0123456789abcdef"]}"#;
    let event = Event {
        task: i64::try_from(number).ok(),
        ..Event::done(EventKind::TaskStarted)
    };
    event
        .client("planner-0123456789ab")
        .task(&format!("task-{number}"), "orchestration")
        .text(data.to_owned())
}
