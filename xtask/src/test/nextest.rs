//! `cargo nextest run`: shows what it prints, and counts what ran.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::base::project::Project;
use crate::tools;

/// The version of the lines that describe the tests: those of libtest.
const FORMAT: [&str; 4] = ["--message-format", "libtest-json", "--message-format-version", "0.1"];

/// `cargo nextest run`, at the version that is pinned.
pub(super) fn command(project: &Project) -> Result<Command> {
    let mut command = Command::new(tools::crate_program(project, "cargo-nextest")?);
    command.current_dir(project.root()).args(["nextest", "run"]);
    // It would look for keys in a terminal of which this process is not the foreground.
    command.arg("--no-input-handler").args(FORMAT);
    command.env("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "1");
    Ok(command)
}

/// The result of the tests of one run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TestOutcome {
    pub(super) passed: usize,
    /// The names of the tests that failed.
    pub(super) failed: Vec<String>,
    pub(super) ignored: usize,
    /// Whether nextest itself succeeded: it also fails where it cannot build.
    pub(super) success: bool,
}

impl fmt::Display for TestOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failed.len();
        let (ran, passed, ignored) = (self.passed + failed, self.passed, self.ignored);
        write!(
            f,
            "{ran} tests run: {passed} passed, {failed} failed, {ignored} ignored"
        )
    }
}

/// Runs `command` to its end. What nextest prints for people is shown as it comes.
pub(super) fn run(command: &mut Command) -> Result<TestOutcome> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.context("starting `cargo nextest`")?;
    let lines = child.stdout.take().context("nextest has no standard output")?;
    let mut outcome = TestOutcome::default();
    for line in BufReader::new(lines).lines() {
        outcome.count(&line.context("reading what nextest tells")?);
    }
    outcome.success = child.wait().context("waiting for `cargo nextest`")?.success();
    Ok(outcome)
}

impl TestOutcome {
    /// Counts the test that a line is about.
    fn count(&mut self, line: &str) {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return;
        };
        let text = |name| line.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("type") != "test" {
            return;
        }
        match text("event") {
            "ok" => self.passed += 1,
            "failed" => self.failed.push(text("name").replace('$', " ")),
            "ignored" => self.ignored += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_is_counted_once_when_it_ends() {
        let mut outcome = TestOutcome::default();
        for line in [
            r#"{"type":"suite","event":"started","test_count":3}"#,
            r#"{"type":"test","event":"started","name":"p::b$one"}"#,
            r#"{"type":"test","event":"ok","name":"p::b$one","exec_time":0.1}"#,
            r#"{"type":"test","event":"failed","name":"p::b$two","exec_time":0.1,"stdout":"said"}"#,
            r#"{"type":"test","event":"ignored","name":"p::b$three"}"#,
            r#"{"type":"suite","event":"failed","passed":1,"failed":1,"ignored":1}"#,
            "not JSON",
        ] {
            outcome.count(line);
        }
        assert_eq!(outcome.failed, ["p::b two"]);
        let said = outcome.to_string();
        assert_eq!(said, "2 tests run: 1 passed, 1 failed, 1 ignored");
    }
}
