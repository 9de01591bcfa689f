//! A read-only view of the operations: every attempt that a request can make.

use crate::config::Config;
use crate::operation::param::{DeclaredType, ParamId};
use crate::operation::template::ResourceTemplatePiece;
use crate::operation::{Content, Operation};
use alloc::vec::Vec;
use edgewrit_shared::grant::ParamType;

/// One operation of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'c>(&'c Operation);

/// A piece of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourcePiece<'c> {
    /// Literal text.
    Text(&'c str),
    /// The value of the capture of this name. The value is not empty and contains none of
    /// [`Row::not_captured`].
    Capture(&'c str),
}

/// A parameter that an operation may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'c> {
    /// The name of the parameter in rules.
    pub name: &'c str,
    /// The type of the value.
    pub value: ParamType,
    /// Whether a request may omit the parameter.
    pub optional: bool,
    /// The part of a request that contains the parameter.
    pub source: ParamLocation,
}

/// A part of a request that can contain a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamLocation {
    /// The path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// The body.
    Body,
}

/// A character that a captured value contains only if the operation allows it.
const COLON: char = ':';

/// Characters that a captured value never contains. A captured value is one segment, and neither
/// character may be encoded in a path.
const NOT_IN_SEGMENTS: [char; 2] = ['/', '\\'];

impl Config {
    /// The operations, in the order of the configuration.
    pub fn operations(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows().iter().map(|operation| Row(operation))
    }
}

impl<'c> Row<'c> {
    /// The operation as the configuration writes it, such as `GET /customers/{id}`.
    #[must_use]
    pub fn name(&self) -> &'c str {
        &self.0.name
    }

    /// The action that a matching request attempts.
    #[must_use]
    pub fn action(&self) -> &'c str {
        &self.0.action
    }

    /// The resource that a matching request attempts the action on.
    pub fn resource(&self) -> impl Iterator<Item = ResourcePiece<'c>> + use<'c> {
        let name = self.name();
        self.0.resource.pieces().iter().map(move |piece| match piece {
            ResourceTemplatePiece::Text(text) => ResourcePiece::Text(text),
            ResourceTemplatePiece::Capture(capture) => {
                ResourcePiece::Capture(capture.find_name(name).unwrap_or_default())
            }
        })
    }

    /// Characters that no captured value contains.
    #[must_use]
    pub fn not_captured(&self) -> Vec<char> {
        let separators = self.0.resource.separators().iter().copied();
        let colon = (!self.0.colon).then_some(COLON);
        separators.chain(colon).chain(NOT_IN_SEGMENTS).collect()
    }

    /// Every parameter that the operation may send.
    pub fn params(&self) -> impl Iterator<Item = Field<'c>> + use<'c> {
        let operation = self.0;
        operation.params.iter().map(move |(id, param)| Field {
            name: &param.name,
            value: value(operation, id, param.kind),
            optional: param.optional,
            source: source(operation, id),
        })
    }
}

fn value(operation: &Operation, param: ParamId, kind: DeclaredType) -> ParamType {
    let is_many = operation
        .body
        .as_ref()
        .is_some_and(|body| matches!(&body.content, Content::Json(shape) if shape.list_params().contains(&param)));
    match kind {
        _ if is_many || operation.is_list(param) => ParamType::List,
        DeclaredType::Text => ParamType::Text,
        DeclaredType::Integer | DeclaredType::Number => ParamType::Number,
        DeclaredType::Boolean => ParamType::Bool,
        DeclaredType::List => ParamType::List,
    }
}

fn source(operation: &Operation, param: ParamId) -> ParamLocation {
    if operation.captures.iter().any(|(_, own)| *own == param) {
        ParamLocation::Path
    } else if operation.query.contains_param(param) {
        ParamLocation::Query
    } else if operation.header_params.iter().any(|(_, own)| *own == param) {
        ParamLocation::Header
    } else {
        ParamLocation::Body
    }
}
