//! Schemas, as far as an operation can say what they say: scalars, lists, objects. Restrictions of
//! values are left to grants and the API.

use super::spec::SpecValue;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::text::shortened;
use std::cell::Cell;
use std::collections::BTreeSet;

/// Values of a list of them that are shown: more are not.
pub(super) const VALUES: usize = 12;
/// Longest of them that is shown in full, in bytes.
const VALUE_BYTES: usize = 256;
/// Schemas that are looked through for one, by `allOf`, `oneOf` and `anyOf`.
const SCHEMAS: u32 = 256;

/// The shape of a value.
#[derive(Debug)]
pub(super) enum SchemaShape<'d> {
    /// A scalar of a type of the edge.
    Scalar(&'static str),
    /// A scalar of several types.
    Scalars,
    /// A list of elements of one schema.
    List(SpecValue<'d>),
    Object(ObjectSchema<'d>),
    /// Alternatives that differ.
    Alternatives,
    /// Nothing says.
    Untyped,
    /// A reference that is not followed, and why.
    Lost(String),
}

/// The members of an object.
#[derive(Debug, Default)]
pub(super) struct ObjectSchema<'d> {
    pub(super) members: Vec<(&'d str, SpecValue<'d>)>,
    names: BTreeSet<&'d str>,
    pub(super) required: BTreeSet<&'d str>,
    /// Whether it is said to have others.
    pub(super) is_open: bool,
    /// Whether there are alternatives beside these.
    pub(super) has_alternatives: bool,
}

/// A schema.
#[derive(Debug)]
pub(super) struct Schema<'d> {
    pub(super) shape: SchemaShape<'d>,
    pub(super) is_nullable: bool,
    pub(super) is_read_only: bool,
    /// The values that it may have, if they are listed.
    pub(super) values: Vec<String>,
}

impl<'d> Schema<'d> {
    pub(super) fn read(at: SpecValue<'d>) -> Self {
        let at = match at.resolve() {
            Ok(at) => at,
            Err(message) => return Self::of(SchemaShape::Lost(message)),
        };
        let values = at.items("enum").into_iter().chain(at.member("const"));
        Self {
            is_nullable: at.bool_of("nullable") == Some(true) || types(&at).1 || alternatives(&at).1,
            is_read_only: at.bool_of("readOnly") == Some(true),
            values: values
                .filter_map(|value| value.text().map(|text| shortened(text, VALUE_BYTES).into_owned()))
                .take(VALUES + 1)
                .collect(),
            shape: shape(&at, &Cell::new(SCHEMAS)),
        }
    }

    fn of(shape: SchemaShape<'d>) -> Self {
        Self {
            shape,
            is_nullable: false,
            is_read_only: false,
            values: Vec::new(),
        }
    }
}

/// Counts a schema that is looked at.
fn one_more<'d>(left: &Cell<u32>) -> Result<(), SchemaShape<'d>> {
    let Some(rest) = left.get().checked_sub(1) else {
        return Err(SchemaShape::Lost("schemas in schemas, without an end".to_owned()));
    };
    left.set(rest);
    Ok(())
}

fn resolved<'d>(at: SpecValue<'d>, left: &Cell<u32>) -> SchemaShape<'d> {
    match at.resolve() {
        Ok(at) => shape(&at, left),
        Err(message) => SchemaShape::Lost(message),
    }
}

fn shape<'d>(at: &SpecValue<'d>, left: &Cell<u32>) -> SchemaShape<'d> {
    if let Err(lost) = one_more(left) {
        return lost;
    }
    let (types, _) = types(at);
    match types.as_slice() {
        [one] => typed(one, at, left),
        [] => untyped(at, left),
        several if several.iter().all(|one| scalar(one).is_some()) => SchemaShape::Scalars,
        _ => SchemaShape::Alternatives,
    }
}

/// The types of `type` other than `null`, and whether `null` is one of them.
fn types<'d>(at: &SpecValue<'d>) -> (Vec<&'d str>, bool) {
    let one = at.text_of("type").into_iter();
    let all: Vec<_> = one.chain(at.items("type").iter().filter_map(SpecValue::text)).collect();
    let (nulls, types): (Vec<_>, Vec<_>) = all.into_iter().partition(|name| *name == "null");
    (types, !nulls.is_empty())
}

fn scalar(name: &str) -> Option<&'static str> {
    match name {
        "string" => Some("text"),
        "integer" => Some("integer"),
        "number" => Some("number"),
        "boolean" => Some("boolean"),
        _ => None,
    }
}

fn typed<'d>(name: &str, at: &SpecValue<'d>, left: &Cell<u32>) -> SchemaShape<'d> {
    match (scalar(name), name) {
        (Some(kind), _) => SchemaShape::Scalar(kind),
        (None, "array") => list(at),
        (None, "object") => object(at, left),
        (None, _) => SchemaShape::Untyped,
    }
}

