//! The paths and folders that ARCHITECTURE.md names exist.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::tools::repository;
use std::fs;

/// Endings by which a word in backticks is known to be a file.
const FILES: [&str; 7] = [".rs", ".js", ".md", ".toml", ".json", ".yaml", ".lock"];

#[test]
fn every_path_in_architecture_exists() -> Result<()> {
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md"))?;
    // Every second piece stands between backticks.
    let quoted = text.split('`').skip(1).step_by(2);
    let mut paths: Vec<_> = quoted.filter(|word| is_path(word)).collect();
    paths.extend(drawn(&text)?);
    ensure!(
        paths.len() >= 10,
        "only {} paths were found in ARCHITECTURE.md",
        paths.len()
    );
    let missing: Vec<_> = paths.into_iter().filter(|path| !exists(path)).collect();
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md names what is not there: {missing:?}"
    );
    Ok(())
}

fn is_path(word: &str) -> bool {
    let word_like = !word.contains(|c: char| c.is_whitespace() || "*{}<>$".contains(c));
    word_like && !word.starts_with("http") && (word.ends_with('/') || FILES.iter().any(|end| word.ends_with(end)))
}

/// The files of the drawing, which are relative to the pipeline unless they name a folder of the
/// repository.
fn drawn(text: &str) -> Result<Vec<&str>> {
    let drawing = text.split("```").nth(1).context("ARCHITECTURE.md has no drawing")?;
    let words = drawing.split(|c: char| c.is_whitespace() || c == ',');
    Ok(words.filter(|word| is_path(word)).collect())
}

fn exists(path: &str) -> bool {
    let root = repository();
    root.join(path).exists() || root.join("edge-validator/src").join(path).exists()
}
