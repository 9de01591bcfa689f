//! `edgewrit operations from-openapi`.

use crate::input::document::Document;
use crate::openapi::{Servers, TableDraft};
use crate::output::failure::Failure;
use crate::output::streams::{print_errors, print_lines};
use clap::Args;
use edgewrit_shared::json::document::more;
use std::path::PathBuf;

const EXAMPLES: &str = "\
What is printed is the part of an edge's configuration that has `upstreams` and `operations`, to be edited: the actions are the
document's operation ids, the resources its paths. `edgewrit operations check` takes it as it is.

What an edge cannot judge is left out, so that requests with it are refused; each such thing is a comment where it was left out. The first
100 are warnings on standard error too, with their places in the document; of the others their number. The exit code is 0 if an operation came out, and 1 otherwise.

Examples:
  edgewrit operations from-openapi openapi.json > operations.yaml
  edgewrit operations from-openapi openapi.yaml --upstream travel";

/// Make operations of an OpenAPI document
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FromOpenapi {
    /// An OpenAPI document, 3.0 or 3.1, YAML or JSON
    file: PathBuf,
    /// Name of the upstream; further upstreams of the document get a number
    #[arg(long, value_name = "NAME", default_value = "api")]
    upstream: String,
}

impl FromOpenapi {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let document = Document::open(&self.file)?;
        let draft = TableDraft::read(&document, Servers::new(&self.upstream))?;
        print_warnings(&draft, &document);
        if draft.is_empty() {
            return Err(draft.to_failure(&document));
        }
        print_lines(draft.yaml())
    }
}

/// Prints to standard error what was left out, and how many operations were made.
fn print_warnings(draft: &TableDraft, document: &Document) {
    let notes = draft.notes();
    let warnings = notes
        .kept()
        .iter()
        .map(|note| format!("warning: {}", document.locate(&note.place, &note.message)));
    let rest = Some(notes.omitted()).filter(|omitted| *omitted > 0);
    let rest = rest.map(|omitted| format!("warning: {}", more(omitted)));
    print_errors(warnings.chain(rest).chain([draft.count_to_words()]));
}
