//! Parsing of heads: every judged part of a head except its writ.

use crate::config::Config;
use crate::http::head::Head;
use crate::http::headers::Headers;
use crate::http::target::RequestTarget;
use crate::operation::pattern::is_method;
use crate::operation::routes::CapturedValues;
use crate::operation::{CheckedCaptures, Operation};
use crate::reason::{Objection, Reason};
use crate::record::context::{RefusedAttempt, Subject};
use crate::request::attempts::AttemptValues;
use crate::request::body;
use crate::request::draft::Draft;
use crate::request::query::{self, Pairs};
use crate::request::readings::ValueReadings;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

/// A well-formed request head.
#[derive(Debug)]
pub(crate) struct ParsedHead<'h> {
    head: &'h Head<'h>,
    target: RequestTarget<'h>,
    pub(crate) headers: Headers<'h>,
}

/// The first stage of the selection: the operation and the values that a head determines.
#[derive(Debug)]
pub(crate) struct HeadSelection {
    /// The attempt, without the values of the body. If the operation has a selector, the attempts
    /// come from the body alone.
    pub(crate) attempt: AttemptValues,
    pub(crate) draft: Draft,
    /// Most bytes of the body: the announced length, or else the limit of the operation; `None` if
    /// the operation takes no body.
    pub(crate) body_bytes: Option<usize>,
}

impl<'h> ParsedHead<'h> {
    /// Reads method, target and headers, with cheap refusals first.
    pub(crate) fn read(head: &'h Head<'h>, config: &'h Config) -> Result<Self, Objection> {
        if !is_method(head.method) {
            return Err(Reason::Method.into());
        }
        if !config.serves(head.authority) {
            return Err(Objection::new(
                Reason::HostUnknown,
                String::from_utf8_lossy(head.authority),
            ));
        }
        Ok(Self {
            head,
            target: RequestTarget::read(head.target)?,
            headers: Headers::read(head.headers, config.header_names())?,
        })
    }

    /// Finds the operation and reads the parameters in the head.
    pub(crate) fn select(self, config: &Config) -> Result<HeadSelection, RefusedAttempt> {
        let found = config.routes().find(self.head.method, self.target.path())?;
        let operation = config.operation(found.operation).ok_or(Reason::NoOperation);
        let operation = operation.map_err(Objection::from)?;
        let refuse = |resource: Option<&Arc<str>>, objection| RefusedAttempt {
            subject: Some(Subject::new(operation, resource)),
            objection,
        };
        let resource = operation.resource.fill(&found.captures);
        let resource: Arc<str> = resource.map_err(|objection| refuse(None, objection))?.into();
        let read = self.read_values(operation, &found.captures, config);
        let (values, draft, body_bytes) = read.map_err(|objection| refuse(Some(&resource), objection))?;
        Ok(HeadSelection {
            attempt: AttemptValues {
                operation: Arc::clone(operation),
                resource,
                values,
            },
            draft,
            body_bytes,
        })
    }

    /// The parameters in the head, the draft, and the most bytes of the body.
    fn read_values(
        self,
        operation: &Operation,
        captures: &CapturedValues<'_>,
        config: &Config,
    ) -> Result<(ValueReadings, Draft, Option<usize>), Objection> {
        let Self { head, target, headers } = self;
        let captures = operation.check_colons(captures)?;
        let values = read_params(operation, captures, &headers, split_query(operation, &target, config)?)?;
        // The edge does not serve gRPC yet. Hosts answer gRPC requests in another form, and a later
        // refusal would get that form, too.
        if headers.value("content-type").is_some_and(is_grpc) {
            return Err(Reason::ContentType.into());
        }
        body::check_announced(operation, head.has_body, &headers)?;
        let announced = headers.value("content-length").and_then(|length| length.parse().ok());
        let shadowed = &operation.upstream.credential.shadowed;
        let draft = Draft {
            method: head.method.to_string(),
            target: target.outgoing()?,
            headers: headers.into_passing(operation.body.is_some(), &operation.headers, shadowed),
            body: None,
            reserved: None,
        };
        let body_bytes = operation.body.as_ref().map(|body| announced.unwrap_or(body.limit));
        Ok((values, draft, body_bytes))
    }
}

/// The names and values of the query, if there is a query.
fn split_query<'p>(
    operation: &'p Operation,
    target: &RequestTarget<'p>,
    config: &Config,
) -> Result<Option<Pairs<'p>>, Objection> {
    let Some(text) = target.query() else { return Ok(None) };
    let pairs = Pairs {
        text,
        names: &operation.query,
        reasons: &query::QUERY,
    };
    pairs.check_count(config.pieces_max())?;
    Ok(Some(pairs))
}

/// Whether a type begins with the type of gRPC, such as the types of gRPC-Web.
fn is_grpc(content_type: &str) -> bool {
    const GRPC: &str = "application/grpc";
    content_type
        .get(..GRPC.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(GRPC))
}

/// The parameters of a head, in every reading.
fn read_params(
    operation: &Operation,
    captures: CheckedCaptures<'_, '_>,
    headers: &Headers<'_>,
    query: Option<Pairs<'_>>,
) -> Result<ValueReadings, Objection> {
    let mut values = operation.read_captures(captures)?;
    for (name, param) in &operation.header_params {
        if let Some(text) = headers.value(name) {
            operation.read_param(*param, text.to_string(), &mut values)?;
        }
    }
    let (first, second) = match query {
        Some(pairs) => pairs.read(operation, values)?,
        None => (values, None),
    };
    Ok(ValueReadings {
        first,
        others: second.into_iter().collect(),
        differ: Reason::QueryPlus,
    })
}
