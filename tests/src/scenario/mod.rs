//! The two stories that must work, literally: told by the demo, asserted by the tests.

mod database;
mod fixture;
mod travel;

pub use database::DatabaseScenario;
pub use fixture::Fixture;
pub use travel::{Race, TravelScenario, booking, search};

use crate::edge::EdgeProcess;
use crate::http::HttpRequest;
use anyhow::{Context as _, Result};
use serde_json::Value;

/// One request and its result.
#[derive(Clone, Debug)]
pub struct ScenarioRow {
    /// The edge it was sent to.
    pub edge: String,
    /// The request, in words.
    pub request: String,
    /// The status of the answer.
    pub status: String,
    /// The label of the edge's own log, and what it says there.
    pub reason: String,
    /// The entry in the book of the API afterwards.
    pub book: String,
    /// The expected result, if the result differs.
    pub fault: Option<String>,
}

/// Hears rows as they come.
pub type Tell<'a> = dyn FnMut(&ScenarioRow) + 'a;

/// One request of a scenario, and the expected result.
struct ScenarioStep<'a> {
    says: &'a str,
    request: HttpRequest,
    status: u16,
    label: &'a str,
    /// The expected book afterwards.
    book: &'a str,
}

impl ScenarioStep<'_> {
    /// Plays it on `edge`; `book` asks the API.
    fn play(&self, edge: &EdgeProcess, book: impl Fn() -> String) -> Result<ScenarioRow> {
        let response = edge.send(&self.request)?;
        let record = edge.record(&response);
        let record = record.with_context(|| format!("{}: no line of the log is about `{}`", edge.kind(), self.says))?;
        let label = text(&record, "label");
        let book = book();
        let found = (response.status, label, book.as_str());
        let expected = (self.status, self.label, self.book);
        Ok(ScenarioRow {
            edge: edge.kind().to_string(),
            request: self.says.into(),
            status: response.status.to_string(),
            reason: reason(&record),
            fault: (found != expected).then(|| format!("expected {expected:?}, found {found:?}")),
            book,
        })
    }
}

fn text<'v>(record: &'v Value, name: &str) -> &'v str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The label, and for a refusal what the log says about it.
fn reason(record: &Value) -> String {
    match (text(record, "verdict"), text(record, "label"), text(record, "detail")) {
        ("permit", ..) => "permit".into(),
        (_, label, "") => label.into(),
        (_, label, detail) => format!("{label}: {detail}"),
    }
}

/// Fails if a row is not as expected.
///
/// # Errors
/// Every row that is not.
pub fn hold(rows: &[ScenarioRow]) -> Result<()> {
    let wrong = |row: &ScenarioRow| Some(format!("{} {}: {}", row.edge, row.request, row.fault.as_deref()?));
    let wrong: Vec<_> = rows.iter().filter_map(wrong).collect();
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The name of the edge, or a word for several edges.
fn name_of(edges: &[EdgeProcess]) -> String {
    match edges {
        [one] => one.kind().to_string(),
        _ => "all".into(),
    }
}
