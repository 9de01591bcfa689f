//! Bodies: JSON down to its scalars, and forms.

use super::note::Kind;
use super::params::leave_out_unknown;
use super::row::{DraftParam, DraftRow};
use super::schema::{ObjectSchema, Schema, SchemaShape};
use super::spec::SpecValue;
use edgewrit_shared::json::document::{Place, pointer_step};
use edgewrit_shared::limits::RULE_TEXT_BYTES;
use std::ptr;
use std::rc::Rc;

/// Objects in objects that are looked into.
const DEPTH: usize = 4;
/// Values of one body that are looked at: schemas that name each other have no end of them.
const VALUES: u32 = 2_000;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Adds the parameters of the body. If no part of the body can be judged, the operation takes no
/// body, and is left out if it needs one.
pub(super) fn add_body(row: &mut DraftRow, operation: &SpecValue<'_>) {
    let Some(body) = operation.member("requestBody") else {
        return;
    };
    let place = Rc::clone(&body.place);
    let body = match body.resolve() {
        Ok(body) => body,
        Err(message) => {
            row.note(Kind::Reference, &place, message);
            row.unjudged = true;
            return;
        }
    };
    let is_required = body.bool_of("required") == Some(true);
    let types = body
        .member("content")
        .map(|content| content.members())
        .unwrap_or_default();
    let of = |wanted: &str| types.iter().find(|(name, _)| is_type(name, wanted)).map(|(_, at)| at);
    let before = row.params.len();
    match (of(JSON), of(FORM)) {
        (Some(json), _) => with_schema(row, json, |row, schema, place| {
            add_json(row, schema, place, is_required)
        }),
        (None, Some(form)) => with_schema(row, form, |row, schema, place| add_form(row, schema, place, form)),
        (None, None) => {}
    }
    let taken = of(JSON).or(of(FORM)).map(|at| at.json);
    let others: Vec<_> = types
        .iter()
        .filter(|(_, at)| !taken.is_some_and(|taken| ptr::eq(taken, at.json)))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if !others.is_empty() {
        row.note(
            Kind::MediaType,
            &body.place,
            format!("bodies of these types are refused: {}", others.join(", ")),
        );
    }
    match (row.params.len() > before, is_required) {
        (true, true) => {}
        (true, false) => row.note(Kind::OptionalBody, &body.place, "requests without the body are refused"),
        (false, true) => row.unjudged = true,
        (false, false) => row.note(
            Kind::OptionalBody,
            &body.place,
            "requests with a body are refused: nothing in it can be judged",
        ),
    }
}

/// `application/json`, with or without parameters.
fn is_type(name: &str, wanted: &str) -> bool {
    name.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case(wanted)
}

fn with_schema<'d>(
    row: &mut DraftRow,
    media: &SpecValue<'d>,
    read: impl FnOnce(&mut DraftRow, Schema<'d>, Rc<Place<'d>>),
) {
    match media.member("schema") {
        Some(schema) => {
            let place = Rc::clone(&schema.place);
            read(row, Schema::read(schema), place);
        }
        None => row.left_out(Kind::Untyped, &media.place, "the body is of no type", false),
    }
}

/// A place in a body, and whether every body has it.
#[derive(Clone, Debug)]
struct Spot<'d> {
    pointer: String,
    /// Objects that are still looked into.
    depth: usize,
    /// Whether every body has it.
    is_needed: bool,
    /// Whether it stands in the elements of a list, and every element has it.
    in_list: bool,
    is_in_each: bool,
    place: Rc<Place<'d>>,
}

impl<'d> Spot<'d> {
    /// The spot in words.
    fn to_words(&self) -> String {
        if self.pointer.is_empty() {
            return "the body".to_owned();
        }
        format!("`{}`", self.source())
    }

    fn source(&self) -> String {
        format!("body.{}", self.pointer)
    }

    fn member(&self, name: &str, at: &SpecValue<'d>, is_required: bool) -> Self {
        Self {
            pointer: format!("{}/{}", self.pointer, pointer_step(name)),
            is_needed: self.is_needed && is_required,
            is_in_each: self.is_in_each && is_required,
            place: Rc::clone(&at.place),
            ..self.clone()
        }
    }

    fn element(&self, at: &SpecValue<'d>) -> Self {
        Self {
            pointer: format!("{}/*", self.pointer),
            in_list: true,
            is_in_each: true,
            place: Rc::clone(&at.place),
            ..self.clone()
        }
    }
}

fn add_json<'d>(row: &mut DraftRow, schema: Schema<'d>, place: Rc<Place<'d>>, is_needed: bool) {
    let root = Spot {
        pointer: String::new(),
        depth: DEPTH,
        is_needed,
        in_list: false,
        is_in_each: true,
        place,
    };
    match schema.shape {
        SchemaShape::Scalar(_) | SchemaShape::Scalars => {
            row.left_out(
                Kind::Untyped,
                &root.place,
                "the body is neither an object nor an array",
                false,
            );
        }
        // A body that may be left out and is there is whole.
        _ => add_value(
            row,
            schema,
            &Spot {
                is_needed: true,
                ..root
            },
        ),
    }
}

