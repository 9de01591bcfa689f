//! Running other programs: silent when quick, a line now and then when not.

use std::io::IsTerminal;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The time below which an act prints no line.
const QUIET: Duration = Duration::from_secs(2);
/// The time between two lines about an act that goes on.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The time between two looks at a program with a limit.
const POLL: Duration = Duration::from_millis(50);

/// The clock of the tools. The product's own code takes the time as an argument.
#[expect(clippy::disallowed_methods, reason = "the tools measure how long their stages take")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Prints the act that goes on, from two seconds on, until dropped.
pub(crate) struct Progress {
    stop: Option<Sender<()>>,
    lines: Option<JoinHandle<()>>,
}

impl Progress {
    /// `what` completes "…, 40 s": `installing cargo-deny 0.20.2 (about 2 minutes, once)`.
    pub(crate) fn start(what: impl Into<String>) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let what = what.into();
        let lines = thread::spawn(move || {
            let started = now();
            let mut wait = QUIET;
            let mut suffix = String::new();
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                eprintln!("  {what}{suffix}");
                wait = HEARTBEAT;
                suffix = format!(", {} s so far", (started.elapsed() + HEARTBEAT).as_secs());
            }
            if !suffix.is_empty() {
                eprintln!("  {what}: done in {:.1} s", started.elapsed().as_secs_f32());
            }
        });
        Self {
            stop: Some(stop),
            lines: Some(lines),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(lines) = self.lines.take() {
            // The thread prints and ends; there is nothing to do if it could not.
            let _ = lines.join();
        }
    }
}

/// Runs `command` to its end, showing what it printed only if it failed. Returns what it wrote to
/// its output.
pub(crate) fn quietly(what: &str, command: &mut Command) -> Result<Vec<u8>> {
    let _progress = Progress::start(what);
    silently(command).with_context(|| what.to_owned())
}

/// The same without a word about it, for what is one part of something that is announced as a
/// whole.
pub(crate) fn silently(command: &mut Command) -> Result<Vec<u8>> {
    let output = output(command)?;
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        bail!("`{}` ended with {}", line(command), output.status);
    }
    Ok(output.stdout)
}

/// Runs `command` to its end, whatever that is, keeping what it printed.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output();
    output.with_context(|| format!("starting `{}`", line(command)))
}

/// Whether `command` succeeds within `limit`; it is ended when it does not come to an end itself.
/// What it prints is lost.
pub(crate) fn succeeds_within(limit: Duration, command: &mut Command) -> Result<bool> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.with_context(|| format!("starting `{}`", line(command)))?;
    let started = now();
    while started.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        thread::sleep(POLL);
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}

/// Runs `command` to its end, in full view.
pub(crate) fn openly(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("starting `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Whether a person watches the terminal.
pub(crate) fn watched() -> bool {
    std::io::stderr().is_terminal()
}

fn line(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
    command
        .get_args()
        .fold(name, |line, word| line + " " + &word.to_string_lossy())
}
