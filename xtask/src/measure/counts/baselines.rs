//! The committed baselines: a line for each case, its instructions and then its name.

use std::fmt::Write as _;

use anyhow::{Context, Result};

/// A difference of so many percent, in either direction, is a fault. Fewer instructions are one
/// too: the next change could use them up unseen.
const LIMIT_PERCENT: u64 = 3;

const HEADING: &str = "\
# Instructions of one call, in functions of our own crates and the standard library
# (x86-64, profile `release`). `cargo xtask counts` compares, `cargo xtask counts --accept` writes.
# A commit that changes this file gives the reason.
";

/// The instructions of one case.
pub(super) struct CaseCount {
    /// The name of the case.
    pub(super) name: String,
    /// The instructions that are compared.
    pub(super) own: u64,
    /// With those of other crates and of the C library.
    pub(super) all: u64,
}

/// The result of a comparison.
pub(super) struct Compared {
    /// A line for each case.
    pub(super) table: String,
    /// The faults, a line each.
    pub(super) faults: Vec<String>,
}

/// The text of the baselines that `counts` become.
pub(super) fn write(counts: &[CaseCount]) -> String {
    counts.iter().fold(HEADING.to_owned(), |mut text, count| {
        let _ = writeln!(text, "{:>9}  {}", count.own, count.name);
        text
    })
}

/// Reads what [`write()`] wrote.
pub(super) fn read(text: &str) -> Result<Vec<(String, u64)>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = |line: &str| {
        let (count, name) = line.trim_start().split_once("  ")?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    lines
        .map(|line| read(line).with_context(|| format!("not a baseline: `{line}`")))
        .collect()
}

/// Compares `counts` with `baselines`.
pub(super) fn compare(baselines: &[(String, u64)], counts: &[CaseCount]) -> Compared {
    let mut compared = Compared {
        table: format!(
            "  {:<52}{:>10}{:>10}{:>9}{:>12}\n",
            "instructions", "baseline", "now", "", "all"
        ),
        faults: Vec::new(),
    };
    for CaseCount { name, own, all } in counts {
        let baseline = baselines
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, count)| *count);
        let (was, percent) = match baseline {
            Some(was) => (was.to_string(), percent(was, *own)),
            None => ("none".to_owned(), String::new()),
        };
        let _ = writeln!(compared.table, "  {name:<52}{was:>10}{own:>10}{percent:>9}{all:>12}");
        match baseline {
            None => compared.faults.push(format!("`{name}` has no baseline")),
            Some(was) if own.abs_diff(was) * 100 >= was * LIMIT_PERCENT => {
                compared
                    .faults
                    .push(format!("`{name}` takes {own} instructions, its baseline is {was}"));
            }
            Some(_) => {}
        }
    }
    let gone = baselines
        .iter()
        .filter(|(name, _)| counts.iter().all(|count| count.name != *name));
    let gone = gone.map(|(name, _)| format!("`{name}` has a baseline and is not counted"));
    compared.faults.extend(gone);
    compared
}

#[expect(clippy::cast_precision_loss, reason = "a figure for reading, with two decimals")]
fn percent(was: u64, now: u64) -> String {
    format!("{:+.2} %", (now as f64 / was as f64 - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(name: &str, own: u64) -> CaseCount {
        let name = name.to_owned();
        CaseCount { name, own, all: 0 }
    }

    fn faults(baseline: u64, now: u64) -> Vec<String> {
        compare(&[("decide".to_owned(), baseline)], &[counted("decide", now)]).faults
    }

    #[test]
    fn a_difference_of_three_percent_is_a_fault_in_either_direction() {
        for now in [1_000, 1_029, 971] {
            assert!(faults(1_000, now).is_empty(), "{now}");
        }
        for now in [1_030, 970, 0, 5_000] {
            assert_eq!(faults(1_000, now).len(), 1, "{now}");
        }
    }

    #[test]
    fn a_case_without_a_baseline_and_a_baseline_without_a_case_are_faults() {
        let compared = compare(&[("one".to_owned(), 10)], &[counted("another", 10)]);
        assert_eq!(
            compared.faults,
            ["`another` has no baseline", "`one` has a baseline and is not counted"]
        );
    }

    #[test]
    fn baselines_are_read_as_they_were_written() {
        let counts = [
            counted("decide, one literal grant", 462),
            counted("permit, cached", 12_345_678_901),
        ];
        let read = read(&write(&counts)).unwrap();
        assert!(compare(&read, &counts).faults.is_empty());
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn a_line_that_is_no_baseline_is_named() {
        assert!(read("12 decide").unwrap_err().to_string().contains("`12 decide`"));
    }
}
