//! Misuse of the types that prove something does not compile.
//!
//! Each file in `cases/` has a function `right`, which compiles, and items that do not, each with
//! the code of its error. The file beside it with the ending `.stderr` has the errors of the
//! compiler, so a case that fails for another reason fails a test. `TRYBUILD=overwrite` writes
//! these files.
#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/misuse/cases/*.rs");
}

/// The codes that follow `prefix` at the begin of a line, such as `E0382`, sorted.
fn codes(path: &Path, prefix: &str) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
    let mut codes: Vec<String> = lines.map(|rest| rest.chars().take(5).collect()).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn each_misuse_fails_for_the_stated_reason() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/misuse/cases");
    let paths = fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path());
    let sources: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    assert!(sources.len() >= 11, "{sources:?}");
    for source in sources {
        let stated = codes(&source, "/// E0").len();
        assert!(stated > 0, "{}", source.display());
        assert_eq!(
            codes(&source, "/// "),
            codes(&source.with_extension("stderr"), "error["),
            "{}",
            source.display()
        );
    }
}
