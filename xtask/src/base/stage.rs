//! The stages of a long command, timed.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::base::progress::now;

/// The stages so far, in order.
#[derive(Default)]
pub(crate) struct Stages {
    done: Vec<Stage>,
    notes: Vec<String>,
}

struct Stage {
    name: &'static str,
    took: Duration,
    passed: bool,
}

impl Stages {
    /// Runs one stage. A failure is printed and remembered, and the stages that follow run all the
    /// same: one run shows everything that is wrong. Returns the stage's result if it passed.
    pub(crate) fn run<T>(&mut self, name: &'static str, stage: impl FnOnce() -> Result<T>) -> Option<T> {
        eprintln!("\n== {name}");
        let started = now();
        let result = stage();
        if let Err(error) = &result {
            eprintln!("error: {name}: {error:#}");
        }
        self.done.push(Stage {
            name,
            took: started.elapsed(),
            passed: result.is_ok(),
        });
        result.ok()
    }

    /// Records a stage that could not run because one before it failed.
    pub(crate) fn skip(&mut self, name: &'static str) {
        eprintln!("\n== {name}: not run");
        self.done.push(Stage {
            name,
            took: Duration::ZERO,
            passed: false,
        });
    }

    /// Keeps `note` for the summary, where it cannot be overlooked.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Prints the table. An error if any stage failed.
    pub(crate) fn finish(self) -> Result<()> {
        eprintln!();
        for stage in &self.done {
            let mark = if stage.passed { "" } else { "  FAILED" };
            eprintln!("  {:<28}{:>8.1} s{mark}", stage.name, stage.took.as_secs_f32());
        }
        let total: Duration = self.done.iter().map(|stage| stage.took).sum();
        eprintln!("  {:<28}{:>8.1} s", "all", total.as_secs_f32());
        for note in &self.notes {
            eprintln!("\n  {note}");
        }
        let failed: Vec<_> = self
            .done
            .iter()
            .filter(|stage| !stage.passed)
            .map(|stage| stage.name)
            .collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}
