//! Files that people write: YAML, or JSON by the name `.json`. Every fault has its place in the
//! file.

use crate::output::failure::Failure;
use crate::output::json::write_json;
use edgewrit_issuer::files::{open_input, open_input_again};
use edgewrit_issuer::json_document;
use edgewrit_shared::json::document::{Fault, FaultList, Node, more};
use edgewrit_shared::json::{self, Json};
use edgewrit_yaml::{self as yaml, Places, YamlPlace};
use lookup::Lookup;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

mod lookup;

/// Largest file that is read, in bytes.
const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Values (members, elements and scalars) in one file: as many as an edge takes, for ten thousand
/// operations.
pub(crate) const FILE_VALUES: usize = 1_000_000;

/// A file as JSON, with the places of its values.
#[derive(Debug)]
pub(crate) struct Document {
    name: String,
    json: Json,
    /// None if the file is JSON.
    places: Places,
    lookup: Lookup,
    bytes: u64,
}

impl Document {
    /// Reads the file at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        Self::read_opened(path, open_input(path))
    }

    /// Reads the file at `path` again while the process runs, and waits for no writer of a pipe.
    pub(crate) fn open_again(path: &Path) -> Result<Self, Failure> {
        Self::read_opened(path, open_input_again(path))
    }

    fn read_opened(path: &Path, file: io::Result<File>) -> Result<Self, Failure> {
        let bytes = file.map_err(|error| error.to_string()).and_then(read_file);
        let bytes = bytes.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Self::read_bytes(path, bytes)
    }

    /// Reads the content of the file at `path`.
    pub(crate) fn read_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self, Failure> {
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        Self::read_text(path.display().to_string(), bytes, is_json)
    }

    /// Reads a document that was fetched from the URL `name`. It is JSON if it begins with `{`.
    pub(crate) fn read_fetched(name: &str, bytes: Vec<u8>) -> Result<Self, Failure> {
        let is_json = bytes.trim_ascii_start().starts_with(b"{");
        Self::read_text(name.to_owned(), bytes, is_json)
    }

    fn read_text(name: String, bytes: Vec<u8>, is_json: bool) -> Result<Self, Failure> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Failure::new(format!("{name}: not UTF-8 at byte {at}"))
        })?;
        if is_json {
            let json = json::parse(text.as_bytes(), FILE_VALUES);
            let json = json.map_err(|error| Failure::new(format!("{name}:{}", locate_json_error(&text, &error))))?;
            return Ok(Self {
                bytes: text.len() as u64,
                ..Self::from_json(&name, json)
            });
        }
        match yaml::read(&text, FILE_VALUES) {
            Ok((json, places)) => Ok(Self {
                places,
                bytes: text.len() as u64,
                ..Self::from_json(&name, json)
            }),
            Err(faults) => Err(faults_to_failure(&faults, &name, |fault| format!("{name}:{fault}"))),
        }
    }

    /// A document that the command makes: it has no file.
    pub(crate) fn from_json(name: &str, json: Json) -> Self {
        Self {
            name: name.to_owned(),
            json,
            places: Places::default(),
            lookup: Lookup::default(),
            bytes: 0,
        }
    }

    /// The document with these members, where it has no member of the name.
    pub(crate) fn with_missing_members(mut self, more: Json) -> Self {
        if let (Json::Object(own), Json::Object(more)) = (&mut self.json, more) {
            for (name, value) in more {
                if own.iter().all(|(known, _)| *known != name) {
                    own.push((name, value));
                }
            }
        }
        self
    }

    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of the file; 0 if there is none.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The content as JSON.
    pub(crate) fn json(&self) -> &Json {
        &self.json
    }

    /// The value at `place`, a JSON pointer (RFC 6901).
    pub(crate) fn value(&self, place: &str) -> Option<&Json> {
        let found = self.lookup.find(&self.json, &self.places, place);
        found.map(|found| found.json)
    }

    /// The member called `name` of `json`, which is a part of this document.
    pub(crate) fn member<'d>(&'d self, json: &'d Json, name: &str) -> Option<&'d Json> {
        self.lookup.member(json, name)
    }

    /// Line and column of `place`, a JSON pointer. They are known in YAML only.
    pub(crate) fn place(&self, place: &str) -> Option<YamlPlace> {
        let found = self.lookup.find(&self.json, &self.places, place)?;
        self.places.get(found.index)
    }

    /// Reads a value out of the document.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, Failure> {
        json_document::value(&self.json, read).map_err(|faults| self.to_failure(&faults))
    }

    /// The faults of the document as a failure, with places in the file.
    pub(crate) fn to_failure(&self, faults: &FaultList) -> Failure {
        faults_to_failure(faults, &self.name, |fault| self.locate(&fault.place, &fault.message))
    }

    /// A message about `place`, a JSON pointer, with the place in the file.
    pub(crate) fn locate(&self, place: &str, message: &str) -> String {
        let name = &self.name;
        let shown = if place.is_empty() { "/" } else { place };
        match self.place(place) {
            Some(at) => format!("{name}:{at}: {shown}: {message}"),
            None => format!("{name}: {shown}: {message}"),
        }
    }

    /// The document as JSON text.
    pub(crate) fn to_json(&self) -> String {
        let mut text = String::new();
        write_json(&self.json, &mut text);
        text
    }
}

/// A failure with a line for each kept fault, and one line for the rest.
fn faults_to_failure(faults: &FaultList, name: &str, line: impl Fn(&Fault) -> String) -> Failure {
    let rest = Some(faults.omitted()).filter(|omitted| *omitted > 0);
    let rest = rest.map(|omitted| format!("{name}: {}", more(omitted)));
    Failure::from_lines(faults.kept().iter().map(line).chain(rest).collect())
}

fn read_file(file: File) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    file.take(FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(format!("larger than {FILE_BYTES} bytes"));
    }
    Ok(bytes)
}

/// A JSON error with line and column, if its byte is known.
fn locate_json_error(text: &str, error: &json::JsonError) -> String {
    let json::JsonError::Syntax { at } = error else {
        return format!(" {error}");
    };
    let before = text.get(..*at).unwrap_or(text);
    let (line, column) = (
        before.matches('\n').count() + 1,
        before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
    );
    format!("{line}:{column}: not JSON")
}
