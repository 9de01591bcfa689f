//! Operations as they are written, in a document that the edge has read without a fault.

use crate::input::document::Document;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::place_step;

/// An operation.
#[derive(Debug)]
pub(super) struct OperationRow<'d> {
    /// The place of the operation, as a JSON pointer.
    pub(super) place: String,
    /// `METHOD /path`.
    pub(super) name: &'d str,
    pub(super) method: &'d str,
    pub(super) segments: Vec<&'d str>,
    pub(super) action: &'d str,
    pub(super) resource: &'d str,
    pub(super) upstream: &'d str,
    pub(super) params: Vec<CheckedParam<'d>>,
    /// Sources that are not judged.
    pub(super) ignored: Vec<&'d str>,
    /// Whether captured values may hold a `:`.
    pub(super) colon: bool,
}

/// A parameter of an operation.
#[derive(Debug)]
pub(super) struct CheckedParam<'d> {
    pub(super) name: &'d str,
    /// The source, such as `query.from`.
    pub(super) source: &'d str,
    pub(super) kind: &'d str,
    pub(super) optional: bool,
    pub(super) list: bool,
}

/// All operations of `document`, in the order in which they are written.
pub(super) fn read_rows(document: &Document) -> Vec<OperationRow<'_>> {
    let Some(Json::List(operations)) = document.json().member("operations") else {
        return Vec::new();
    };
    let rows = operations.iter().enumerate();
    rows.map(|(index, json)| OperationRow::new(format!("/operations/{index}"), json))
        .collect()
}

impl<'d> OperationRow<'d> {
    fn new(place: String, json: &'d Json) -> Self {
        let name = text(json, "match");
        let (method, path) = name.split_once(' ').unwrap_or_default();
        Self {
            place,
            name,
            method,
            segments: path.split('/').skip(1).collect(),
            action: text(json, "action"),
            resource: text(json, "resource"),
            upstream: text(json, "upstream"),
            params: members(json, "params").iter().map(CheckedParam::new).collect(),
            ignored: items(json, "ignore").iter().filter_map(as_text).collect(),
            colon: is_set(json, "colon"),
        }
    }

    /// The place of the member called `name`.
    pub(super) fn member(&self, name: &str) -> String {
        format!("{}/{}", self.place, place_step(name))
    }

    pub(super) fn captures(&self) -> usize {
        self.segments.iter().filter(|segment| is_capture(segment)).count()
    }

    pub(super) fn takes_body(&self) -> bool {
        let read = self.params.iter().map(|param| param.source);
        read.chain(self.ignored.iter().copied()).any(is_in_body)
    }

    pub(super) fn judges_body(&self) -> bool {
        self.params.iter().any(|param| is_in_body(param.source))
    }

    /// Whether `value` could be captured by `segment`, as far as its parameter's type goes.
    pub(super) fn may_capture(&self, segment: &str, value: &str) -> bool {
        let name = segment.trim_matches(['{', '}']);
        let of_capture = |param: &&CheckedParam<'_>| param.source.strip_prefix("path.") == Some(name);
        match self.params.iter().find(of_capture).map(|param| param.kind) {
            Some("integer" | "number") => value.starts_with(|first: char| first.is_ascii_digit() || first == '-'),
            Some("boolean") => matches!(value, "true" | "false"),
            _ => true,
        }
    }
}

impl<'d> CheckedParam<'d> {
    fn new((name, json): &'d (String, Json)) -> Self {
        let kind = text(json, "type");
        Self {
            name,
            source: as_text(json).unwrap_or_else(|| text(json, "from")),
            kind: if kind.is_empty() { "text" } else { kind },
            optional: is_set(json, "optional"),
            list: is_set(json, "list"),
        }
    }
}

pub(super) fn is_capture(segment: &str) -> bool {
    segment.starts_with('{')
}

fn is_in_body(source: &str) -> bool {
    source.starts_with("body.") || source.starts_with("form.")
}

fn is_set(json: &Json, name: &str) -> bool {
    json.member(name) == Some(&Json::Bool(true))
}

fn as_text(json: &Json) -> Option<&str> {
    match json {
        Json::Text(text) => Some(text),
        _ => None,
    }
}

fn text<'d>(json: &'d Json, name: &str) -> &'d str {
    json.member(name).and_then(as_text).unwrap_or_default()
}

fn members<'d>(json: &'d Json, name: &str) -> &'d [(String, Json)] {
    match json.member(name) {
        Some(Json::Object(members)) => members,
        _ => &[],
    }
}

fn items<'d>(json: &'d Json, name: &str) -> &'d [Json] {
    match json.member(name) {
        Some(Json::List(items)) => items,
        _ => &[],
    }
}
