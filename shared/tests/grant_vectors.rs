//! The published cases of the grant language, `tests/vectors/grants`: each case holds as its name
//! claims.
#![cfg(test)]

#[path = "grants/examples.rs"]
mod examples;
#[path = "grants/support.rs"]
mod support;
mod vectors;

use edgewrit_shared::json::Json;
use examples::{given, items, text};
use std::collections::BTreeSet;
use std::panic;
use std::path::{Path, PathBuf};
use vectors::{CaseCheck, VectorCase, check_of};

/// Least number of cases. With fewer, cases were lost or not read.
const LEAST: usize = 1_200;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/grants")
}

/// The files of the folder, each with the check of its cases.
fn files() -> Vec<(String, CaseCheck)> {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| {
        let name = entry.unwrap().file_name();
        name.into_string().unwrap()
    });
    let mut files: Vec<(String, CaseCheck)> = names
        .filter(|name| name != "README.md")
        .map(|name| {
            let check = check_of(&name).unwrap_or_else(|| panic!("unknown file `{name}`"));
            (name, check)
        })
        .collect();
    files.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    files
}

fn parsed(file: &str) -> Json {
    let json = support::parse(&std::fs::read_to_string(folder().join(file)).unwrap());
    VectorCase(&json).only(&["subject", "cases"]);
    text(given(&json, "subject"));
    json
}

/// Runs a case. A case that cannot be read fails like one that does not hold, and the other cases
/// go on.
fn checked(check: CaseCheck, json: &Json) -> Result<(), String> {
    panic::catch_unwind(|| check(&VectorCase(json))).unwrap_or_else(|cause| {
        let message = cause.downcast::<String>().map_or("a panic".into(), |message| *message);
        Err(message)
    })
}

#[test]
fn other_implementations_can_rely_on_every_published_case() {
    let mut names = BTreeSet::new();
    let mut failures = Vec::new();
    for (file, check) in files() {
        for json in items(given(&parsed(&file), "cases")) {
            let name = text(given(json, "name"));
            assert!(names.insert(String::from(name)), "two cases are called `{name}`");
            if let Err(found) = checked(check, json) {
                failures.push(format!("{file}: {name}: {found}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(names.len() >= LEAST, "{} cases", names.len());
}
