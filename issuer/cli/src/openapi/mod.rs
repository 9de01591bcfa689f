//! Operations of an OpenAPI document, 3.0 or 3.1.
//!
//! The document is walked as it stands, without a library for it: those that know OpenAPI know one
//! version of it each, read it into types that forget where a value stood, and refuse all of a
//! document for one wrong part that no operation needs.

use crate::input::document::{Document, FILE_VALUES};
use crate::input::edge_configuration::complete_document;
use crate::output::failure::Failure;
use edgewrit_edge::config as edge;
use edgewrit_shared::json;
use edgewrit_shared::json::document::{FaultList, Faults, Node};
use edgewrit_yaml as yaml;
use std::collections::BTreeMap;

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
pub(crate) use row::{DraftParam, DraftRow};
pub(crate) use server::Servers;
use spec::{Spec, SpecValue};

/// Faults that are kept for each operation that was made: it has at most so many members and
/// parameters.
const FAULTS_PER_ROW: usize = 128;

/// The operations that were made of a document.
#[derive(Debug)]
pub(crate) struct TableDraft {
    title: String,
    servers: Servers,
    rows: Vec<DraftRow>,
    left_out: Vec<DraftRow>,
}

impl TableDraft {
    /// Reads the operations of `document`. What no edge can judge is left out.
    ///
    /// # Errors
    /// If it is no OpenAPI document, or if its parts refer to each other too often.
    pub(crate) fn read(document: &Document, mut servers: Servers) -> Result<Self, Failure> {
        let spec = Spec::new(document);
        let root = SpecValue::root(&spec);
        let version = root.text_of("openapi").unwrap_or_default();
        if !["3.0", "3.1"].iter().any(|own| version.starts_with(own)) {
            return Err(Failure::new(
                document.locate("/openapi", "expected an OpenAPI document, 3.0 or 3.1"),
            ));
        }
        let info = root.member("info");
        let title = info.as_ref().and_then(|info| info.text_of("title")).unwrap_or(version);
        let mut rows = operations::read_operations(&root, &mut servers);
        for row in &mut rows {
            row.params.retain(|param| !servers.is_credential(&param.source));
        }
        let (rows, left_out): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| !row.unjudged);
        if spec.is_exhausted() {
            let message = "its parts refer to each other too often: split the document";
            return Err(Failure::new(document.locate("", message)));
        }
        let title = title.to_owned();
        Self {
            title,
            servers,
            rows,
            left_out,
        }
        .without_refused()
    }

    /// Whether no operation was made.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The operations that were made.
    pub(crate) fn rows(&self) -> &[DraftRow] {
        &self.rows
    }

    /// The number of operations that no edge can judge.
    pub(crate) fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// The failure of a draft without operations.
    pub(crate) fn to_failure(&self, document: &Document) -> Failure {
        Failure::new(document.locate("/paths", "no operation that an edge could judge"))
    }

    /// The part of a configuration that has `upstreams` and `operations`, as lines of YAML.
    pub(crate) fn yaml(&self) -> Vec<String> {
        write::draft_to_yaml(&self.title, &self.servers, &self.rows, &self.left_out)
    }

    /// The draft without the operations that an edge refuses, by the reader of the edge itself.
    fn without_refused(mut self) -> Result<Self, Failure> {
        while let Err(faults) = self.judge()? {
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
    fn judge(&self) -> Result<Result<(), FaultList>, Failure> {
        let yaml = yaml::read(&self.yaml().join("\n"), FILE_VALUES);
        let (json, _) = yaml.map_err(|faults| Failure::from_lines(faults.lines().collect()))?;
        let text = complete_document(Document::from_json("operations", json)).to_json();
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

    /// The notes on what was left out, each at its place in the document.
    pub(crate) fn notes(&self) -> FaultList {
        let mut kept = FaultList::new();
        self.all_notes()
            .for_each(|note| kept.push(note.place(), &note.comment()));
        kept
    }

    /// The number of operations, and the number of notes of each kind.
    pub(crate) fn count_to_words(&self) -> String {
        let (made, left) = (self.rows.len(), self.left_out.len());
        let notes = note::count_by_kind(self.all_notes());
        format!("{made} operations, {left} left out; warnings: {notes}")
    }

    fn all_notes(&self) -> impl Iterator<Item = &note::Note> {
        let rows = self.rows.iter().chain(&self.left_out);
        self.servers.notes.iter().chain(rows.flat_map(|row| &row.notes))
    }
}
