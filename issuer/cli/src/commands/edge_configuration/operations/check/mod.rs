//! `edgewrit operations check`.

use crate::input::document::Document;
use crate::input::edge_configuration::{EdgeConfiguration, complete_document};
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

mod code;
mod each_operation;
mod pairs;
mod paths;
mod row;
mod table;

use code::{OperationCode, OperationFinding};
use row::OperationRow;

const EXAMPLES: &str = "\
The file is an edge's configuration, or only the part of one that has `upstreams` and `operations`.

Every warning is two lines, what is doubtful and what to do, behind the table. The exit code is 0 without warnings, 1 with some, and 2
if the file could not be read or has a fault. The codes are explained in docs/tools.md.

Examples:
  edgewrit operations check edge.yaml
  edgewrit operations check --allow dead-end --allow captured-literal edge.yaml
  edgewrit operations check --json edge.yaml";

/// The exit code if the file could not be read: as that of wrong usage.
const UNREADABLE: u8 = 2;

/// Print the table of operations, and say what is doubtful about it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct OperationsCheck {
    /// The edge's configuration, or its upstreams and operations alone; YAML or JSON
    file: PathBuf,
    /// Do not report this code
    #[arg(long, value_name = "CODE")]
    allow: Vec<OperationCode>,
    /// Print an object of the operations and the warnings
    #[arg(long)]
    json: bool,
}

impl OperationsCheck {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let opened =
            Document::open(&self.file).and_then(|document| EdgeConfiguration::read(complete_document(document)));
        let EdgeConfiguration { document, config, .. } = opened.map_err(|failure| failure.with_code(UNREADABLE))?;
        let rows = row::read_rows(&document);
        let mut found = find_all(&rows, config.upstreams().map(|upstream| upstream.name()));
        found.retain(|finding| !self.allow.contains(&finding.code));
        if self.json {
            let warnings: Vec<Value> = found.iter().map(|finding| finding.to_json(&document)).collect();
            print_json(json!({"operations": table::table_to_json(&rows), "warnings": warnings}))?;
        } else {
            print_lines(table::table_to_words(&rows))?;
            for finding in &found {
                print_lines(finding.to_text(&document))?;
            }
        }
        if found.is_empty() {
            Ok(())
        } else {
            Err(Failure::already_printed())
        }
    }
}

/// All findings, in the order of the file.
fn find_all<'u>(rows: &[OperationRow<'_>], upstreams: impl Iterator<Item = &'u str>) -> Vec<OperationFinding> {
    let mut found = pairs::find_unused_upstreams(rows, upstreams);
    found.extend(rows.iter().flat_map(each_operation::find_all));
    found.extend(pairs::find_indistinct(rows));
    found.extend(pairs::find_colon_verbs(rows));
    found.extend(paths::find_all(rows));
    let index = |finding: &OperationFinding| {
        finding
            .place
            .split('/')
            .nth(2)
            .and_then(|step| step.parse::<usize>().ok())
    };
    found.sort_by_key(index);
    found
}
