//! `cargo xtask test --repeat N`: the same tests several times under load, and a tally of those
//! that failed even once.

use std::collections::BTreeMap;
use std::hint;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Result, bail};

use super::nextest::{self, TestOutcome};

/// The results of several runs of the same tests.
#[derive(Default)]
struct RepeatTally {
    runs: u32,
    passed: usize,
    /// In how many runs each test failed.
    failed: BTreeMap<String, u32>,
    /// Runs in which nextest failed and named no test.
    broken: u32,
}

/// Runs `command` so many times, with all cores under load if `loaded`, and prints the tally.
pub(super) fn run(runs: u32, loaded: bool, mut command: impl FnMut() -> Result<Command>) -> Result<String> {
    let _load = loaded.then(Load::start).transpose()?;
    let mut tally = RepeatTally::default();
    for run in 1..=runs {
        eprintln!("\n-- run {run} of {runs}");
        let mut command = command()?;
        // The tally is the summary.
        command.env("NEXTEST_FAILURE_OUTPUT", "immediate");
        command.env("NEXTEST_FINAL_STATUS_LEVEL", "fail");
        tally.add(nextest::run(&mut command)?);
        eprintln!("{}", tally.table());
    }
    if tally.is_clean() {
        Ok(format!("{} tests passed in {runs} runs, none failed", tally.passed))
    } else {
        bail!("tests failed in {runs} runs:\n{}", tally.table())
    }
}

impl RepeatTally {
    fn add(&mut self, outcome: TestOutcome) {
        self.runs += 1;
        self.passed += outcome.passed;
        self.broken += u32::from(!outcome.success && outcome.failed.is_empty());
        for name in outcome.failed {
            *self.failed.entry(name).or_default() += 1;
        }
    }

    fn is_clean(&self) -> bool {
        self.failed.is_empty() && self.broken == 0
    }

    /// One line for each test that failed even once: how often, and its name.
    fn table(&self) -> String {
        let runs = self.runs;
        let mut lines = vec![format!("  failures in {runs} runs, {} tests passed", self.passed)];
        let mut failed: Vec<_> = self.failed.iter().collect();
        failed.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        lines.extend(failed.iter().map(|(name, count)| format!("  {count:>4}  {name}")));
        if failed.is_empty() {
            lines.push("     0".to_owned());
        }
        if self.broken > 0 {
            lines.push(format!("  {:>4}  runs did not come to their tests", self.broken));
        }
        lines.join("\n")
    }
}

/// Keeps every core busy, until this is dropped.
struct Load {
    threads: Vec<thread::JoinHandle<()>>,
}

/// Ends the threads of the load.
static ENDED: AtomicBool = AtomicBool::new(false);

impl Load {
    fn start() -> Result<Self> {
        let cores = thread::available_parallelism()?.get();
        let busy = || {
            while !ENDED.load(Ordering::Relaxed) {
                hint::spin_loop();
            }
        };
        let threads = (0..cores).map(|_| thread::spawn(busy)).collect();
        Ok(Self { threads })
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        ENDED.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _a_busy_loop_returns_nothing = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(failed: &[&str], success: bool) -> TestOutcome {
        TestOutcome {
            passed: 3,
            failed: failed.iter().map(|name| (*name).to_owned()).collect(),
            ignored: 0,
            success,
        }
    }

    #[test]
    fn a_test_that_fails_once_is_in_the_table_with_its_count() {
        let mut tally = RepeatTally::default();
        tally.add(outcome(&["a one", "b two"], false));
        tally.add(outcome(&["b two"], false));
        tally.add(outcome(&[], true));
        assert!(!tally.is_clean());
        let table = tally.table();
        let lines: Vec<_> = table.lines().map(str::trim).collect();
        assert_eq!(lines, ["failures in 3 runs, 9 tests passed", "2  b two", "1  a one"]);
    }

    #[test]
    fn a_run_that_fails_without_a_failed_test_is_in_the_table() {
        let mut tally = RepeatTally::default();
        tally.add(outcome(&[], false));
        assert!(!tally.is_clean());
        assert!(tally.table().contains("1  runs did not come to their tests"));
    }

    #[test]
    fn runs_without_a_failure_are_clean() {
        let mut tally = RepeatTally::default();
        tally.add(outcome(&[], true));
        assert!(tally.is_clean());
    }
}
