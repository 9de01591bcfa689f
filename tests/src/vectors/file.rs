//! Reading the case files.

use super::{PipelineCase, WireCase};
use crate::edge::Setup;
use crate::tools::repository;
use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VectorFile<C> {
    #[serde(rename = "subject")]
    _subject: String,
    cases: Vec<C>,
}

/// Every case of `tests/vectors/pipeline`.
///
/// # Errors
/// If a file cannot be read or a name occurs twice.
pub fn pipeline_cases() -> Result<Vec<PipelineCase>> {
    cases("pipeline", |case: &PipelineCase| &case.name)
}

/// Every case of `tests/vectors/wire`.
///
/// # Errors
/// If a file cannot be read or a name occurs twice.
pub fn wire_cases() -> Result<Vec<WireCase>> {
    cases("wire", |case: &WireCase| &case.name)
}

/// The edge of the vectors, as its files have it.
pub(super) fn setup() -> Result<Setup> {
    Ok(Setup {
        document: json("edge.json")?,
        secrets: json("secrets.json")?,
    })
}

/// One JSON file of `tests/vectors`.
fn json<T: DeserializeOwned>(name: &str) -> Result<T> {
    read(&folder().join(name))
}

fn folder() -> PathBuf {
    repository().join("tests/vectors")
}

fn cases<C: DeserializeOwned>(kind: &str, name: impl Fn(&C) -> &String) -> Result<Vec<C>> {
    let mut paths: Vec<_> = fs::read_dir(folder().join(kind))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        all.extend(cases_in(&path)?);
    }
    let mut names = HashSet::new();
    for case in &all {
        ensure!(names.insert(name(case)), "two cases are called `{}`", name(case));
    }
    Ok(all)
}

/// The cases of one file.
///
/// # Errors
/// If it cannot be read.
pub fn cases_in<C: DeserializeOwned>(path: &Path) -> Result<Vec<C>> {
    Ok(read::<VectorFile<C>>(path)?.cases)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("`{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}`", path.display()))
}
