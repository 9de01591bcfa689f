//! The sources of the parameters of one operation, collected while the operation is read.

use super::source::ValueSource;
use crate::operation::param::{DeclaredType, ParamDefinition, ParamDefinitions, ParamId};
use crate::operation::pattern::{CaptureId, CaptureNames};
use crate::operation::shape::Shape;
use crate::operation::{FieldNames, Selector, ValueUse};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The parameters of an operation and their sources.
#[derive(Debug, Default)]
pub(super) struct Wiring {
    pub(super) params: ParamDefinitions,
    /// The uses of captures besides the resource.
    pub(super) captures: Vec<(CaptureId, ValueUse)>,
    pub(super) query: FieldNames,
    pub(super) headers: Vec<(Arc<str>, ParamId)>,
    pub(super) body: Option<Shape>,
    pub(super) form: FieldNames,
    /// The second stage of the selection. No key of the configuration makes one yet.
    pub(super) selector: Option<Selector>,
}

impl Wiring {
    /// Adds a parameter. An error is a message for the operator.
    pub(super) fn add_param(
        &mut self,
        param: ParamDefinition,
        source: ValueSource,
        captures: Option<&CaptureNames>,
    ) -> Result<(), String> {
        let body = matches!(source, ValueSource::Body(_));
        if param.kind == DeclaredType::List && (!body || source.is_repeated()) {
            return Err("expected a list from a JSON body, and without `*`, which makes a list by itself".into());
        }
        if param.list && !matches!(source, ValueSource::Query(_) | ValueSource::Form(_)) {
            return Err("`list` is for `query.` and `form.`, where a name may come several times".into());
        }
        self.connect(source, ValueUse::Param(self.params.next_id()), captures)?;
        self.params.add(param);
        Ok(())
    }

    /// Adds a value that a request may have and that is not judged. An error is a message for the
    /// operator.
    pub(super) fn add_ignored(&mut self, source: ValueSource, captures: Option<&CaptureNames>) -> Result<(), String> {
        self.connect(source, ValueUse::Ignore, captures)
    }

    fn connect(
        &mut self,
        source: ValueSource,
        purpose: ValueUse,
        captures: Option<&CaptureNames>,
    ) -> Result<(), String> {
        let free = match (source, purpose) {
            (ValueSource::Query(name), _) => self.query.add(name, purpose),
            (ValueSource::Form(name), _) => self.form.add(name, purpose),
            (ValueSource::Path(name), _) => {
                let Some(captures) = captures else { return Ok(()) };
                let capture = captures.find(&name);
                let capture = capture.ok_or_else(|| format!("`{name}` is not captured by `match`"))?;
                let free = !self.captures.iter().any(|(own, _)| *own == capture);
                self.captures.push((capture, purpose));
                free
            }
            (ValueSource::Header(name), ValueUse::Param(param)) => {
                let free = !self.headers.iter().any(|(own, _)| **own == *name);
                self.headers.push((name.into(), param));
                free
            }
            (ValueSource::Header(name), ValueUse::Ignore) => {
                return Err(format!(
                    "`header.{name}` is not sent unless `headers` names it, so there is nothing to ignore"
                ));
            }
            (ValueSource::Body(steps), _) => match &mut self.body {
                Some(shape) => shape.add(&steps, purpose).map(|()| true)?,
                None => {
                    self.body = Some(Shape::of(&steps, purpose));
                    true
                }
            },
        };
        if free {
            Ok(())
        } else {
            Err("another `params` or `ignore` names the same place".into())
        }
    }
}
