//! Programs under test: started, listened to, and never left behind.

mod log;

pub use log::OutputLog;

use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// A program to start.
#[derive(Debug)]
pub struct Program {
    name: &'static str,
    command: Command,
}

/// A command that starts the supervisor. What is added to it is the program and its arguments.
///
/// The program and its descendants run until the pipe on the supervisor's standard input closes.
#[must_use]
pub fn supervisor() -> Command {
    let mut command = Command::new(crate::tools::supervisor());
    // A process group of its own: Ctrl-C in a terminal reaches the demo alone, and a test runner
    // that kills the group of a test that takes too long leaves the supervisor to do its work.
    command.process_group(0);
    command
}

impl Program {
    /// The program at `path`, called `name` in messages.
    #[must_use]
    pub fn new(name: &'static str, path: &Path) -> Self {
        let mut command = supervisor();
        command.arg(path);
        Self { name, command }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.command.arg(arg.into());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// A variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts the program.
    ///
    /// # Errors
    /// If no process can be made.
    pub fn start(mut self) -> Result<RunningProgram> {
        let log = Arc::new(OutputLog::default());
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.name))?;
        follow(child.stdout.take(), &log);
        follow(child.stderr.take(), &log);
        Ok(RunningProgram {
            name: self.name,
            child,
            log,
        })
    }
}

fn follow(stream: Option<impl Read + Send + 'static>, log: &Arc<OutputLog>) {
    if let Some(stream) = stream {
        let log = Arc::clone(log);
        std::thread::spawn(move || log.read_from(stream));
    }
}

/// A running program. It is killed with its descendants when this is dropped, and when this process
/// ends in any way.
#[derive(Debug)]
pub struct RunningProgram {
    name: &'static str,
    child: Child,
    log: Arc<OutputLog>,
}

impl RunningProgram {
    /// The output of the process so far.
    #[must_use]
    pub fn log(&self) -> &OutputLog {
        &self.log
    }

    /// The exit status of the program, if it ended within `wait`.
    pub fn ended(&mut self, wait: Duration) -> Option<ExitStatus> {
        crate::clock::poll(wait, || self.child.try_wait().ok().flatten())
    }

    /// Waits until `ready` answers; the last lines of the log are part of the error.
    ///
    /// # Errors
    /// If the program ends or `wait` passes first.
    pub fn wait_for<T>(&mut self, what: &str, wait: Duration, mut ready: impl FnMut() -> Option<T>) -> Result<T> {
        let mut end = None;
        let answer = crate::clock::poll(wait, || {
            let answer = ready();
            end = self.child.try_wait().ok().flatten();
            (answer.is_some() || end.is_some()).then_some(answer)
        });
        answer.flatten().with_context(|| {
            let how = end.map_or_else(
                || format!("within {} s", wait.as_secs()),
                |end| format!("but ended ({end})"),
            );
            format!("`{}` did not {what} {how}; it said:\n{}", self.name, self.log.tail(40))
        })
    }

    /// Stops it at once.
    pub fn stop(&mut self) {
        drop(self.child.stdin.take());
        if self.ended(Duration::from_secs(5)).is_none() {
            // A descendant cannot be killed: the supervisor waits for it, and this process does
            // not.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        self.stop();
    }
}
