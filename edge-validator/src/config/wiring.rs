//! What an operation takes from where, collected while it is read.

use super::source::Source;
use crate::operation::param::{Kind, Param};
use crate::operation::shape::Shape;
use crate::operation::{Names, Use};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Parameters and where they come from.
#[derive(Debug, Default)]
pub(super) struct Wiring {
    pub(super) params: Vec<Param>,
    /// By capture: what it is for besides the resource.
    pub(super) captures: Vec<(usize, Use)>,
    pub(super) query: Names,
    pub(super) headers: Vec<(Arc<str>, usize)>,
    pub(super) body: Option<Shape>,
    pub(super) form: Names,
}

impl Wiring {
    /// Adds a parameter. Errors are messages for people.
    pub(super) fn param(&mut self, param: Param, source: Source, captures: Option<&[String]>) -> Result<(), String> {
        let body = matches!(source, Source::Body(_));
        if param.kind == Kind::List && (!body || source.is_many()) {
            return Err("expected a list from a JSON body, and without `*`, which makes a list by itself".into());
        }
        if param.list && !matches!(source, Source::Query(_) | Source::Form(_)) {
            return Err("`list` is for `query.` and `form.`, where a name may come several times".into());
        }
        self.connect(source, Use::Param(self.params.len()), captures)?;
        self.params.push(param);
        Ok(())
    }

    /// Adds something that may be there and is not judged. Errors are messages for people.
    pub(super) fn ignore(&mut self, source: Source, captures: Option<&[String]>) -> Result<(), String> {
        self.connect(source, Use::Ignore, captures)
    }

    fn connect(&mut self, source: Source, purpose: Use, captures: Option<&[String]>) -> Result<(), String> {
        let free = match (source, purpose) {
            (Source::Query(name), _) => self.query.add(name, purpose),
            (Source::Form(name), _) => self.form.add(name, purpose),
            (Source::Path(name), _) => {
                let Some(captures) = captures else { return Ok(()) };
                let index = captures.iter().position(|own| *own == name);
                let index = index.ok_or_else(|| format!("`{name}` is not captured by `match`"))?;
                let free = !self.captures.iter().any(|(own, _)| *own == index);
                self.captures.push((index, purpose));
                free
            }
            (Source::Header(name), Use::Param(index)) => {
                let free = !self.headers.iter().any(|(own, _)| **own == *name);
                self.headers.push((name.into(), index));
                free
            }
            (Source::Header(name), Use::Ignore) => {
                return Err(format!(
                    "`header.{name}` is not sent unless `headers` names it, so there is nothing to ignore"
                ));
            }
            (Source::Body(steps), _) => match &mut self.body {
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
