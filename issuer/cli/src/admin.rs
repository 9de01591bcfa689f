//! Commands that change what the issuer knows: carried out by the running server, or here if none runs.

use crate::failure::Failure;
use clap::Args;
use edgewrit_issuer::admin_client;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::files::GroupRead;
use edgewrit_issuer::history::History;
use edgewrit_shared::document::more;
use serde_json::Value;
use std::path::PathBuf;
use tokio::runtime;

/// Where the issuer keeps its data.
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// Folder of keys and database: the one that `edgewrit serve` was given
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA")]
    data: PathBuf,
    #[command(flatten)]
    group: Group,
}

/// Who may read it.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Group {
    /// Accept that the group of the data folder and of its files may read them, as Kubernetes arranges it
    #[arg(long, env = "EDGEWRIT_GROUP_READABLE", num_args = 0..=1, default_missing_value = "true")]
    group_readable: Option<bool>,
}

impl Group {
    /// What was said, if anything was.
    pub(crate) const fn readable(self) -> Option<bool> {
        self.group_readable
    }

    /// What holds for commands that read no configuration file.
    pub(crate) fn read(self) -> GroupRead {
        self.group_readable.unwrap_or_default().into()
    }
}

impl Data {
    /// Opens the audit in the folder.
    pub(crate) fn open_history(&self) -> Result<History, Failure> {
        History::open_readable(&self.data, self.group.read()).map_err(Failure::new)
    }

    /// Posts `body` to the office. Answers what it answers, or what it refuses.
    pub(crate) fn post(&self, path: &str, body: String) -> Result<Value, Failure> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let post = admin_client::post(&self.data, self.group.read(), Clock::system(), path, body);
        let (status, body) = runtime.map_err(Failure::new)?.block_on(post).map_err(Failure::new)?;
        let unreadable = || Failure::new("the running server's answer is not readable: it is of another version");
        let body: Value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        if status.is_success() {
            return Ok(body);
        }
        Err(refused(&body, |place, message| format!("{place}: {message}")))
    }
}

/// The text at `pointer` of an answer.
pub(crate) fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str, Failure> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| Failure::new(format!("the answer has no `{pointer}`")))
}

/// A problem (RFC 9457) as lines; `located` makes a line of a fault's place and message.
pub(crate) fn refused(problem: &Value, located: impl Fn(&str, &str) -> String) -> Failure {
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
    Failure::all(std::iter::once(first).chain(faults).chain(rest).collect())
}
