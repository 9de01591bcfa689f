//! Parameters: their definitions, their types, and the reading of their values.

use crate::reason::{self, Objection};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use edgewrit_shared::grant::attempt;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::number::Number;

/// The definition of a parameter of an operation.
#[derive(Debug)]
pub(crate) struct ParamDefinition {
    pub(crate) name: String,
    pub(crate) kind: DeclaredType,
    pub(crate) optional: bool,
    /// Whether a name in the query or form may repeat. The value is then a list of all values.
    pub(crate) list: bool,
}

/// The type that an operation declares for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeclaredType {
    Text,
    Integer,
    Number,
    Boolean,
    /// A JSON array of texts, numbers and truth values.
    List,
}

impl DeclaredType {
    /// All types by their names in the configuration.
    pub(crate) const ALL: [(&str, Self); 5] = [
        ("text", Self::Text),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("list", Self::List),
    ];

    /// The value of text: numbers by the JSON grammar (RFC 8259, section 6), integers without
    /// fraction or exponent (some readers read `50e-1` as 50), `true` and `false`.
    pub(crate) fn of_text(self, text: String) -> Option<attempt::Param> {
        match self {
            Self::Text => Some(attempt::Param::Text(text)),
            Self::Integer if text.contains(['.', 'e', 'E']) => None,
            Self::Integer | Self::Number => Number::parse(&text).map(attempt::Param::Number),
            Self::Boolean => match text.as_str() {
                "true" => Some(attempt::Param::Bool(true)),
                "false" => Some(attempt::Param::Bool(false)),
                _ => None,
            },
            Self::List => None,
        }
    }

    /// The value of JSON, without conversions. `null` is no value. Text with a NUL is no value,
    /// because some readers end the text there; a query cannot have a NUL either.
    pub(crate) fn of_json(self, json: Json) -> Option<attempt::Param> {
        match (self, json) {
            (Self::Text, Json::Text(text)) if !text.contains('\0') => Some(attempt::Param::Text(text)),
            (Self::Integer, Json::Number(number)) if number.is_integer() => Some(attempt::Param::Number(number)),
            (Self::Number, Json::Number(number)) => Some(attempt::Param::Number(number)),
            (Self::Boolean, Json::Bool(value)) => Some(attempt::Param::Bool(value)),
            (Self::List, Json::List(items)) => items
                .into_iter()
                .map(scalar)
                .collect::<Option<_>>()
                .map(attempt::Param::List),
            _ => None,
        }
    }
}

fn scalar(json: Json) -> Option<attempt::Param> {
    match json {
        Json::Text(text) if !text.contains('\0') => Some(attempt::Param::Text(text)),
        Json::Number(number) => Some(attempt::Param::Number(number)),
        Json::Bool(value) => Some(attempt::Param::Bool(value)),
        Json::Text(_) | Json::Null | Json::List(_) | Json::Object(_) => None,
    }
}

/// The values of the parameters of an operation that were read so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParamValues(Vec<Option<attempt::Param>>);

impl ParamValues {
    /// No values yet, for `count` parameters.
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![None; count])
    }

    /// Sets the value of the parameter with this index.
    pub(crate) fn set(&mut self, index: usize, value: attempt::Param) {
        if let Some(place) = self.0.get_mut(index) {
            *place = Some(value);
        }
    }

    /// Adds an element to the list parameter with this index. The first element starts the list.
    pub(crate) fn push(&mut self, index: usize, element: attempt::Param) {
        match self.0.get_mut(index) {
            Some(Some(attempt::Param::List(list))) => list.push(element),
            Some(place) => *place = Some(attempt::Param::List(vec![element])),
            None => {}
        }
    }

    /// The values that were read.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &attempt::Param> {
        self.0.iter().flatten()
    }

    /// The values as a floating-point reader reads them, and the index of the first value that may
    /// change; `None` if all values stay the same.
    pub(crate) fn in_doubles(&self) -> Option<(usize, Self)> {
        let mut first = None;
        let mut values = Self(Vec::new());
        for (index, value) in self.0.iter().enumerate() {
            if let Some(double) = value.as_ref().and_then(attempt::Param::in_doubles) {
                if first.is_none() {
                    (first, values) = (Some(index), self.clone());
                }
                values.set(index, double);
            }
        }
        Some((first?, values))
    }

    /// The values by name. A missing value of a required parameter is an objection.
    pub(crate) fn into_named(self, params: &[ParamDefinition]) -> Result<Vec<(String, attempt::Param)>, Objection> {
        let mut named = Vec::with_capacity(params.len());
        for (param, value) in params.iter().zip(self.0) {
            match value {
                Some(value) => named.push((param.name.clone(), value)),
                None if param.optional => {}
                None => return Err(reason::PARAM_MISSING.with_detail(format!("`{}`", param.name))),
            }
        }
        Ok(named)
    }
}
