//! Operations: rows of the table that turns requests into attempts.

mod names;
pub(crate) mod param;
pub(crate) mod pattern;
pub(crate) mod routes;
pub(crate) mod shape;
pub(crate) mod template;

use crate::config::Upstream;
use crate::reason::{Objection, Reason};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
pub(crate) use names::{FieldName, FieldNames};
use param::{DeclaredType, ParamDefinitions, ParamId, ParamValues};
use pattern::CaptureId;
use routes::CapturedValues;
use shape::Shape;
use template::ResourceTemplate;

/// One compiled operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The operation as the configuration writes it, such as `GET /customers/{id}`.
    pub(crate) name: String,
    pub(crate) upstream: Arc<Upstream>,
    /// The action of an attempt at this operation. A request whose body selects operations attempts
    /// the actions of those operations and not this one.
    pub(crate) action: String,
    pub(crate) resource: ResourceTemplate,
    pub(crate) params: ParamDefinitions,
    /// Captures that are parameters.
    pub(crate) captures: Vec<(CaptureId, ParamId)>,
    /// The names that a query may have.
    pub(crate) query: FieldNames,
    /// Headers that are parameters.
    pub(crate) header_params: Vec<(Arc<str>, ParamId)>,
    /// Headers that pass in addition to [`crate::http::headers::PASS`], sorted.
    pub(crate) headers: Vec<Arc<str>>,
    /// The required form of a body; `None` if the operation takes no body.
    pub(crate) body: Option<Body>,
    /// Whether the `cache-control` of the upstream reaches the client.
    pub(crate) caches: bool,
    /// Whether captured values may contain a `:`.
    pub(crate) colon: bool,
}

/// Captured values that [`Operation::check_colons`] has checked. Every selection needs them for the
/// values of its attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedCaptures<'c, 'p>(&'c CapturedValues<'p>);

impl Operation {
    /// The selector, if the body of a request selects its operations.
    pub(crate) fn selector(&self) -> Option<&Selector> {
        match &self.body {
            Some(Body {
                content: Content::Selected(selector),
                ..
            }) => Some(selector),
            _ => None,
        }
    }

    /// Checks that captured values contain no `:`, unless the operation allows it. Many upstreams
    /// route by the text after a colon: `/topics/x:delete`, encoded or not, is the operation
    /// `delete`.
    pub(crate) fn check_colons<'c, 'p>(
        &self,
        captures: &'c CapturedValues<'p>,
    ) -> Result<CheckedCaptures<'c, 'p>, Objection> {
        match captures.iter().find(|value| !self.colon && value.contains(':')) {
            Some(value) => Err(Objection::new(Reason::CaptureColon, format!("`{value}`"))),
            None => Ok(CheckedCaptures(captures)),
        }
    }

    /// The values of the parameters that are captures.
    pub(crate) fn read_captures(&self, captures: CheckedCaptures<'_, '_>) -> Result<ParamValues, Objection> {
        let mut values = ParamValues::new(&self.params);
        for (capture, param) in &self.captures {
            if let Some(text) = captures.0.get(*capture) {
                self.read_param(*param, text.into(), &mut values)?;
            }
        }
        Ok(values)
    }

    /// Reads the value of a parameter from text.
    pub(crate) fn read_param(&self, param: ParamId, text: String, values: &mut ParamValues) -> Result<(), Objection> {
        let value = self.declared_type(param).and_then(|kind| kind.of_text(text));
        let value = value.ok_or_else(|| self.param_objection(Reason::ParamType, param))?;
        if self.is_list(param) {
            values.push(param, value);
        } else {
            values.set(param, value);
        }
        Ok(())
    }

    /// An objection to a parameter.
    pub(crate) fn param_objection(&self, reason: Reason, param: ParamId) -> Objection {
        let param = self.params.get(param);
        Objection::new(
            reason,
            format!("`{}`", param.map(|param| param.name.as_str()).unwrap_or_default()),
        )
    }

    /// Whether a parameter is a list.
    pub(crate) fn is_list(&self, param: ParamId) -> bool {
        self.params.get(param).is_some_and(|param| param.list)
    }

    /// The type of a parameter.
    pub(crate) fn declared_type(&self, param: ParamId) -> Option<DeclaredType> {
        self.params.get(param).map(|param| param.kind)
    }
}

/// The use of a name in the query or of a value in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueUse {
    /// The value of a parameter.
    Param(ParamId),
    /// A value that is not judged.
    Ignore,
}

/// The body that an operation takes.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) limit: usize,
    pub(crate) content: Content,
}

/// The content of a body.
#[derive(Debug)]
pub(crate) enum Content {
    /// JSON of this shape.
    Json(Shape),
    /// Names and values of an HTML form.
    Form(FieldNames),
    /// A document that names operations and their parameters.
    Selected(Selector),
}

/// The second stage of the selection of operations, for protocols whose bodies name the actions:
/// the operations of one protocol. No shipped protocol exists yet.
#[derive(Debug)]
pub(crate) enum Selector {
    /// The protocol of the tests.
    #[cfg(test)]
    Batch(BatchOperations),
}

/// The operations of the protocol of the tests, by their routes.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct BatchOperations {
    pub(crate) routes: routes::Routes,
    pub(crate) operations: Vec<Arc<Operation>>,
}

impl Content {
    /// The media type in `content-type`.
    pub(crate) const fn media_type(&self) -> &'static str {
        match self {
            Self::Json(_) | Self::Selected(_) => "application/json",
            Self::Form(_) => "application/x-www-form-urlencoded",
        }
    }
}
