//! Parameters of path, query and header.

use super::note::Kind;
use super::path::Path;
use super::row::{DraftParam, DraftRow};
use super::schema::{Schema, SchemaShape};
use super::spec::SpecValue;
use edgewrit_edge::config::header_passes;
use edgewrit_shared::limits::RULE_TEXT_BYTES;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Headers that are described elsewhere in the document (OpenAPI 3.1, section 4.8.12.1).
const NOT_PARAMETERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Adds the parameters of an operation, those of its path item first.
pub(super) fn add_params(row: &mut DraftRow, path: &Path, item: &SpecValue<'_>, operation: &SpecValue<'_>) {
    let mut all: Vec<Option<(&str, &str, SpecValue<'_>)>> = Vec::new();
    let mut known = BTreeMap::new();
    for at in item
        .items("parameters")
        .into_iter()
        .chain(operation.items("parameters"))
    {
        let place = at.place.clone();
        let at = match at.resolve() {
            Ok(at) => at,
            Err(message) => {
                row.note(Kind::Reference, &place, message);
                continue;
            }
        };
        let key = (
            at.text_of("in").unwrap_or_default(),
            at.text_of("name").unwrap_or_default(),
        );
        if let Some(before) = known.insert(key, all.len()).and_then(|index: usize| all.get_mut(index)) {
            *before = None;
        }
        all.push(Some((key.0, key.1, at)));
    }
    for (place, name, at) in all.iter().flatten() {
        if name.len() > RULE_TEXT_BYTES {
            let what = format_args!("a parameter whose name has more than {RULE_TEXT_BYTES} bytes");
            row.left_out(Kind::Name, &at.place, what, is_needed(at));
            continue;
        }
        match *place {
            "path" => add_path_param(row, path, name, at),
            "query" => add_query_param(row, name, at),
            "header" => add_header_param(row, name, at),
            _ => row.note(Kind::Cookie, &at.place, format!("cookies never pass, `{name}` neither")),
        }
    }
}

/// The schema of a parameter; nothing, and a note, if it has none that could be judged.
fn read_schema<'d>(row: &mut DraftRow, name: &str, at: &SpecValue<'d>) -> Option<Schema<'d>> {
    let Some(schema) = at.member("schema") else {
        let what = format_args!("`{name}` is a document of its own");
        row.left_out(Kind::Style, &at.place, what, is_needed(at));
        return None;
    };
    Some(Schema::read(schema))
}

/// A capture is judged as a part of the resource; its type adds what that does not say.
fn add_path_param(row: &mut DraftRow, path: &Path, name: &str, at: &SpecValue<'_>) {
    if let Some(style @ ("label" | "matrix")) = at.text_of("style") {
        row.note(
            Kind::Style,
            &at.place,
            format!("`{name}` is captured as it is spelled, in style `{style}`"),
        );
        return;
    }
    let (Some(capture), Some(schema)) = (path.capture_of(name), read_schema(row, name, at)) else {
        return;
    };
    match schema.shape {
        SchemaShape::Scalar("text") | SchemaShape::Scalars => {}
        SchemaShape::Scalar(kind) => row.push(DraftParam {
            name: capture.to_owned(),
            source: format!("path.{capture}"),
            kind,
            optional: false,
            list: false,
            values: schema.values,
        }),
        _ => row.note(
            Kind::Style,
            &at.place,
            format!("`{name}` is captured as one text, whatever it holds"),
        ),
    }
}

fn add_query_param(row: &mut DraftRow, name: &str, at: &SpecValue<'_>) {
    let Some((kind, list, values)) = read_type(row, name, at) else {
        return;
    };
    if name.is_empty() {
        return row.left_out(Kind::Name, &at.place, "a parameter without a name", is_needed(at));
    }
    row.push(DraftParam {
        name: name.to_owned(),
        source: format!("query.{name}"),
        kind,
        optional: !is_needed(at),
        list,
        values,
    });
}

/// The type of a parameter in the query, whether it is a list of that, and its values; nothing, and
/// a note, if that cannot be judged.
fn read_type(row: &mut DraftRow, name: &str, at: &SpecValue<'_>) -> Option<(&'static str, bool, Vec<String>)> {
    let schema = read_schema(row, name, at)?;
    let style = at.text_of("style").unwrap_or("form");
    let items = match schema.shape {
        SchemaShape::Scalar(kind) => return Some((kind, false, schema.values)),
        SchemaShape::Scalars => return Some(("text", false, schema.values)),
        SchemaShape::List(items) => Schema::read(items),
        SchemaShape::Object(_) => {
            let what = format_args!("`{name}` is an object, spelled in style `{style}`");
            row.left_out(Kind::Style, &at.place, what, is_needed(at));
            return None;
        }
        other => {
            leave_out_unknown(row, &format!("`query.{name}`"), other, &at.place, is_needed(at));
            return None;
        }
    };
    match (items.shape, repeats(at, style)) {
        (SchemaShape::Scalar(kind), true) => Some((kind, true, items.values)),
        (SchemaShape::Scalars, true) => Some(("text", true, items.values)),
        (SchemaShape::Scalar(_) | SchemaShape::Scalars, false) => {
            let message = format!("`{name}` is a list in one text, and judged as that text");
            row.note(Kind::Style, &at.place, message);
            Some(("text", false, Vec::new()))
        }
        _ => {
            let what = format_args!("`{name}` is a list of what is no scalar");
            row.left_out(Kind::List, &at.place, what, is_needed(at));
            None
        }
    }
}

fn is_needed(at: &SpecValue<'_>) -> bool {
    at.bool_of("required") == Some(true)
}

/// Whether the elements of a list come one by one, each with the name.
fn repeats(at: &SpecValue<'_>, style: &str) -> bool {
    style == "form" && at.bool_of("explode") != Some(false)
}

fn add_header_param(row: &mut DraftRow, name: &str, at: &SpecValue<'_>) {
    let header = name.to_ascii_lowercase();
    if NOT_PARAMETERS.contains(&&*header) {
        return;
    }
    if let Err(message) = header_passes(&header) {
        return row.left_out(Kind::Header, &at.place, message, is_needed(at));
    }
    let Some(schema) = read_schema(row, name, at) else {
        return;
    };
    let kind = match schema.shape {
        SchemaShape::Scalar(kind) => kind,
        SchemaShape::Scalars => "text",
        _ => {
            row.note(
                Kind::Style,
                &at.place,
                format!("`{name}` is judged as one text, whatever it holds"),
            );
            "text"
        }
    };
    let optional = !is_needed(at);
    let source = format!("header.{header}");
    row.push(DraftParam {
        name: header,
        source,
        kind,
        optional,
        list: false,
        values: schema.values,
    });
}

/// Notes that `what` is left out because of its schema.
pub(super) fn leave_out_unknown(
    row: &mut DraftRow,
    what: &str,
    shape: SchemaShape<'_>,
    place: impl Display,
    is_needed: bool,
) {
    match shape {
        SchemaShape::Alternatives | SchemaShape::Scalars => {
            row.left_out(
                Kind::Alternatives,
                place,
                format_args!("{what} is one of several types"),
                is_needed,
            );
        }
        SchemaShape::Lost(message) => {
            row.left_out(Kind::Reference, place, format_args!("{what}: {message}"), is_needed)
        }
        _ => row.left_out(Kind::Untyped, place, format_args!("{what} is of no type"), is_needed),
    }
}
