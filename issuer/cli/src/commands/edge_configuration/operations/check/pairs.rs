//! Findings about operations and upstreams together.

use super::code::{OperationCode, OperationFinding};
use super::row::{OperationRow, is_capture};
use edgewrit_shared::json::document::place_step;
use std::collections::{BTreeMap, BTreeSet};

/// Operations that every grant permits together, although they do different things.
pub(super) fn find_indistinct(rows: &[OperationRow<'_>]) -> Vec<OperationFinding> {
    let mut first: BTreeMap<(&str, String), &OperationRow<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for row in rows {
        let other = *first.entry((row.action, shape(row.resource))).or_insert(row);
        if (effect(row), row.upstream) == (effect(other), other.upstream) {
            continue;
        }
        let wrong = format!(
            "no grant has it without `{}`: both are `{}` on the same resources",
            other.name, row.action
        );
        found.push(OperationFinding::new(
            OperationCode::Indistinct,
            row.member("action"),
            wrong,
            "give it an action of its own",
        ));
    }
    found
}

/// Operations whose captured values may hold a `:`, although the upstream seems to have verbs
/// behind one.
pub(super) fn find_colon_verbs(rows: &[OperationRow<'_>]) -> Vec<OperationFinding> {
    let mut verbs: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows.iter().filter(|row| has_verb(row)) {
        verbs.entry(row.upstream).or_insert(row.name);
    }
    let found = rows.iter().filter(|row| row.colon).filter_map(|row| {
        let wrong = format!(
            "it takes a `:` in captured values, and `{}` looks as if the upstream had verbs behind one",
            verbs.get(row.upstream)?
        );
        let instead = "leave `colon` out, unless the upstream has no such verb for this path";
        Some(OperationFinding::new(
            OperationCode::ColonVerb,
            row.member("colon"),
            wrong,
            instead,
        ))
    });
    found.collect()
}

fn has_verb(row: &OperationRow<'_>) -> bool {
    let mut literals = row.segments.iter().filter(|segment| !is_capture(segment));
    literals.any(|literal| literal.contains(':') || literal.contains("%3A"))
}

/// The method; `HEAD` does what `GET` does.
fn effect<'d>(row: &OperationRow<'d>) -> &'d str {
    if row.method == "HEAD" { "GET" } else { row.method }
}

/// The resource without the names of its captures.
fn shape(resource: &str) -> String {
    let pieces = resource.split('{');
    let pieces = pieces.map(|piece| piece.split_once('}').map_or(piece, |(_, text)| text));
    pieces.collect::<Vec<_>>().join("{}")
}

/// Upstreams that no operation names.
pub(super) fn find_unused_upstreams<'u>(
    rows: &[OperationRow<'_>],
    upstreams: impl Iterator<Item = &'u str>,
) -> Vec<OperationFinding> {
    let used: BTreeSet<&str> = rows.iter().map(|row| row.upstream).collect();
    let unused = upstreams.filter(|name| !used.contains(name));
    let finding = |name| {
        let (place, wrong) = (format!("/upstreams/{}", place_step(name)), "no operation goes there");
        OperationFinding::new(
            OperationCode::UnusedUpstream,
            place,
            wrong,
            "leave it out, so that the edge need not hold its credential",
        )
    };
    unused.map(finding).collect()
}
