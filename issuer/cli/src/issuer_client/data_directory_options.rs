//! Calls to the issuer of a data directory: the running server carries them out, or this process if
//! no server runs.

use crate::input::group_readable::GroupReadable;
use crate::output::failure::Failure;
use clap::Args;
use edgewrit_issuer::admin_client;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::history::History;
use edgewrit_shared::json::document::more;
use serde_json::Value;
use std::path::PathBuf;
use tokio::runtime;

/// The data directory of an issuer.
#[derive(Debug, Args)]
pub(crate) struct DataDirectoryOptions {
    /// Data directory, with the keys and the database: the one that `edgewrit serve` was given
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA")]
    data: PathBuf,
    #[command(flatten)]
    group: GroupReadable,
}

impl DataDirectoryOptions {
    /// The data directory at `data`, which only its owner can read.
    pub(crate) fn private(data: PathBuf) -> Self {
        let group = GroupReadable::default();
        Self { data, group }
    }

    /// Opens the audit in the folder.
    pub(crate) fn open_history(&self) -> Result<History, Failure> {
        History::open_readable(&self.data, self.group.read()).map_err(Failure::new)
    }

    /// Posts `body` to the administration of the issuer. Returns its answer, or its problem as a
    /// failure.
    pub(crate) fn post(&self, path: &str, body: String) -> Result<Value, Failure> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let post = admin_client::post(&self.data, self.group.read(), Clock::system(), path, body);
        let answer = runtime.map_err(Failure::new)?.block_on(post).map_err(Failure::new)?;
        let unreadable = || Failure::new("the running server's answer is not readable: it is of another version");
        let body: Value = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        if answer.is_success() {
            return Ok(body);
        }
        Err(problem_to_failure(&body, |place, message| {
            format!("{place}: {message}")
        }))
    }
}

/// The text at `pointer` of an answer.
pub(crate) fn text_at<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str, Failure> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| Failure::new(format!("the answer has no `{pointer}`")))
}

/// A problem (RFC 9457) as a failure; `located` makes a line of the place and message of a fault.
pub(crate) fn problem_to_failure(problem: &Value, located: impl Fn(&str, &str) -> String) -> Failure {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (title, detail) = (text(problem, "title"), text(problem, "detail"));
    let first = if detail.is_empty() {
        title
    } else {
        format!("{title}: {detail}")
    };
    let faults = problem.get("problems").and_then(Value::as_array).into_iter().flatten();
    let faults = faults.map(|fault| located(&text(fault, "place"), &text(fault, "message")));
    let listed = problem.get("problems").and_then(Value::as_array).map_or(0, Vec::len);
    let total = problem.get("problem_count").and_then(Value::as_u64).unwrap_or_default();
    let omitted = usize::try_from(total).unwrap_or(usize::MAX).saturating_sub(listed);
    let rest = (omitted > 0).then(|| more(omitted));
    Failure::from_lines(std::iter::once(first).chain(faults).chain(rest).collect())
}