fn list<'d>(at: &SpecValue<'d>) -> SchemaShape<'d> {
    match at.member("items") {
        Some(items) if at.member("prefixItems").is_none() => SchemaShape::List(items),
        _ => SchemaShape::Untyped,
    }
}

/// Without `type`, other members tell.
fn untyped<'d>(at: &SpecValue<'d>, left: &Cell<u32>) -> SchemaShape<'d> {
    if at.member("properties").is_some() || at.member("additionalProperties").is_some() {
        return object(at, left);
    }
    if at.member("items").is_some() {
        return list(at);
    }
    let all = at.items("allOf");
    let (some, _) = alternatives(at);
    match (all.is_empty(), some.is_empty()) {
        (false, _) => together(at, all, left),
        (true, false) => either(some, left),
        (true, true) => of_values(at),
    }
}

/// The shape of the values of `enum` and `const`.
fn of_values<'d>(at: &SpecValue<'d>) -> SchemaShape<'d> {
    let values = at.items("enum").into_iter().chain(at.member("const"));
    let kinds = values.filter_map(|value| match value.json {
        Json::Text(_) => Some("text"),
        Json::Number(number) if number.is_integer() => Some("integer"),
        Json::Number(_) => Some("number"),
        Json::Bool(_) => Some("boolean"),
        Json::Null => None,
        Json::List(_) | Json::Object(_) => Some(""),
    });
    same(kinds)
}

/// The shape of a scalar of one type or of several.
fn same<'d>(kinds: impl Iterator<Item = &'static str>) -> SchemaShape<'d> {
    let kinds: BTreeSet<_> = kinds.collect();
    let mut all = kinds.iter();
    match (all.next(), all.next()) {
        (None, _) => SchemaShape::Untyped,
        _ if kinds.contains("") => SchemaShape::Alternatives,
        (Some(kind), None) => SchemaShape::Scalar(kind),
        (Some(_), Some(_)) => SchemaShape::Scalars,
    }
}

/// `oneOf` and `anyOf` but for `null`, and whether that is among them.
fn alternatives<'d>(at: &SpecValue<'d>) -> (Vec<SpecValue<'d>>, bool) {
    let all = at.items("oneOf").into_iter().chain(at.items("anyOf"));
    let (nulls, some): (Vec<_>, Vec<_>) = all.partition(|one| one.text_of("type") == Some("null"));
    (some, !nulls.is_empty())
}

fn either<'d>(some: Vec<SpecValue<'d>>, left: &Cell<u32>) -> SchemaShape<'d> {
    let mut shapes: Vec<_> = some.into_iter().map(|one| resolved(one, left)).collect();
    if shapes.len() == 1 {
        return shapes.pop().unwrap_or(SchemaShape::Untyped);
    }
    let kinds: Option<Vec<_>> = shapes.iter().map(scalar_of).collect();
    kinds.map_or(SchemaShape::Alternatives, |kinds| same(kinds.into_iter()))
}

fn scalar_of(shape: &SchemaShape<'_>) -> Option<&'static str> {
    match shape {
        SchemaShape::Scalar(kind) => Some(kind),
        _ => None,
    }
}

/// `allOf`: an object if one of them is, and otherwise the first that says something.
fn together<'d>(at: &SpecValue<'d>, all: Vec<SpecValue<'d>>, left: &Cell<u32>) -> SchemaShape<'d> {
    let mut shapes = all.into_iter().map(|one| resolved(one, left));
    match shapes.find(|shape| !matches!(shape, SchemaShape::Untyped)) {
        Some(SchemaShape::Object(_)) => object(at, left),
        Some(shape) => shape,
        None => SchemaShape::Untyped,
    }
}

fn object<'d>(at: &SpecValue<'d>, left: &Cell<u32>) -> SchemaShape<'d> {
    let mut object = ObjectSchema::default();
    match gather(at, &mut object, left) {
        Ok(()) => SchemaShape::Object(object),
        Err(shape) => shape,
    }
}

/// Adds the members that `at` has by itself and by `allOf`.
fn gather<'d>(at: &SpecValue<'d>, object: &mut ObjectSchema<'d>, left: &Cell<u32>) -> Result<(), SchemaShape<'d>> {
    for (name, member) in at.member("properties").iter().flat_map(SpecValue::members) {
        if object.names.insert(name) {
            object.members.push((name, member));
        }
    }
    object
        .required
        .extend(at.items("required").iter().filter_map(SpecValue::text));
    let more = at
        .member("additionalProperties")
        .filter(|more| *more.json != Json::Bool(false));
    object.is_open |= more.is_some() || at.member("patternProperties").is_some();
    object.has_alternatives |= !alternatives(at).0.is_empty();
    one_more(left)?;
    for part in at.items("allOf") {
        gather(&part.resolve().map_err(SchemaShape::Lost)?, object, left)?;
    }
    Ok(())
}
