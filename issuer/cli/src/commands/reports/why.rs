//! `edgewrit why`.

use crate::issuer_client::data_directory_options::DataDirectoryOptions;
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::Args;
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Edges tell an agent little about a refusal; its `request_id` finds the rest here. Edges report within seconds.

Example:
  edgewrit why 5b5bec5e62d38998-24 --data ./data";

/// Say what became of a request, and why
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Why {
    /// The request's id: `edgewrit-request-id` of an edge's answer, `x-request-id` of the issuer's,
    /// or `request_id` in a problem
    request_id: String,
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Why {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let body = json!({"request_id": self.request_id}).to_string();
        let answer = self.data.post("/why", body)?;
        let events = answer
            .get("events")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        if self.json {
            return print_json(&answer);
        }
        if events.is_empty() {
            return Err(Failure::new(format!("nothing is known of `{}`", self.request_id)));
        }
        print_lines(events.iter().flat_map(event_to_words))
    }
}

/// An event as lines for people, one for each member.
fn event_to_words(event: &Value) -> Vec<String> {
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = |name| event.get(name).map(said).unwrap_or_default();
    let mut lines = vec![format!("{} {} ({})", text("at"), text("event"), text("outcome"))];
    for name in ["client_id", "task_id", "agent_id", "traceparent"] {
        lines.extend(event.get(name).map(|value| format!("  {name}: {}", said(value))));
    }
    let data = event.get("data").and_then(Value::as_object).into_iter().flatten();
    lines.extend(data.map(|(name, value)| format!("  {name}: {}", said(value))));
    lines
}
