//! The imports between the files of a crate, by the paths that the code names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::modules::{ModulePath, Modules};

/// A crate's files, and who imports whom.
pub(super) struct Imports {
    /// The folder of the crate's root.
    pub(super) root: PathBuf,
    /// Importing file and imported file, relative to the root's folder.
    pub(super) all: BTreeSet<(PathBuf, PathBuf)>,
}

/// A name that a module takes from elsewhere: the whole path, and what it is called here.
#[derive(Clone, Debug, PartialEq)]
struct Named {
    path: Vec<String>,
    name: String,
}

/// The names that each module takes from elsewhere.
type Used<'m> = BTreeMap<&'m ModulePath, Vec<Named>>;

/// Longest chain of re-exports that is followed.
const CHAIN: usize = 8;

/// Reads the imports between the modules of a crate.
pub(super) fn between(modules: &Modules) -> Imports {
    let used: Used<'_> = modules
        .all
        .iter()
        .map(|(own, module)| (own, used(&module.code)))
        .collect();
    let mut all = BTreeSet::new();
    for (own, module) in &modules.all {
        let named = used.get(own).into_iter().flatten().map(|used| used.path.clone());
        for path in named.chain(mentioned(&module.code)) {
            if let Some(file) = file_of(modules, &used, own, &path, CHAIN)
                && file != module.file
            {
                all.insert((module.file.clone(), file));
            }
        }
    }
    Imports {
        root: modules.root.clone(),
        all,
    }
}

/// The file that defines what `path` names in the module `own`.
fn file_of(modules: &Modules, used: &Used<'_>, own: &[String], path: &[String], chain: usize) -> Option<PathBuf> {
    let (mut at, mut rest) = begin(modules, own, path)?;
    while let Some((first, behind)) = rest.split_first() {
        let mut child = at.clone();
        child.push(first.clone());
        if !modules.all.contains_key(&child) {
            break;
        }
        (at, rest) = (child, behind);
    }
    let module = modules.all.get(&at)?;
    let taken = rest
        .first()
        .and_then(|name| used.get(&at)?.iter().find(|used| used.name == *name));
    let through = taken
        .filter(|_| chain > 0)
        .and_then(|taken| file_of(modules, used, &at, &taken.path, chain - 1));
    Some(through.unwrap_or_else(|| module.file.clone()))
}

/// The module that `path` starts in, and the rest of it. None for a path into another crate.
fn begin<'p>(modules: &Modules, own: &[String], path: &'p [String]) -> Option<(ModulePath, &'p [String])> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some((Vec::new(), rest)),
        "self" => Some((own.to_vec(), rest)),
        "super" => {
            let ups = path.iter().take_while(|name| *name == "super").count();
            Some((own.get(..own.len().checked_sub(ups)?)?.to_vec(), path.get(ups..)?))
        }
        _ => {
            let mut child = own.to_vec();
            child.push(first.clone());
            modules.all.contains_key(&child).then(|| (own.to_vec(), path))
        }
    }
}

/// The names that the `use` declarations of `code` bring.
fn used(code: &str) -> Vec<Named> {
    let mut all = Vec::new();
    let mut rest = code;
    while let Some((before, behind)) = rest.split_once("use ") {
        rest = behind;
        let begins = before.chars().next_back().is_none_or(char::is_whitespace);
        if begins && let Some((tree, behind)) = rest.split_once(';') {
            spread(&[], tree.trim(), &mut all);
            rest = behind;
        }
    }
    all
}

/// Adds the names of a tree such as `a::{self, b::C as D}`.
fn spread(before: &[String], tree: &str, all: &mut Vec<Named>) {
    if let Some(inside) = tree.strip_prefix('{') {
        for part in split_at_commas(inside.strip_suffix('}').unwrap_or(inside)) {
            spread(before, part.trim(), all);
        }
        return;
    }
    let (first, rest) = match tree.split_once("::") {
        Some((first, rest)) if !first.contains(' ') => (first, Some(rest)),
        _ => (tree, None),
    };
    let (name, alias) = first.split_once(" as ").unwrap_or((first, first));
    let mut path = before.to_vec();
    if name != "self" || before.is_empty() {
        path.push(name.trim().to_owned());
    }
    match rest {
        Some(rest) => spread(&path, rest.trim(), all),
        None if !name.is_empty() => {
            let alias = if alias == "self" {
                path.last().cloned().unwrap_or_default()
            } else {
                alias.trim().to_owned()
            };
            all.push(Named { path, name: alias });
        }
        None => {}
    }
}

fn split_at_commas(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|character| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
    .collect()
}

/// The paths that code names in place, without a `use`.
fn mentioned(code: &str) -> impl Iterator<Item = Vec<String>> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_' || character == ':';
    let words = code.split(move |character: char| !is_part(character));
    let paths = words.filter(|word| word.contains("::"));
    paths.map(|word| {
        let parts = word.split("::").filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(code: &str) -> Vec<String> {
        used(code)
            .iter()
            .map(|named| format!("{} = {}", named.name, named.path.join("::")))
            .collect()
    }

    #[test]
    fn a_tree_of_use_is_spread() {
        assert_eq!(
            paths("use crate::a::{self, b::{C, D as E}, f};\npub use super::G;"),
            [
                "a = crate::a",
                "C = crate::a::b::C",
                "E = crate::a::b::D",
                "f = crate::a::f",
                "G = super::G"
            ]
        );
    }

    #[test]
    fn paths_in_place_are_found() {
        let found: Vec<_> = mentioned("let x = crate::a::b(super::c::D, e);").collect();
        assert_eq!(found, [["crate", "a", "b"], ["super", "c", "D"]]);
    }
}