/// Adds the value at `spot`, or what lies in it.
fn add_value<'d>(row: &mut DraftRow, schema: Schema<'d>, spot: &Spot<'d>) {
    row.looked_at += 1;
    if schema.is_read_only || row.looked_at > VALUES {
        return;
    }
    if row.looked_at == VALUES {
        let what = format_args!("{} and all that follows", spot.to_words());
        return row.left_out(Kind::TooMany, &spot.place, what, spot.is_needed);
    }
    if schema.is_nullable {
        row.note(
            Kind::Null,
            &spot.place,
            format!("`null` is refused: {}", spot.to_words()),
        );
    }
    match schema.shape {
        SchemaShape::Scalar(kind) if spot.in_list && !spot.is_in_each => {
            let what = format_args!("{} ({kind}) is not in every element", spot.to_words());
            row.left_out(Kind::ElementOptional, &spot.place, what, spot.is_needed);
        }
        SchemaShape::Scalar(kind) => add_scalar(row, kind, schema.values, spot),
        SchemaShape::List(_) if spot.in_list => {
            let what = format_args!("{} is a list in a list", spot.to_words());
            row.left_out(Kind::List, &spot.place, what, spot.is_needed);
        }
        SchemaShape::List(items) => {
            let element = spot.element(&items);
            add_value(row, Schema::read(items), &element);
        }
        SchemaShape::Object(object) => add_members(row, object, spot),
        other => leave_out_unknown(row, &spot.to_words(), other, &spot.place, spot.is_needed),
    }
}

fn add_scalar(row: &mut DraftRow, kind: &'static str, values: Vec<String>, spot: &Spot<'_>) {
    let steps: Vec<_> = spot.pointer.split('/').skip(1).filter(|step| *step != "*").collect();
    let name = if steps.is_empty() {
        "body".to_owned()
    } else {
        steps.join(".").replace("~1", "/").replace("~0", "~")
    };
    row.push(DraftParam {
        name,
        source: spot.source(),
        kind,
        optional: !spot.is_needed,
        list: false,
        values,
    });
}

fn add_members<'d>(row: &mut DraftRow, object: ObjectSchema<'d>, spot: &Spot<'d>) {
    note_members(row, &object, spot);
    let Some(depth) = spot.depth.checked_sub(1) else {
        let what = format_args!("{} lies too deep", spot.to_words());
        return row.left_out(Kind::Depth, &spot.place, what, spot.is_needed);
    };
    let inner = Spot { depth, ..spot.clone() };
    for (name, at) in object.members {
        if name.len() > RULE_TEXT_BYTES {
            let what = format_args!("a member whose name has more than {RULE_TEXT_BYTES} bytes");
            let is_needed = spot.is_needed && object.required.contains(name);
            row.left_out(Kind::Name, &at.place, what, is_needed);
            continue;
        }
        let spot = inner.member(name, &at, object.required.contains(name));
        // The edge takes these steps for elements of an array.
        if name == "*" || !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
            let what = format_args!("no source can name `{name}`");
            row.left_out(Kind::Name, &spot.place, what, spot.is_needed);
            continue;
        }
        add_value(row, Schema::read(at), &spot);
    }
}

fn note_members(row: &mut DraftRow, object: &ObjectSchema<'_>, spot: &Spot<'_>) {
    let shown = spot.to_words();
    if object.is_open {
        let message = format!("members of other names are refused in {shown}");
        row.note(Kind::AdditionalProperties, &spot.place, message);
    } else if object.members.is_empty() {
        let what = format_args!("{shown} is an object of no known members");
        row.left_out(Kind::Untyped, &spot.place, what, spot.is_needed);
    }
    if object.has_alternatives {
        let message = format!("members that only alternatives have are refused in {shown}");
        row.note(Kind::Alternatives, &spot.place, message);
    }
}

/// Adds the fields of a form.
fn add_form<'d>(row: &mut DraftRow, schema: Schema<'d>, place: Rc<Place<'d>>, media: &SpecValue<'d>) {
    let SchemaShape::Object(object) = schema.shape else {
        return leave_out_unknown(row, "the form", schema.shape, &place, false);
    };
    let spot = Spot {
        pointer: String::new(),
        depth: 0,
        is_needed: true,
        in_list: false,
        is_in_each: true,
        place,
    };
    note_members(row, &object, &spot);
    for (name, at) in object.members {
        let is_needed = object.required.contains(name);
        if name.len() > RULE_TEXT_BYTES {
            let what = format_args!("a field whose name has more than {RULE_TEXT_BYTES} bytes");
            row.left_out(Kind::Name, &at.place, what, is_needed);
            continue;
        }
        add_field(row, name, at, is_needed, is_spelled_otherwise(media, name));
    }
}

fn add_field(row: &mut DraftRow, name: &str, at: SpecValue<'_>, is_needed: bool, is_other: bool) {
    let (place, source) = (Rc::clone(&at.place), format!("form.{name}"));
    let schema = Schema::read(at);
    if schema.is_read_only {
        return;
    }
    let (kind, list) = match schema.shape {
        SchemaShape::Scalar(kind) => (kind, false),
        SchemaShape::Scalars => ("text", false),
        SchemaShape::List(items) => match (Schema::read(items).shape, is_other) {
            (SchemaShape::Scalar(kind), false) => (kind, true),
            _ => {
                let what = format_args!("`{source}` is a list that is not repeated");
                return row.left_out(Kind::List, &place, what, is_needed);
            }
        },
        SchemaShape::Object(_) => {
            let what = format_args!("`{source}` is an object");
            return row.left_out(Kind::Style, &place, what, is_needed);
        }
        other => return leave_out_unknown(row, &format!("`{source}`"), other, &place, is_needed),
    };
    row.push(DraftParam {
        name: name.to_owned(),
        source,
        kind,
        optional: !is_needed,
        list,
        values: schema.values,
    });
}

/// Whether `encoding` says that the field is not spelled as forms spell lists.
fn is_spelled_otherwise<'d>(media: &SpecValue<'d>, name: &'d str) -> bool {
    let encoding = media.member("encoding").and_then(|all| all.member(name));
    let style = |encoding: &SpecValue<'_>| encoding.text_of("style").is_some_and(|style| style != "form");
    encoding.is_some_and(|encoding| {
        encoding.bool_of("explode") == Some(false) || encoding.member("contentType").is_some() || style(&encoding)
    })
}
