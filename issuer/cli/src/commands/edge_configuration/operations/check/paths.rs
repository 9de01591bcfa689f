//! Findings about paths beside each other: a literal wins over a capture, and the lookup does not
//! go back (`docs/edge.md`).

use super::code::{OperationCode, OperationFinding};
use super::row::{OperationRow, is_capture};
use std::collections::{BTreeMap, BTreeSet};

/// Literals beside a capture that it is compared with, at most.
const COMPARED: usize = 256;
/// Methods whose operations a path is looked up among, at most.
const METHODS: usize = 16;

/// The operations of one method, as the edge looks them up.
#[derive(Debug, Default)]
struct Tree<'d> {
    literals: BTreeMap<&'d str, Tree<'d>>,
    capture: Option<Box<Tree<'d>>>,
    /// Index of the operation whose path ends here.
    row: Option<usize>,
}

impl<'d> Tree<'d> {
    fn add(&mut self, segments: &[&'d str], row: usize) {
        match segments.split_first() {
            None => self.row = Some(row),
            Some((segment, rest)) if is_capture(segment) => self.capture.get_or_insert_default().add(rest, row),
            Some((segment, rest)) => self.literals.entry(segment).or_default().add(rest, row),
        }
    }

    /// The node to which a request goes on with the segment `segment`; a segment like a capture is
    /// none of the literals.
    fn step(&self, segment: &str) -> Option<&Self> {
        self.literals.get(segment).or(self.capture.as_deref())
    }

    fn find(&self, segments: &[&str]) -> Option<usize> {
        let end = segments.iter().try_fold(self, |tree, segment| tree.step(segment));
        end.and_then(|tree| tree.row)
    }

    /// A path that `rest` matches and no operation below.
    fn find_lost_path(&self, rest: &[&'d str]) -> Option<Vec<&'d str>> {
        let Some((segment, rest)) = rest.split_first() else {
            return self.row.is_none().then(Vec::new);
        };
        let onward = match self.step(segment) {
            Some(tree) => tree.find_lost_path(rest)?,
            None => rest.to_vec(),
        };
        Some([&[*segment], &*onward].concat())
    }
}

pub(super) fn find_all(rows: &[OperationRow<'_>]) -> Vec<OperationFinding> {
    let mut trees: BTreeMap<&str, Tree<'_>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        trees.entry(row.method).or_default().add(&row.segments, index);
    }
    let mut found = find_captured_literals(rows, &trees);
    for row in rows {
        found.extend(trees.get(row.method).and_then(|tree| find_dead_end(row, tree)));
        found.extend(
            trees
                .get(row.method)
                .and_then(|tree| find_trailing_slash(row, tree, rows)),
        );
    }
    found
}

/// Paths of other methods that an operation captures a literal of.
fn find_captured_literals(rows: &[OperationRow<'_>], trees: &BTreeMap<&str, Tree<'_>>) -> Vec<OperationFinding> {
    let paths: BTreeMap<&[&str], &str> = rows.iter().map(|row| (&*row.segments, row.name)).collect();
    let mut captured: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (path, name) in paths {
        let ends: BTreeSet<usize> = trees
            .values()
            .take(METHODS)
            .filter_map(|tree| tree.find(path))
            .collect();
        for end in ends {
            if rows.get(end).is_some_and(|row| captures_literal(row, path)) {
                captured.entry(end).or_default().push(name);
            }
        }
    }
    let finding = |(index, names): (usize, Vec<&str>)| {
        let row = rows.get(index)?;
        let wrong = format!(
            "it takes {} for a value that is captured, although {} of another method",
            paths_to_words(&names),
            if names.len() == 1 {
                "that is an operation"
            } else {
                "those are operations"
            }
        );
        let instead = format!(
            "if the upstream does something else there, add an operation with `{}` for it",
            row.method
        );
        Some(OperationFinding::new(
            OperationCode::CapturedLiteral,
            row.member("match"),
            wrong,
            instead,
        ))
    };
    captured.into_iter().filter_map(finding).collect()
}

fn captures_literal(row: &OperationRow<'_>, path: &[&str]) -> bool {
    let mut taken = row
        .segments
        .iter()
        .zip(path)
        .filter(|(own, other)| is_capture(own) && !is_capture(other));
    let mut some = false;
    taken.all(|(own, other)| {
        some = true;
        row.may_capture(own, other)
    }) && some
}

/// The first of the paths of the operations with these names, and how many more there are.
fn paths_to_words(names: &[&str]) -> String {
    let first = names
        .first()
        .and_then(|name| name.split(' ').nth(1))
        .unwrap_or_default();
    match names.len() {
        0 | 1 => format!("`{first}`"),
        more => format!("`{first}` and {} other paths", more - 1),
    }
}

/// A request that the path matches, and that is refused because one of its segments is a literal
/// elsewhere.
fn find_dead_end(row: &OperationRow<'_>, mut tree: &Tree<'_>) -> Option<OperationFinding> {
    for (at, segment) in row.segments.iter().enumerate() {
        let (before, rest) = (row.segments.get(..at)?, row.segments.get(at + 1..)?);
        let literals = tree
            .literals
            .iter()
            .take(COMPARED)
            .filter(|(name, _)| is_capture(segment) && row.may_capture(segment, name));
        let lost = literals
            .filter(|(name, _)| !name.is_empty())
            .find_map(|(name, tree)| Some((*name, tree.find_lost_path(rest)?)));
        if let Some((literal, rest)) = lost {
            let path = [before, &[literal], &rest].concat().join("/");
            let wrong = format!(
                "`{} /{path}` is refused: `{literal}` begins another operation's path, and there is no way back to this one",
                row.method
            );
            let instead = "if such requests are to pass, add an operation with that path";
            return Some(OperationFinding::new(
                OperationCode::DeadEnd,
                row.member("match"),
                wrong,
                instead,
            ));
        }
        tree = tree.step(segment)?;
    }
    None
}

/// The same path with and without a slash at its end, and another attempt.
fn find_trailing_slash(row: &OperationRow<'_>, tree: &Tree<'_>, rows: &[OperationRow<'_>]) -> Option<OperationFinding> {
    let without = row.segments.strip_suffix(&[""]).filter(|rest| !rest.is_empty())?;
    let other = rows
        .get(tree.find(without)?)
        .filter(|other| other.captures() == row.captures())?;
    ((other.action, other.resource) != (row.action, row.resource)).then(|| {
        let wrong = format!(
            "it attempts something else than `{}`, which the upstream may take for the same",
            other.name
        );
        let instead = "give both the same action and resource, or leave one out";
        OperationFinding::new(OperationCode::TrailingSlash, row.member("match"), wrong, instead)
    })
}
