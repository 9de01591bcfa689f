//! `edgewrit operations from-openapi`.
//!
//! The document is walked as it stands, without a library for it: those that know OpenAPI know one version of it each, read it into types that forget where a
//! value stood, and refuse all of a document for one wrong part that no operation needs.

use super::check;
use crate::document::Document;
use crate::failure::{Failure, print};
use crate::yaml;
use clap::Args;
use edgewrit_edge::config as edge;
use edgewrit_shared::document::Fault;
use std::io::{self, Write as _};
use std::path::PathBuf;

mod body;
mod made;
mod note;
mod params;
mod path;
mod row;
mod schema;
mod server;
mod spec;
mod write;

use note::{Kind, Note};
use row::Row;
use server::Servers;
use spec::At;

const EXAMPLES: &str = "\
What is printed is the part of an edge's configuration that has `upstreams` and `operations`, to be edited: the actions are the
document's operation ids, the resources its paths. `edgewrit operations check` takes it as it is.

What an edge cannot judge is left out, so that requests with it are refused; each such thing is a warning on standard error, with its
place in the document, and a comment where it was left out. The exit code is 0 if an operation came out, and 1 otherwise.

Examples:
  edgewrit operations from-openapi openapi.json > operations.yaml
  edgewrit operations from-openapi openapi.yaml --upstream travel";

/// Make operations of an OpenAPI document
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FromOpenapi {
    /// An OpenAPI document, 3.0 or 3.1, YAML or JSON
    file: PathBuf,
    /// What to call the upstream; others of the document get a number
    #[arg(long, value_name = "NAME", default_value = "api")]
    upstream: String,
}

impl FromOpenapi {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let document = Document::open(&self.file)?;
        let root = At::root(&document);
        let version = root.text_of("openapi").unwrap_or_default();
        if !["3.0", "3.1"].iter().any(|own| version.starts_with(own)) {
            return Err(Failure::new(
                document.locate("/openapi", "expected an OpenAPI document, 3.0 or 3.1"),
            ));
        }
        let info = root.member("info");
        let title = info.as_ref().and_then(|info| info.text_of("title")).unwrap_or(version);
        let mut servers = Servers::new(&self.upstream);
        let (rows, left_out): (Vec<_>, Vec<_>) = made::all(&root, &mut servers)
            .into_iter()
            .partition(|row| !row.unjudged);
        let made = Made {
            title,
            servers,
            rows,
            left_out,
        }
        .taken()?;
        let warned = made.warn(&document);
        warned.map_err(|error| Failure::new(format!("standard error: {error}")))?;
        if made.rows.is_empty() {
            return Err(Failure::new(
                document.locate("/paths", "no operation that an edge could judge"),
            ));
        }
        print(made.yaml())
    }
}

/// What came out.
#[derive(Debug)]
struct Made<'d> {
    title: &'d str,
    servers: Servers,
    rows: Vec<Row>,
    left_out: Vec<Row>,
}

impl Made<'_> {
    fn yaml(&self) -> String {
        write::yaml(self.title, &self.servers, &self.rows, &self.left_out)
    }

    /// The same without what an edge does not take, as the edge itself says.
    fn taken(mut self) -> Result<Self, Failure> {
        while let Err(faults) = self.read() {
            let mut refused = Vec::new();
            for fault in faults {
                let mut steps = fault.place.split('/').skip(1);
                let index = steps.next().filter(|step| *step == "operations").and(steps.next());
                match index.and_then(|step| step.parse::<usize>().ok()) {
                    Some(index) => refused.push((index, fault.message)),
                    // With no operations left there is nothing else that could be said.
                    None if self.rows.is_empty() => return Ok(self),
                    None => return Err(Failure::new(fault)),
                }
            }
            self.leave_out(&refused);
        }
        Ok(self)
    }

    fn read(&self) -> Result<(), Vec<Fault>> {
        let fault = |message| {
            vec![Fault {
                place: String::new(),
                message,
            }]
        };
        let yaml = yaml::read(&self.yaml(), crate::document::FILE_VALUES);
        let (json, _) =
            yaml.map_err(|faults| fault(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        let document = check::whole(Document::made("operations", json));
        edge::Config::read(&document.to_json(), &|_| Some("secret".to_owned())).map(drop)
    }

    fn leave_out(&mut self, refused: &[(usize, String)]) {
        let mut index = 0;
        let (kept, mut others): (Vec<_>, Vec<_>) = self.rows.drain(..).enumerate().partition(|(_, _)| {
            index += 1;
            refused.iter().all(|(own, _)| own + 1 != index)
        });
        for (at, row) in &mut others {
            for (_, message) in refused.iter().filter(|(own, _)| own == at) {
                let place = row.place.clone();
                row.note(Kind::Refused, &place, message);
            }
        }
        self.rows = kept.into_iter().map(|(_, row)| row).collect();
        self.left_out.extend(others.into_iter().map(|(_, row)| row));
    }

    /// Says on standard error what was left out, and how much came out.
    fn warn(&self, document: &Document) -> io::Result<()> {
        let mut out = io::stderr().lock();
        let rows = self.rows.iter().chain(&self.left_out);
        let notes: Vec<&Note> = self
            .servers
            .notes
            .iter()
            .chain(rows.flat_map(|row| &row.notes))
            .collect();
        for note in &notes {
            writeln!(out, "warning: {}", note.to_text(document))?;
        }
        let (made, left) = (self.rows.len(), self.left_out.len());
        writeln!(
            out,
            "{made} operations, {left} left out; warnings: {}",
            note::count(notes.into_iter())
        )
    }
}
