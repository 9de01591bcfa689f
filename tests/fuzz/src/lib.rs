//! Fuzz targets. Each takes any bytes and panics on a fault: `cargo xtask fuzz` runs them under
//! libFuzzer, `cargo test` with their seeds.
#![expect(clippy::expect_used, clippy::panic, reason = "a target fails by a panic")]

mod costs;
mod files;
mod grants;
mod pipeline;
mod tokens;
mod wire;

use std::path::Path;
use std::str;

/// A parser or a rule that is fuzzed.
#[derive(Clone, Copy)]
pub struct FuzzTarget {
    /// The name of the target on the command line.
    pub name: &'static str,
    /// Takes one input.
    pub fuzz: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: &'static [&'static str],
}

/// All targets.
pub const TARGETS: [FuzzTarget; 21] = [
    tokens::JSON,
    tokens::NUMBER,
    tokens::TOKEN,
    tokens::CLAIMS,
    tokens::BUNDLE,
    tokens::ROWS,
    tokens::KEY,
    grants::SCOPE,
    grants::PATTERN,
    grants::GRANT,
    grants::NARROW_THEN_PERMIT,
    pipeline::REQUEST,
    pipeline::BODY,
    pipeline::FORM,
    pipeline::CONFIG,
    files::YAML,
    wire::MESSAGES,
    costs::COST_OF_CONFIG,
    costs::COST_OF_GRANT,
    costs::COST_OF_JSON,
    costs::COST_OF_YAML,
];

/// Prints the names of all targets for `EDGEWRIT_FUZZ=?`, or writes the seeds of the target into
/// the folder `EDGEWRIT_SEEDS`, and ends the program.
#[expect(clippy::exit, clippy::print_stdout, reason = "libFuzzer owns the main function")]
pub fn prepare() {
    if std::env::var("EDGEWRIT_FUZZ").is_ok_and(|name| name == "?") {
        TARGETS.iter().for_each(|target| println!("{}", target.name));
        std::process::exit(0);
    }
    if let Some(folder) = std::env::var_os("EDGEWRIT_SEEDS") {
        for (index, seed) in target().seeds.iter().enumerate() {
            std::fs::write(Path::new(&folder).join(format!("seed-{index}")), seed).expect("the folder is there");
        }
        std::process::exit(0);
    }
}

/// The target that the environment variable `EDGEWRIT_FUZZ` names.
#[must_use]
pub fn target() -> FuzzTarget {
    let name = std::env::var("EDGEWRIT_FUZZ").unwrap_or_default();
    let found = TARGETS.into_iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic!("EDGEWRIT_FUZZ is `{name}`, expected the name of a target"))
}

/// Calls `fuzz` with the input if it is text.
fn with_text(data: &[u8], fuzz: impl FnOnce(&str)) {
    if let Ok(text) = str::from_utf8(data) {
        fuzz(text);
    }
}

#[cfg(test)]
mod tests {
    use super::TARGETS;

    #[test]
    fn every_target_takes_its_seeds_and_pieces_of_them() {
        for target in TARGETS {
            for seed in target.seeds {
                (0..=seed.len()).for_each(|end| (target.fuzz)(&seed.as_bytes()[..end]));
            }
        }
    }
}
