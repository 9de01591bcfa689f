//! `edgewrit task`.

use crate::issuer_client::data_directory_options::{DataDirectoryOptions, text_at};
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::{ArgAction, Args, Subcommand};
use serde_json::{Value, json};

/// Look at tasks
#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// Compare what a task was granted with what it used
    Show(Show),
}

const EXAMPLES: &str = "\
Uses are what edges report, and lag by seconds; what was spent of an allowance is exact.

A task can have any name, `--help` too: `edgewrit task show --help` shows the task that is called so.

Example:
  edgewrit task show trip-42 --data ./data";

/// Compare what a task was granted with what it used
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, disable_help_flag = true)]
pub(crate) struct Show {
    /// The task's id
    task_id: String,
    /// Client of the task, if several clients have such a task
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    #[command(flatten)]
    data: DataDirectoryOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print help; `--help` does so behind the task's id only
    // The first of the two is the one that errors name.
    #[arg(short, action = ArgAction::HelpLong)]
    help: Option<bool>,
    #[arg(long = "help", hide = true, action = ArgAction::HelpLong)]
    long_help: Option<bool>,
}

impl TaskCommand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Show(show) => show.run(),
        }
    }
}

impl Show {
    fn run(self) -> Result<(), Failure> {
        let mut body = json!({"task_id": self.task_id});
        if let (Some(client), Some(members)) = (self.client, body.as_object_mut()) {
            members.insert("client_id".to_owned(), Value::from(client));
        }
        let report = self.data.post("/tasks/show", body.to_string());
        let report = report.map_err(|failure| match self.task_id.as_str() {
            "--help" => failure.with_line("`edgewrit task show -h` prints the help of this command"),
            _ => failure,
        })?;
        if self.json {
            return print_json(&report);
        }
        print_lines(report_to_words(&report)?)
    }
}

/// The report as lines for people.
fn report_to_words(report: &Value) -> Result<Vec<String>, Failure> {
    let line = |name: &str| text_at(report, &format!("/{name}"));
    let mut lines = vec![
        format!(
            "task    {} of {}, {}",
            line("task_id")?,
            line("client_id")?,
            line("status")?
        ),
        format!("from    {} until {}", line("began_at")?, line("live_until")?),
        "granted".to_owned(),
    ];
    let listed = |name| report.get(name).and_then(Value::as_array).into_iter().flatten();
    for used in listed("granted") {
        let grant = used.get("grant").map(Value::to_string).unwrap_or_default();
        lines.push(format!(
            "  {:<28} {} at {}",
            uses_to_words(used),
            grant,
            text_at(used, "/audience")?
        ));
    }
    lines.push("refused".to_owned());
    for refused in listed("refused") {
        let count = refused.get("count").and_then(Value::as_u64).unwrap_or_default();
        let [label, audience, last] = ["/label", "/audience", "/last_at"].map(|name| text_at(refused, name));
        lines.push(format!(
            "  {count:>5} {} {} at {}, last {}",
            times_word(count),
            label?,
            audience?,
            last?
        ));
    }
    Ok(lines)
}

/// The noun behind a number of uses or refusals.
const fn times_word(count: u64) -> &'static str {
    match count {
        1 => "time",
        _ => "times",
    }
}

/// The uses of a grant, for people.
fn uses_to_words(used: &Value) -> String {
    let number = |pointer| used.pointer(pointer).and_then(Value::as_u64);
    let spent = number("/allowance/spent").zip(number("/allowance/max"));
    let spent = spent
        .map(|(spent, max)| format!(", {spent} of {max} spent"))
        .unwrap_or_default();
    match number("/used") {
        None | Some(0) => format!("never used{spent}"),
        Some(times) => format!("used {times} {}{spent}", times_word(times)),
    }
}

#[cfg(test)]
mod tests {
    use super::uses_to_words;
    use serde_json::json;

    #[test]
    fn the_uses_of_a_grant_are_said_in_words() {
        for (used, words) in [
            (json!({}), "never used"),
            (json!({"used": 1}), "used 1 time"),
            (
                json!({"used": 2, "allowance": {"spent": 3, "max": 5}}),
                "used 2 times, 3 of 5 spent",
            ),
        ] {
            assert_eq!(uses_to_words(&used), words);
        }
    }
}
