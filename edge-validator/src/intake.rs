//! Taking in a request's head: everything up to the parameters that it holds, cheap refusals first.

use crate::body;
use crate::case::Case;
use crate::config::Config;
use crate::decide::{Readings, agree};
use crate::head::Head;
use crate::headers::Headers;
use crate::operation::Operation;
use crate::operation::param::Values;
use crate::operation::pattern::is_method;
use crate::permit::Draft;
use crate::query::{self, Plus};
use crate::reason::{self, Objection};
use crate::step::World;
use crate::target::Target;
use crate::writ::{self, Writ};
use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::sync::Arc;

/// A request whose writ counts and whose operation is known.
#[derive(Debug)]
pub(crate) struct Request {
    /// The configuration that the request began with, and ends with, whatever is reloaded meanwhile.
    pub(crate) config: Arc<Config>,
    pub(crate) writ: Arc<Writ>,
    pub(crate) operation: Arc<Operation>,
    pub(crate) resource: Arc<str>,
    pub(crate) readings: Readings,
    pub(crate) draft: Draft,
}

/// Takes in `head`; `case` learns what is found out, refused or not.
pub(crate) fn take(head: &Head<'_>, world: &World<'_>, case: &mut Case) -> Result<Request, Objection> {
    let config = world.config;
    if !is_method(head.method) {
        return Err(reason::METHOD.into());
    }
    let target = Target::read(head.target)?;
    let headers = Headers::read(head.headers, config.header_names())?;
    let writ = writ::verify(writ::bearer(&headers)?, config, world)?;
    case.writ = Some(Arc::clone(&writ));
    let found = config.routes().find(head.method, target.path())?;
    let operation = Arc::clone(config.operation(found.operation).ok_or(reason::NO_OPERATION)?);
    case.operation = Some(Arc::clone(&operation));
    let resource: Arc<str> = operation.resource.fill(&found.captures)?.into();
    case.resource = Some(Arc::clone(&resource));
    let readings = readings(&operation, &found.captures, &headers, target.query())?;
    body::expected(&operation, head.has_body, &headers)?;
    let shadowed = &operation.upstream.credential.shadowed;
    let draft = Draft {
        method: head.method.to_string(),
        target: target.text().to_string(),
        headers: headers.passing(operation.body.is_some(), &operation.headers, shadowed),
        body: None,
    };
    Ok(Request {
        config: Arc::clone(config),
        writ,
        operation,
        resource,
        readings,
        draft,
    })
}

/// The parameters that a head holds; in two readings if the query holds a `+` and it makes a difference.
fn readings(
    operation: &Operation,
    captures: &[Cow<'_, str>],
    headers: &Headers<'_>,
    query: Option<&str>,
) -> Result<Readings, Objection> {
    let mut values = Values::new(operation.params.len());
    for (capture, param) in &operation.captures {
        if let Some(text) = captures.get(*capture) {
            operation.read_text(*param, text.to_string(), &mut values)?;
        }
    }
    for (name, param) in &operation.header_params {
        if let Some(text) = headers.value(name) {
            operation.read_text(*param, text.to_string(), &mut values)?;
        }
    }
    let read = |plus: Plus, mut values: Values| query::read(query, plus, operation, &mut values).map(|()| values);
    if !query.is_some_and(|query| query.contains('+')) {
        let first = read(Plus::Plus, values)?;
        return Ok(Readings { first, second: None });
    }
    match (read(Plus::Space, values.clone()), read(Plus::Plus, values)) {
        (Ok(first), Ok(second)) => Ok(Readings {
            second: (first != second).then_some(second),
            first,
        }),
        (first, second) => agree(first, second).map(|first| Readings { first, second: None }),
    }
}
