//! Parameters: their definitions, their types, and the reading of their values.

use crate::reason::{Objection, Reason};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use edgewrit_shared::grant::attempt;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::number::Number;

/// The place of a parameter among the parameters of its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParamId(pub(super) usize);

/// The parameters of an operation.
#[derive(Debug, Default)]
pub(crate) struct ParamDefinitions(Vec<ParamDefinition>);

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

impl ParamDefinitions {
    /// The id of the parameter that is added next.
    pub(crate) fn next_id(&self) -> ParamId {
        ParamId(self.0.len())
    }

    pub(crate) fn add(&mut self, param: ParamDefinition) {
        self.0.push(param);
    }

    pub(crate) fn get(&self, param: ParamId) -> Option<&ParamDefinition> {
        self.0.get(param.0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ParamId, &ParamDefinition)> {
        (0..).map(ParamId).zip(&self.0)
    }
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
    /// No values yet, for the parameters `params`.
    pub(crate) fn new(params: &ParamDefinitions) -> Self {
        Self(vec![None; params.0.len()])
    }

    /// Sets the value of a parameter.
    pub(crate) fn set(&mut self, param: ParamId, value: attempt::Param) {
        if let Some(place) = self.0.get_mut(param.0) {
            *place = Some(value);
        }
    }

    /// Adds an element to a list parameter. The first element starts the list.
    pub(crate) fn push(&mut self, param: ParamId, element: attempt::Param) {
        match self.0.get_mut(param.0) {
            Some(Some(attempt::Param::List(list))) => list.push(element),
            Some(place) => *place = Some(attempt::Param::List(vec![element])),
            None => {}
        }
    }

    /// The values that were read.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &attempt::Param> {
        self.0.iter().flatten()
    }

    /// The values as a floating-point reader reads them, and the first parameter whose value may
    /// change; `None` if all values stay the same.
    pub(crate) fn in_doubles(&self) -> Option<(ParamId, Self)> {
        let mut first = None;
        let mut values = Self(Vec::new());
        for (param, value) in (0..).map(ParamId).zip(&self.0) {
            if let Some(double) = value.as_ref().and_then(attempt::Param::in_doubles) {
                if first.is_none() {
                    (first, values) = (Some(param), self.clone());
                }
                values.set(param, double);
            }
        }
        Some((first?, values))
    }

    /// The values by name. A missing value of a required parameter is an objection.
    pub(crate) fn into_named(self, params: &ParamDefinitions) -> Result<Vec<(String, attempt::Param)>, Objection> {
        let mut named = Vec::with_capacity(params.0.len());
        for (param, value) in params.0.iter().zip(self.0) {
            match value {
                Some(value) => named.push((param.name.clone(), value)),
                None if param.optional => {}
                None => return Err(Objection::new(Reason::ParamMissing, format!("`{}`", param.name))),
            }
        }
        Ok(named)
    }
}
