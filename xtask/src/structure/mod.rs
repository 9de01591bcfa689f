//! `cargo xtask structure`: the rules on folders, on imports between them, and on words.
//!
//! * A folder has at most [`FILES_MAX`] `.rs` files.
//! * The siblings of a folder (its files and its subfolders) import each other in no circle. A
//!   parent may import its children, and a child its parent. Tests are not looked at.
//! * A `#[path]` leads to a file of the same package.
//! * Only one folder of the issuer names axum, and only one names rusqlite: see [`frameworks`].
//! * Code and pages use the terms of the field: see [`words`].

pub(crate) mod arrows;
mod circles;
mod frameworks;
mod imports;
mod modules;
mod source;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::base::progress::quietly;
use crate::base::project::Project;
use modules::{Modules, normal};

/// Most `.rs` files in one folder.
const FILES_MAX: usize = 14;
/// Recorded bytes of earlier versions and of other projects.
const NOT_OURS: [&str; 2] = ["tests/fixtures/", "tests/vectors/"];

/// Fails with one line for each fault.
pub(crate) fn hold(project: &Project) -> Result<()> {
    let files = tracked(project)?;
    let rust: Vec<&PathBuf> = files.iter().filter(|file| has_ending(file, "rs")).collect();
    let mut faults = crowded(&rust);
    let roots: Vec<&PathBuf> = rust.iter().copied().filter(|file| is_crate_root(file)).collect();
    for root in &roots {
        let modules = Modules::read(project.root(), root)?;
        faults.extend(circles::among_siblings(&imports::between(&modules)));
    }
    let packages: Vec<&Path> = files
        .iter()
        .filter(|file| file.ends_with("Cargo.toml"))
        .filter_map(|file| file.parent())
        .collect();
    for file in &files {
        let text = fs::read_to_string(project.root().join(file));
        let text = text.with_context(|| format!("reading `{}`", file.display()))?;
        faults.extend(words::faults(file, &text));
        if has_ending(file, "rs") {
            faults.extend(foreign_paths(file, &text, &packages));
            faults.extend(frameworks::faults(file, &text));
        }
    }
    if !faults.is_empty() {
        bail!(
            "{} faults of structure:\n       {}",
            faults.len(),
            faults.join("\n       ")
        );
    }
    println!("  {} folders, {} crates, no fault", folders(&rust).len(), roots.len());
    Ok(())
}

/// The code and the pages of the project, relative to its root.
fn tracked(project: &Project) -> Result<Vec<PathBuf>> {
    let mut list = Command::new("git");
    list.current_dir(project.root());
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = String::from_utf8(quietly("git ls-files", &mut list)?).context("a file name is not UTF-8")?;
    let files = listed.split('\0').filter(|file| !file.is_empty());
    let own = files.filter(|file| !NOT_OURS.iter().any(|other| file.starts_with(other)));
    let own = own.map(PathBuf::from).filter(|file| words::is_read(file));
    Ok(own.filter(|file| project.root().join(file).exists()).collect())
}

fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|own| own == ending)
}

/// Whether `file` is the root of a library or of a binary: tests have no such rule.
fn is_crate_root(file: &Path) -> bool {
    let is_root = file.ends_with("src/lib.rs") || file.ends_with("src/main.rs");
    let folder = file.parent();
    let is_program = folder.is_some_and(|folder| folder.ends_with("src/bin"));
    let has_folder = file.ends_with("main.rs")
        && folder
            .and_then(Path::parent)
            .is_some_and(|bin| bin.ends_with("src/bin"));
    is_root || is_program || has_folder
}

/// One line for each `#[path]` of a file that leads out of its package.
fn foreign_paths(file: &Path, text: &str, packages: &[&Path]) -> Vec<String> {
    let own = packages.iter().filter(|package| file.starts_with(package));
    let package = own.max_by_key(|package| package.components().count());
    let paths = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("#[path = \"")?.split('"').next());
    let foreign = paths.filter(|path| {
        let to = file.parent().and_then(|folder| normal(&folder.join(path)));
        !to.zip(package).is_some_and(|(to, package)| to.starts_with(package))
    });
    foreign
        .map(|path| {
            let file = file.display();
            format!("`{file}` takes `{path}` by `#[path]`, out of its package: make a crate of it")
        })
        .collect()
}

fn folders<'f>(rust: &[&'f PathBuf]) -> BTreeMap<&'f Path, usize> {
    let mut folders = BTreeMap::new();
    for folder in rust.iter().filter_map(|file| file.parent()) {
        *folders.entry(folder).or_default() += 1;
    }
    folders
}

fn crowded(rust: &[&PathBuf]) -> Vec<String> {
    let crowded = folders(rust).into_iter().filter(|(_, count)| *count > FILES_MAX);
    let line = |(folder, count): (&Path, usize)| {
        format!(
            "`{}` has {count} files, at most {FILES_MAX} are allowed: divide it by subject",
            folder.display()
        )
    };
    crowded.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_too_many_files_is_named() {
        let files: Vec<PathBuf> = (0..=FILES_MAX)
            .map(|index| format!("a/src/{index}.rs").into())
            .collect();
        let all: Vec<&PathBuf> = files.iter().collect();
        assert_eq!(
            crowded(&all),
            ["`a/src` has 15 files, at most 14 are allowed: divide it by subject"]
        );
        assert!(crowded(&all[1..]).is_empty());
    }

    #[test]
    fn the_roots_are_those_of_libraries_and_binaries() {
        for root in ["a/src/lib.rs", "a/src/main.rs", "a/src/bin/b.rs", "a/src/bin/b/main.rs"] {
            assert!(is_crate_root(Path::new(root)), "{root}");
        }
        for other in ["a/src/b/mod.rs", "a/tests/main.rs", "a/src/b.rs"] {
            assert!(!is_crate_root(Path::new(other)), "{other}");
        }
    }

    #[test]
    fn a_path_attribute_leads_to_a_file_of_its_package() {
        let packages = [Path::new("a"), Path::new("a/b")];
        let found = |file: &str, path: &str| {
            foreign_paths(Path::new(file), &format!("#[path = \"{path}\"]\nmod c;"), &packages).len()
        };
        assert_eq!(found("a/tests/x.rs", "../src/c.rs"), 0);
        assert_eq!(found("a/b/tests/x.rs", "../../src/c.rs"), 1);
        assert_eq!(found("a/tests/x.rs", "../../../c.rs"), 1);
    }
}
