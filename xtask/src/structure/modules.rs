//! The modules of one crate and the files that hold them, tests left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::source::code_of;

/// The names that lead from the crate's root to a module.
pub(super) type ModulePath = Vec<String>;

/// A module that has a file of its own.
pub(super) struct Module {
    /// Relative to the folder of the root.
    pub(super) file: PathBuf,
    pub(super) code: String,
}

/// The modules of a crate.
pub(super) struct Modules {
    pub(super) root: PathBuf,
    pub(super) all: BTreeMap<ModulePath, Module>,
}

/// A declaration `mod name;`.
#[derive(Debug, PartialEq)]
struct Declared {
    name: String,
    /// The text of its `#[path]`.
    path: Option<String>,
}

impl Modules {
    /// Reads the crate whose root is `root`, relative to the project's.
    pub(super) fn read(project: &Path, root: &Path) -> Result<Self> {
        let mut modules = Self {
            root: root.parent().unwrap_or(root).to_owned(),
            all: BTreeMap::new(),
        };
        let file = root.file_name().map(PathBuf::from).context("a root without a name")?;
        modules.add(project, Vec::new(), file)?;
        Ok(modules)
    }

    fn add(&mut self, project: &Path, path: ModulePath, file: PathBuf) -> Result<()> {
        let at = project.join(&self.root).join(&file);
        let text = fs::read_to_string(&at).with_context(|| format!("reading `{}`", at.display()))?;
        let beside = folder_of_children(&file);
        for declared in declared(&text) {
            let mut child = path.clone();
            child.push(declared.name.clone());
            let file = match declared.path {
                Some(other) => normal(&file.parent().unwrap_or(Path::new("")).join(other)),
                None => Some(self.found(project, &beside, &declared.name)),
            };
            if let Some(file) = file {
                self.add(project, child, file)?;
            }
        }
        self.all.insert(
            path,
            Module {
                code: code_of(&text),
                file,
            },
        );
        Ok(())
    }

    fn found(&self, project: &Path, beside: &Path, name: &str) -> PathBuf {
        let own = beside.join(name).join("mod.rs");
        if project.join(&self.root).join(&own).exists() {
            own
        } else {
            beside.join(format!("{name}.rs"))
        }
    }
}

fn folder_of_children(file: &Path) -> PathBuf {
    let is_own_folder = ["lib.rs", "main.rs", "mod.rs"].iter().any(|name| file.ends_with(name));
    if is_own_folder {
        file.parent().unwrap_or(file).to_owned()
    } else {
        file.with_extension("")
    }
}

/// `path` without `..`, if it does not lead out of the folder that it starts in.
pub(super) fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !normal.pop() => return None,
            Component::Normal(name) => normal.push(name),
            _ => {}
        }
    }
    Some(normal)
}

/// The modules that `text` declares, those that only tests have left out.
fn declared(text: &str) -> Vec<Declared> {
    let mut declared = Vec::new();
    let (mut path, mut is_for_tests) = (None, false);
    for line in text.lines().map(str::trim) {
        if let Some(other) = line.strip_prefix("#[path = \"") {
            path = other.split('"').next().map(str::to_owned);
        } else if line == "#[cfg(test)]" {
            is_for_tests = true;
        } else if let Some(name) = module_name(line) {
            let path = path.take();
            if !is_for_tests {
                declared.push(Declared { name, path });
            }
            is_for_tests = false;
        } else if !line.starts_with("#[") && !line.starts_with("//") && !line.ends_with(")]") {
            (path, is_for_tests) = (None, is_for_tests && line.ends_with(','));
        }
    }
    declared
}

fn module_name(line: &str) -> Option<String> {
    let line = line.strip_suffix(';')?;
    let line = line
        .strip_prefix("pub")
        .map_or(line, |line| line.split_once(") ").map_or(line, |(_, line)| line));
    let name = line.trim().strip_prefix("mod ")?;
    name.chars()
        .all(|own| own.is_alphanumeric() || own == '_')
        .then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        declared(text).into_iter().map(|declared| declared.name).collect()
    }

    #[test]
    fn declarations_are_found_and_tests_are_not() {
        let text = "mod a;\npub mod b;\npub(crate) mod c;\n#[cfg(test)]\nmod tests;\nmod d;\n// mod e;\nmod f {\n}\n";
        assert_eq!(names(text), ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_path_belongs_to_the_next_declaration() {
        let found = declared("#[path = \"x/y.rs\"]\nmod a;\nmod b;\n");
        assert_eq!(found[0].path.as_deref(), Some("x/y.rs"));
        assert_eq!(found[1].path, None);
    }

    #[test]
    fn a_path_that_leads_out_of_the_crate_is_no_path_of_it() {
        assert_eq!(normal(Path::new("a/../b.rs")), Some("b.rs".into()));
        assert_eq!(normal(Path::new("../b.rs")), None);
    }
}
