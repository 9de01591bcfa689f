//! `edgewrit operations from-openapi`.
//!
//! The document is walked as it stands, without a library for it: those that know OpenAPI know one
//! version of it each, read it into types that forget where a value stood, and refuse all of a
//! document for one wrong part that no operation needs.

use super::check;
use crate::input::document::{Document, FILE_VALUES};
use crate::output::failure::Failure;
use crate::output::streams::{print_errors, print_lines};
use clap::Args;
use edgewrit_edge::config as edge;
use edgewrit_shared::json;
use edgewrit_shared::json::document::{FaultList, Faults, Node, more};
use edgewrit_yaml as yaml;
use std::collections::BTreeMap;
use std::path::PathBuf;

mod body;
mod note;
mod operations;
mod params;
mod path;
mod row;
mod schema;
mod server;
mod spec;
mod write;

use note::Kind;
use row::DraftRow;
use server::Servers;
use spec::{Spec, SpecValue};

/// Faults that are kept for each operation that was made: it has at most so many members and
/// parameters.
const FAULTS_PER_ROW: usize = 128;

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
        let spec = Spec::new(&document);
        let root = SpecValue::root(&spec);
        let version = root.text_of("openapi").unwrap_or_default();
        if !["3.0", "3.1"].iter().any(|own| version.starts_with(own)) {
            return Err(Failure::new(
                document.locate("/openapi", "expected an OpenAPI document, 3.0 or 3.1"),
            ));
        }
        let info = root.member("info");
        let title = info.as_ref().and_then(|info| info.text_of("title")).unwrap_or(version);
        let mut servers = Servers::new(&self.upstream);
        let (rows, left_out): (Vec<_>, Vec<_>) = operations::read_operations(&root, &mut servers)
            .into_iter()
            .partition(|row| !row.unjudged);
        if spec.is_exhausted() {
            let message = "its parts refer to each other too often: split the document";
            return Err(Failure::new(document.locate("", message)));
        }
        let draft = TableDraft {
            title,
            servers,
            rows,
            left_out,
        }
        .without_refused()?;
        draft.warn(&document);
        if draft.rows.is_empty() {
            return Err(Failure::new(
                document.locate("/paths", "no operation that an edge could judge"),
            ));
        }
        print_lines(draft.yaml())
    }
}

/// The operations that were made of a document.
#[derive(Debug)]
struct TableDraft<'d> {
    title: &'d str,
    servers: Servers,
    rows: Vec<DraftRow>,
    left_out: Vec<DraftRow>,
}

impl TableDraft<'_> {
    fn yaml(&self) -> Vec<String> {
        write::draft_to_yaml(self.title, &self.servers, &self.rows, &self.left_out)
    }

    /// The draft without the operations that an edge refuses, by the reader of the edge itself.
    fn without_refused(mut self) -> Result<Self, Failure> {
        while let Err(faults) = self.read()? {
            let mut refused: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for fault in faults.kept() {
                let mut steps = fault.place.split('/').skip(1);
                let index = steps.next().filter(|step| *step == "operations").and(steps.next());
                match index.and_then(|step| step.parse::<usize>().ok()) {
                    Some(index) => refused.entry(index).or_default().push(fault.message.clone()),
                    // With no operations left there is nothing else that could be said.
                    None if self.rows.is_empty() => return Ok(self),
                    None => return Err(Failure::new(fault)),
                }
            }
            self.leave_out(&refused);
        }
        Ok(self)
    }

    /// Reads the draft as an edge does: all faults of every operation.
    fn read(&self) -> Result<Result<(), FaultList>, Failure> {
        let yaml = yaml::read(&self.yaml().join("\n"), FILE_VALUES);
        let (json, _) = yaml.map_err(|faults| Failure::from_lines(faults.lines().collect()))?;
        let text = check::complete_document(Document::from_json("operations", json)).to_json();
        let json = json::parse(text.as_bytes(), FILE_VALUES).map_err(Failure::new)?;
        let faults = Faults::up_to(FAULTS_PER_ROW * (self.rows.len() + 1), usize::MAX);
        let secret = |_: &str| Some("secret".to_owned());
        let read = edge::Config::read_part(&Node::root(&json, &faults), &text, &secret);
        let faults = faults.into_list();
        Ok(read.map(drop).filter(|()| faults.is_empty()).ok_or(faults))
    }

    fn leave_out(&mut self, refused: &BTreeMap<usize, Vec<String>>) {
        for (index, mut row) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            let Some(messages) = refused.get(&index) else {
                self.rows.push(row);
                continue;
            };
            let place = row.place.clone();
            messages
                .iter()
                .for_each(|message| row.note(Kind::Refused, &place, message.as_str()));
            self.left_out.push(row);
        }
    }

    /// Prints to standard error what was left out, and how many operations were made.
    fn warn(&self, document: &Document) {
        let rows = self.rows.iter().chain(&self.left_out);
        let notes = || {
            let of_rows = rows.clone().flat_map(|row| &row.notes);
            self.servers.notes.iter().chain(of_rows)
        };
        let (made, left) = (self.rows.len(), self.left_out.len());
        let last = format!(
            "{made} operations, {left} left out; warnings: {}",
            note::count_by_kind(notes())
        );
        let mut kept = FaultList::new();
        notes().for_each(|note| kept.push(note.place(), &note.comment()));
        let warnings = kept
            .kept()
            .iter()
            .map(|note| format!("warning: {}", document.locate(&note.place, &note.message)));
        let rest = Some(kept.omitted()).filter(|omitted| *omitted > 0);
        let rest = rest.map(|omitted| format!("warning: {}", more(omitted)));
        print_errors(warnings.chain(rest).chain([last]));
    }
}
