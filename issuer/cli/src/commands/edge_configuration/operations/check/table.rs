//! The table of operations, for people and for programs.

use super::row::{CheckedParam, OperationRow};
use serde_json::{Value, json};

/// Most characters that a column is padded to.
const WIDEST: usize = 120;

const HEAD: [&str; 6] = ["method", "path", "action", "resource", "upstream", "parameters"];

/// The table as lines with columns, one for each operation.
pub(super) fn table_to_words(rows: &[OperationRow<'_>]) -> Vec<String> {
    let cells = |row: &OperationRow<'_>| {
        let path = format!("/{}", row.segments.join("/"));
        let params: Vec<_> = row.params.iter().map(param_to_words).collect();
        [
            row.method,
            &path,
            row.action,
            row.resource,
            row.upstream,
            &params.join(", "),
        ]
        .map(str::to_owned)
    };
    let lines: Vec<_> = [HEAD.map(str::to_owned)]
        .into_iter()
        .chain(rows.iter().map(cells))
        .collect();
    let mut widths = [0; HEAD.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count().min(WIDEST));
        }
    }
    let shown = lines.iter().map(|line| {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    shown.collect()
}

/// A parameter, such as `seats: body./seats (integer, optional)`.
fn param_to_words(param: &CheckedParam<'_>) -> String {
    let kind = (param.kind != "text").then_some(param.kind);
    let flags = [param.optional.then_some("optional"), param.list.then_some("list")];
    let more: Vec<_> = kind.into_iter().chain(flags.into_iter().flatten()).collect();
    let more = if more.is_empty() {
        String::new()
    } else {
        format!(" ({})", more.join(", "))
    };
    format!("{}: {}{more}", param.name, param.source)
}

pub(super) fn table_to_json(rows: &[OperationRow<'_>]) -> Value {
    let row = |row: &OperationRow<'_>| {
        let params = row.params.iter().map(
            |param| json!({"name": param.name, "from": param.source, "type": param.kind, "optional": param.optional, "list": param.list}),
        );
        json!({
            "match": row.name, "action": row.action, "resource": row.resource, "upstream": row.upstream,
            "params": params.collect::<Vec<_>>(), "ignore": row.ignored,
        })
    };
    rows.iter().map(row).collect()
}
