//! Files that people write: YAML, or JSON by the name `.json`. Whatever is wrong is said with its place in the file.

use crate::failure::Failure;
use edgewrit_issuer::files::open_input;
use edgewrit_issuer::json_document;
use edgewrit_shared::document::{Fault, FaultList, Node, more};
use edgewrit_shared::json::{self, Json};
use edgewrit_yaml::{self as yaml, Place, Places};
use lookup::Lookup;
use std::io::Read as _;
use std::path::Path;

mod lookup;

/// Largest file that is read, in bytes.
const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Values (members, elements and scalars) in one file: as many as an edge takes, for ten thousand operations.
pub(crate) const FILE_VALUES: usize = 1_000_000;

/// A file that was read.
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
        let bytes = contents(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Self::read_bytes(path, bytes)
    }

    /// Reads what the file at `path` was found to hold.
    pub(crate) fn read_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Failure::new(format!("{name}: not UTF-8 at byte {at}"))
        })?;
        if path.extension().is_some_and(|extension| extension == "json") {
            let json = json::parse(text.as_bytes(), FILE_VALUES);
            let json = json.map_err(|error| Failure::new(format!("{name}:{}", located(&text, &error))))?;
            return Ok(Self {
                bytes: text.len() as u64,
                ..Self::made(&name, json)
            });
        }
        match yaml::read(&text, FILE_VALUES) {
            Ok((json, places)) => Ok(Self {
                places,
                bytes: text.len() as u64,
                ..Self::made(&name, json)
            }),
            Err(faults) => Err(said(&faults, &name, |fault| format!("{name}:{fault}"))),
        }
    }

    /// A document that nobody wrote.
    pub(crate) fn made(name: &str, json: Json) -> Self {
        Self {
            name: name.to_owned(),
            json,
            places: Places::default(),
            lookup: Lookup::default(),
            bytes: 0,
        }
    }

    /// With these members where the document has none of the name.
    pub(crate) fn completed(mut self, more: Json) -> Self {
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

    /// All that stands in it.
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

    /// Where `place`, a JSON pointer, stands in the file, if that is known: in YAML.
    pub(crate) fn place(&self, place: &str) -> Option<Place> {
        let found = self.lookup.find(&self.json, &self.places, place)?;
        self.places.get(found.index)
    }

    /// Reads a value out of the document.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, Failure> {
        json_document::value(&self.json, read).map_err(|faults| self.faulty(&faults))
    }

    /// What is wrong with the document, with places in the file.
    pub(crate) fn faulty(&self, faults: &FaultList) -> Failure {
        said(faults, &self.name, |fault| self.locate(&fault.place, &fault.message))
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
        write(&self.json, &mut text);
        text
    }
}

/// A line for each fault that is kept, and one for the rest.
fn said(faults: &FaultList, name: &str, line: impl Fn(&Fault) -> String) -> Failure {
    let rest = Some(faults.omitted()).filter(|omitted| *omitted > 0);
    let rest = rest.map(|omitted| format!("{name}: {}", more(omitted)));
    Failure::all(faults.kept().iter().map(line).chain(rest).collect())
}

fn contents(path: &Path) -> Result<Vec<u8>, String> {
    let file = open_input(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(format!("larger than {FILE_BYTES} bytes"));
    }
    Ok(bytes)
}

/// A JSON error with line and column, where it is known at which byte it is.
fn located(text: &str, error: &json::JsonError) -> String {
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

/// Writes `json` as text.
pub(crate) fn write(json: &Json, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => out.push_str(&number.to_string()),
        Json::Text(text) => write_text(text, out),
        Json::List(items) => {
            write_all(items, ['[', ']'], out, write);
        }
        Json::Object(members) => {
            write_all(members, ['{', '}'], out, |(name, value), out| {
                write_text(name, out);
                out.push(':');
                write(value, out);
            });
        }
    }
}

fn write_all<T>(items: &[T], [open, close]: [char; 2], out: &mut String, mut write: impl FnMut(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
