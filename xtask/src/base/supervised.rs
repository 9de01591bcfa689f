//! Commands that run under a supervisor: this program starts itself once more, as the program that
//! the supervisor runs. However the first process ends, nothing of its run continues.

use std::env;
use std::fs;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::base::progress::now;
use crate::base::project::{Project, empty, remove};

/// The command that is a supervisor.
pub(crate) const SUPERVISE: &str = "supervise";

/// Names the folder for temporary files of the run that this process belongs to.
const RUN: &str = "EDGEWRIT_RUN";

/// The folders of all runs, below the project's scratch folder.
const RUNS: &str = "target/xtask/runs";

/// The time for a program to end after the request to end: the guard of a temporary folder removes
/// it a second time after a second.
const GRACE: Duration = Duration::from_secs(5);

/// The time between two looks at the remaining programs.
const POLL: Duration = Duration::from_millis(100);

/// Runs `body` if a supervisor already runs this process, else all of this command under one.
pub(crate) fn run(project: &Project, body: impl FnOnce(&SupervisedRun) -> Result<()>) -> Result<ExitCode> {
    match env::var_os(RUN) {
        Some(temporary) => {
            let temporary = PathBuf::from(temporary);
            body(&SupervisedRun { temporary }).map(|()| ExitCode::SUCCESS)
        }
        None => start(project),
    }
}

/// The process under a supervisor.
pub(crate) struct SupervisedRun {
    /// `TMPDIR` of everything that this run starts.
    temporary: PathBuf,
}

impl SupervisedRun {
    /// Fails if this run has left a process or a temporary file behind, and names it.
    pub(crate) fn left_nothing(&self) -> Result<()> {
        let started = now();
        loop {
            let left = self.left()?;
            if left.is_empty() {
                return Ok(());
            }
            if started.elapsed() > GRACE {
                bail!("this run has left behind:\n  {}", left.join("\n  "));
            }
            thread::sleep(POLL);
        }
    }

    /// The supervisor is the parent of this process, and every other process below it is an orphan
    /// or a child of one.
    fn left(&self) -> Result<Vec<String>> {
        left(parent_id(), process::id(), &self.temporary)
    }
}

fn left(supervisor: u32, own: u32, temporary: &Path) -> Result<Vec<String>> {
    let processes = edgewrit_supervisor::below(supervisor).into_iter();
    let mut left: Vec<_> = processes
        .filter(|process| process.id != own)
        .map(|process| process.to_string())
        .collect();
    let entries = fs::read_dir(temporary).with_context(|| format!("reading `{}`", temporary.display()))?;
    for entry in entries {
        left.push(entry?.path().display().to_string());
    }
    Ok(left)
}

fn start(project: &Project) -> Result<ExitCode> {
    let runs = project.root().join(RUNS);
    sweep(&runs)?;
    let folder = runs.join(process::id().to_string());
    empty(&folder)?;
    let own = env::current_exe().context("finding the program of xtask")?;
    let mut supervisor = Command::new(&own);
    supervisor.arg(SUPERVISE).arg(&own).args(env::args_os().skip(1));
    supervisor.env(RUN, &folder).env("TMPDIR", &folder);
    // Ctrl-C ends this process alone: the pipe closes, and the supervisor ends everything else.
    let supervisor = supervisor.stdin(Stdio::piped()).process_group(0).spawn();
    let mut supervisor = supervisor.context("starting the supervisor")?;
    // Waiting for a child closes its standard input if the child still holds it.
    let pipe = supervisor.stdin.take();
    let status = supervisor.wait().context("waiting for the supervisor")?;
    drop(pipe);
    remove(&folder)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Removes the folders of runs that were killed.
fn sweep(runs: &Path) -> Result<()> {
    if !Path::new("/proc/self").exists() {
        return Ok(());
    }
    for entry in fs::read_dir(runs).into_iter().flatten() {
        let entry = entry.context("listing earlier runs")?;
        if !Path::new("/proc").join(entry.file_name()).exists() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_and_a_file_that_are_left_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("forgotten");
        fs::write(&file, "").unwrap();
        let mut sleeping = Command::new("sleep").arg("1000").spawn().unwrap();
        let named = format!("process {}: sleep 1000", sleeping.id());
        let file_named = file.display().to_string();
        // This process stands for the supervisor. Other tests have children of it as well.
        let found = || left(process::id(), 0, folder.path()).unwrap();
        // The kernel knows the arguments of a program a moment after it has started the program.
        let looks = (0..500).map(|_| {
            thread::sleep(Duration::from_millis(10));
            found()
        });
        let before = looks
            .into_iter()
            .find(|found| found.contains(&named))
            .unwrap_or_default();
        let without_own = left(process::id(), sleeping.id(), folder.path()).unwrap();
        sleeping.kill().unwrap();
        sleeping.wait().unwrap();
        fs::remove_file(&file).unwrap();
        let after = found();
        assert!(before.contains(&named) && before.contains(&file_named), "{before:?}");
        assert!(!without_own.contains(&named), "{without_own:?}");
        assert!(!after.contains(&named) && !after.contains(&file_named), "{after:?}");
    }

    #[test]
    fn the_folders_of_killed_runs_are_removed_and_those_of_others_are_kept() {
        let runs = tempfile::tempdir().unwrap();
        let own = runs.path().join(process::id().to_string());
        // No process has this id: the kernel counts to 2^22 at most.
        let ended = runs.path().join("4194305");
        for folder in [&own, &ended] {
            fs::create_dir(folder).unwrap();
        }
        sweep(runs.path()).unwrap();
        assert!(own.exists() && !ended.exists());
    }
}
