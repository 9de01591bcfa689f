//! Operations: rows of the table that turns requests into attempts.

pub(crate) mod param;
pub(crate) mod pattern;
pub(crate) mod routes;
pub(crate) mod shape;
pub(crate) mod template;

use crate::config::Upstream;
use crate::reason::{self, Objection, Reason};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use param::{Kind, Param, Values};
use shape::Shape;
use template::Template;

/// One operation, compiled.
#[derive(Debug)]
pub(crate) struct Operation {
    /// As it is written, such as `GET /customers/{id}`.
    pub(crate) name: String,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) action: String,
    pub(crate) resource: Template,
    pub(crate) params: Vec<Param>,
    /// Captures that are parameters: index of the capture, index of the parameter.
    pub(crate) captures: Vec<(usize, usize)>,
    /// Names that may stand in the query, sorted.
    pub(crate) query: Vec<(String, Use)>,
    /// Headers that are parameters.
    pub(crate) header_params: Vec<(Arc<str>, usize)>,
    /// Headers that pass in addition to [`crate::headers::PASS`], sorted.
    pub(crate) headers: Vec<Arc<str>>,
    /// What a body must look like; without it the operation takes none.
    pub(crate) body: Option<Body>,
    /// Whether the upstream's `cache-control` reaches the client.
    pub(crate) caches: bool,
}

impl Operation {
    /// What the query's `name` is for; `None` if it is unknown.
    pub(crate) fn query_use(&self, name: &str) -> Option<Use> {
        let place = self.query.binary_search_by(|(own, _)| own.as_str().cmp(name)).ok()?;
        self.query.get(place).map(|(_, purpose)| *purpose)
    }

    /// Reads the value of the parameter with this index from text.
    pub(crate) fn read_text(&self, index: usize, text: String, values: &mut Values) -> Result<(), Objection> {
        let value = self.kind(index).and_then(|kind| kind.of_text(text));
        values.set(index, value.ok_or_else(|| self.object(reason::PARAM_TYPE, index))?);
        Ok(())
    }

    /// An objection to the parameter with this index.
    pub(crate) fn object(&self, reason: Reason, index: usize) -> Objection {
        let param = self.params.get(index);
        reason.because(format!(
            "`{}`",
            param.map(|param| param.name.as_str()).unwrap_or_default()
        ))
    }

    /// The type of the parameter with this index.
    pub(crate) fn kind(&self, param: usize) -> Option<Kind> {
        self.params.get(param).map(|param| param.kind)
    }
}

/// What a name in the query or a value of the body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// The parameter with this index.
    Param(usize),
    /// Nothing that is judged.
    Ignore,
}

/// The body that an operation takes. Form bodies will be a second kind beside the shape of JSON.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) limit: usize,
    pub(crate) shape: Shape,
}
