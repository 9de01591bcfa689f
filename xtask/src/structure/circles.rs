//! Circles of imports among the siblings of a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::imports::Imports;

/// A sibling, the siblings that it imports, and one import as the example of each.
type Graph = BTreeMap<PathBuf, BTreeMap<PathBuf, String>>;

/// One line for each circle.
pub(super) fn among_siblings(imports: &Imports) -> Vec<String> {
    let mut folders: BTreeMap<PathBuf, Graph> = BTreeMap::new();
    for (from, to) in &imports.all {
        if let Some((folder, from_sibling, to_sibling)) = siblings(from, to) {
            let example = format!("{} imports {}", from.display(), to.display());
            let graph = folders.entry(folder).or_default();
            graph
                .entry(from_sibling)
                .or_default()
                .entry(to_sibling)
                .or_insert(example);
        }
    }
    let circles = folders.iter().flat_map(|(folder, graph)| {
        let at = imports.root.join(folder);
        circles(graph)
            .into_iter()
            .map(move |circle| format!("`{}` has a circle: {circle}", at.display()))
    });
    circles.collect()
}

/// The lowest folder that holds both files, and the two siblings in it that hold them. None between
/// a parent and its child.
fn siblings(from: &Path, to: &Path) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let (mut from_parts, mut to_parts) = (from.components(), to.components());
    let mut folder = PathBuf::new();
    loop {
        let (own, other) = (from_parts.next()?, to_parts.next()?);
        if own != other {
            let (own, other) = (PathBuf::from(own.as_os_str()), PathBuf::from(other.as_os_str()));
            let is_parent = |name: &Path| {
                ["mod.rs", "lib.rs", "main.rs"]
                    .iter()
                    .any(|parent| name == Path::new(parent))
            };
            let one_module = own.with_extension("") == other.with_extension("");
            return (!is_parent(&own) && !is_parent(&other) && !one_module).then_some((folder, own, other));
        }
        folder.push(own.as_os_str());
    }
}

/// The circles of a graph, each with the imports that close it.
fn circles(graph: &Graph) -> Vec<String> {
    let reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = graph.keys().map(|from| (from, reach(graph, from))).collect();
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for (from, all) in &reached {
        let is_mutual = |to: &&&PathBuf| reached.get(**to).is_some_and(|back| back.contains(*from));
        let circle: BTreeSet<&PathBuf> = all.iter().filter(is_mutual).copied().collect();
        if circle.contains(*from) && told.insert(circle.clone()) {
            let examples = circle.iter().filter_map(|from| graph.get(*from));
            let inside = examples.flat_map(|tos| tos.iter().filter(|(to, _)| circle.contains(to)));
            let examples: Vec<&str> = inside.map(|(_, example)| example.as_str()).collect();
            circles.push(examples.join(", "));
        }
    }
    circles
}

fn reach<'g>(graph: &'g Graph, from: &PathBuf) -> BTreeSet<&'g PathBuf> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&PathBuf> = graph.get(from).into_iter().flat_map(BTreeMap::keys).collect();
    while let Some(to) = next.pop() {
        if reached.insert(to) {
            next.extend(graph.get(to).into_iter().flat_map(BTreeMap::keys));
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(imports: &[(&str, &str)]) -> Vec<String> {
        let all = imports
            .iter()
            .map(|(from, to)| (PathBuf::from(from), PathBuf::from(to)))
            .collect();
        among_siblings(&Imports {
            root: "src".into(),
            all,
        })
    }

    #[test]
    fn a_circle_of_files_is_named_once() {
        assert_eq!(
            found(&[("a.rs", "b.rs"), ("b.rs", "c.rs"), ("c.rs", "a.rs"), ("d.rs", "a.rs")]),
            ["`src/` has a circle: a.rs imports b.rs, b.rs imports c.rs, c.rs imports a.rs"]
        );
    }

    #[test]
    fn a_circle_of_folders_is_found_through_different_files() {
        assert_eq!(found(&[("a/x.rs", "b/y.rs"), ("b/z.rs", "a/mod.rs")]).len(), 1);
        assert_eq!(found(&[("t/a/x.rs", "t/b.rs"), ("t/b.rs", "t/a/y.rs")]).len(), 1);
    }

    #[test]
    fn a_parent_and_its_child_may_import_each_other() {
        assert!(found(&[("a/mod.rs", "a/x.rs"), ("a/x.rs", "a/mod.rs"), ("lib.rs", "a/mod.rs")]).is_empty());
    }

    #[test]
    fn what_imports_in_one_direction_is_no_circle() {
        assert!(found(&[("a.rs", "b.rs"), ("a.rs", "c.rs"), ("b.rs", "c.rs")]).is_empty());
    }
}
