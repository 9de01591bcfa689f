//! `cargo xtask coverage`: which part of the lines of the product its own tests execute. The tests
//! on real hosts are left out: what runs in a host as wasm is not counted.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::base::project::Project;
use crate::tools::{self, Tool};

/// The crates that are measured, and the folders of their sources.
const CRATES: [(&str, &str); 3] = [
    ("edgewrit-shared", "shared/src/"),
    ("edgewrit-edge", "edge-validator/src/"),
    ("edgewrit-issuer", "issuer/src/"),
];

/// Lines that can be executed, and those that were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lines {
    all: u64,
    covered: u64,
}

impl Lines {
    fn percent(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of lines are small")]
        let (all, covered) = (self.all as f64, self.covered as f64);
        if self.all == 0 { 0.0 } else { covered * 100.0 / all }
    }

    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.covered += other.covered;
    }
}

pub(crate) fn run(project: &Project) -> Result<()> {
    tools::install(project, &[Tool::Coverage])?;
    tools::add_llvm()?;
    let mut coverage = Command::new(tools::crate_program(project, "cargo-llvm-cov")?);
    coverage.current_dir(project.root());
    coverage.args(["llvm-cov", "--json", "--summary-only", "--no-fail-fast"]);
    for (name, _) in CRATES {
        coverage.args(["--package", name]);
    }
    let coverage = coverage.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let coverage = coverage.context("starting `cargo llvm-cov`")?;
    ensure!(
        coverage.status.success(),
        "`cargo llvm-cov` ended with {}",
        coverage.status
    );
    // What the tests print comes first.
    let printed = String::from_utf8_lossy(&coverage.stdout);
    let report = printed.lines().rfind(|line| line.starts_with('{'));
    let report = serde_json::from_str(report.context("`cargo llvm-cov` printed no report")?)?;
    let root = project.root().to_string_lossy();
    print_table(&lines_of(&report, &root)?);
    Ok(())
}

/// The lines of each crate in a report of `llvm-cov export`.
fn lines_of(report: &Value, root: &str) -> Result<BTreeMap<&'static str, Lines>> {
    let files = report.pointer("/data/0/files").and_then(Value::as_array);
    let mut crates = BTreeMap::new();
    for file in files.context("a report without files")? {
        let name = file.pointer("/filename").and_then(Value::as_str).unwrap_or_default();
        let name = name.strip_prefix(root).unwrap_or(name).trim_start_matches('/');
        let count = |member: &str| {
            let pointer = format!("/summary/lines/{member}");
            file.pointer(&pointer).and_then(Value::as_u64).unwrap_or_default()
        };
        if let Some((crate_name, _)) = CRATES.iter().find(|(_, folder)| name.starts_with(folder)) {
            let (all, covered) = (count("count"), count("covered"));
            crates
                .entry(*crate_name)
                .or_insert_with(Lines::default)
                .add(Lines { all, covered });
        }
    }
    Ok(crates)
}

fn print_table(crates: &BTreeMap<&'static str, Lines>) {
    let mut total = Lines::default();
    for (name, lines) in crates {
        total.add(*lines);
        print_line(name, *lines);
    }
    print_line("all", total);
}

fn print_line(name: &str, lines: Lines) {
    let (covered, all) = (lines.covered, lines.all);
    println!("  {name:<20}{:>6.1} % of lines ({covered} of {all})", lines.percent());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_counted_for_each_crate_and_not_for_tests() {
        let file = |name: &str, all: u64, covered: u64| json!({"filename": name, "summary": {"lines": {"count": all, "covered": covered}}});
        let report = json!({"data": [{"files": [
            file("/p/shared/src/jws.rs", 10, 9),
            file("/p/shared/src/time.rs", 10, 10),
            file("/p/shared/tests/jws.rs", 10, 10),
            file("/p/issuer/src/lib.rs", 4, 1),
            file("/p/issuer/cli/src/main.rs", 4, 0),
        ]}]});
        let lines = lines_of(&report, "/p").unwrap();
        assert_eq!(lines["edgewrit-shared"], Lines { all: 20, covered: 19 });
        assert_eq!(lines["edgewrit-issuer"], Lines { all: 4, covered: 1 });
        assert_eq!(lines.len(), 2);
        assert!((lines["edgewrit-shared"].percent() - 95.0).abs() < 1e-9);
    }
}
