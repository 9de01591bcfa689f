//! Files that people write: YAML, or JSON by the name `.json`. Whatever is wrong is said with its place in the file.

use crate::failure::Failure;
use crate::yaml::{self, Place};
use edgewrit_issuer::files::open_input;
use edgewrit_issuer::reading;
use edgewrit_shared::document::{Fault, Node};
use edgewrit_shared::json::{self, Json};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

/// Largest file that is read, in bytes.
const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Values (members, elements and scalars) in one file: as many as an edge takes, for ten thousand operations.
pub(crate) const FILE_VALUES: usize = 1_000_000;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Document {
    name: String,
    json: Json,
    places: BTreeMap<String, Place>,
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
                name,
                json,
                places: BTreeMap::new(),
            });
        }
        match yaml::read(&text, FILE_VALUES) {
            Ok((json, places)) => Ok(Self { name, json, places }),
            Err(faults) => Err(Failure::all(
                faults.iter().map(|fault| format!("{name}:{fault}")).collect(),
            )),
        }
    }

    /// A document that nobody wrote.
    pub(crate) fn made(name: &str, json: Json) -> Self {
        Self {
            name: name.to_owned(),
            json,
            places: BTreeMap::new(),
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

    /// All that stands in it.
    pub(crate) fn json(&self) -> &Json {
        &self.json
    }

    /// The value at `place`, a JSON pointer (RFC 6901).
    pub(crate) fn value(&self, place: &str) -> Option<&Json> {
        place.split('/').skip(1).try_fold(&self.json, |json, step| match json {
            Json::List(items) => items.get(step.parse::<usize>().ok()?),
            _ => json.member(&step.replace("~1", "/").replace("~0", "~")),
        })
    }

    /// Where `place`, a JSON pointer, stands in the file, if that is known: in YAML.
    pub(crate) fn place(&self, place: &str) -> Option<Place> {
        self.places.get(place).copied()
    }

    /// Reads a value out of the document.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Result<T, Failure> {
        reading::value(&self.json, read).map_err(|faults| self.faulty(&faults))
    }

    /// What is wrong with the document, with places in the file.
    pub(crate) fn faulty(&self, faults: &[Fault]) -> Failure {
        Failure::all(
            faults
                .iter()
                .map(|fault| self.locate(&fault.place, &fault.message))
                .collect(),
        )
    }

    /// A message about `place`, a JSON pointer, with the place in the file.
    pub(crate) fn locate(&self, place: &str, message: &str) -> String {
        let name = &self.name;
        let shown = if place.is_empty() { "/" } else { place };
        match self.places.get(place) {
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
