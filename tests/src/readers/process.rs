//! The programs that hold readers: one line in is a request, one line out is what each of their
//! readers makes of it.

use super::answer::ReaderAnswer;
use super::request::SentRequest;
use super::table::{PROGRAMS, ReaderPlaces, ReaderProgram};
use crate::process::supervisor;
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use edgewrit_supervisor::RELAY;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

/// The time for a program to start, and to read one request.
const PATIENCE: Duration = Duration::from_secs(60);
/// Answers that a program may be ahead of who reads them.
const AHEAD: usize = 4;

/// All readers.
#[derive(Debug)]
pub(super) struct Readers(Vec<Running>);

/// A program that holds readers. It ends when its input is closed; its supervisor kills it if not.
#[derive(Debug)]
struct Running {
    program: &'static ReaderProgram,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Readers {
    /// Starts every program and prints the versions of the readers.
    ///
    /// # Errors
    /// If a program does not start, or does not have exactly the readers of the table.
    pub(super) fn start() -> Result<Self> {
        let places = ReaderPlaces::find()?;
        let started: Result<Vec<_>> = PROGRAMS
            .iter()
            .map(|program| Running::start(program, &places))
            .collect();
        let readers = Self(started?);
        for running in &readers.0 {
            running.greet()?;
        }
        Ok(readers)
    }

    /// The reading of a request by each reader, by the reader's name.
    ///
    /// # Errors
    /// If a program ends or does not answer in time.
    pub(super) fn read(&mut self, sent: &SentRequest) -> Result<BTreeMap<String, ReaderAnswer>> {
        let mut line = sent.line();
        line.push('\n');
        for running in &mut self.0 {
            running.write(&line)?;
        }
        let mut all = BTreeMap::new();
        for running in &self.0 {
            let answers = running.member("answers")?;
            for reader in running.program.readers {
                let answer = answers.get(reader.name);
                let answer = answer.with_context(|| format!("`{}` did not answer", reader.name))?;
                all.insert(reader.name.to_owned(), ReaderAnswer::of(answer)?);
            }
        }
        Ok(all)
    }
}

impl Running {
    fn start(program: &'static ReaderProgram, places: &ReaderPlaces) -> Result<Self> {
        let mut child = supervised(&(program.command)(places))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start the readers of `{}`", program.name))?;
        let output = child.stdout.take().context("a program without output")?;
        let (said, lines) = sync_channel(AHEAD);
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines();
            lines.map_while(Result::ok).try_for_each(|line| said.send(line))
        });
        Ok(Self {
            program,
            input: child.stdin.take(),
            child,
            lines,
        })
    }

    fn greet(&self) -> Result<()> {
        let versions = self.member("versions")?;
        let versions = versions.as_object().context("versions without names")?;
        for (name, version) in versions {
            println!("  reader {name} {}", version.as_str().unwrap_or_default());
        }
        let mut expected: Vec<_> = self.program.readers.iter().map(|reader| reader.name).collect();
        expected.sort_unstable();
        let mut found: Vec<_> = versions.keys().map(String::as_str).collect();
        found.sort_unstable();
        ensure!(
            expected == found,
            "`{}` has the readers {found:?}, expected {expected:?}",
            self.program.name
        );
        Ok(())
    }

    fn write(&mut self, line: &str) -> Result<()> {
        let input = self.input.as_mut().context("a program without input")?;
        let written = input.write_all(line.as_bytes()).and_then(|()| input.flush());
        written.with_context(|| format!("the readers of `{}` ended", self.program.name))
    }

    /// A member of the next line.
    fn member(&self, name: &str) -> Result<Value> {
        let line = self.lines.recv_timeout(PATIENCE).map_err(|error| {
            anyhow!(
                "no line from the readers of `{}` within {PATIENCE:?}: {error}",
                self.program.name
            )
        })?;
        let mut line: Value = serde_json::from_str(&line).with_context(|| format!("a line that is no JSON: {line}"))?;
        match line.get_mut(name) {
            Some(member) => Ok(member.take()),
            None => bail!("a line of `{}` without `{name}`", self.program.name),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.input.take());
        let ended = crate::clock::poll(Duration::from_secs(5), || self.child.try_wait().ok().flatten());
        if ended.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The command under a supervisor that relays its input.
fn supervised(command: &Command) -> Command {
    let mut supervised = supervisor();
    supervised
        .arg(RELAY)
        .arg(command.get_program())
        .args(command.get_args());
    let set = |(name, value): (&std::ffi::OsStr, Option<&std::ffi::OsStr>)| {
        Some((name.to_owned(), value.map(OsString::from)?))
    };
    supervised.envs(command.get_envs().filter_map(set));
    supervised
}
