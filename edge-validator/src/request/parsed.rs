//! The parsed request: every judged part of a request except its writ.

use crate::config::Config;
use crate::http::head::Head;
use crate::http::headers::Headers;
use crate::http::target::RequestTarget;
use crate::operation::Operation;
use crate::operation::param::ParamValues;
use crate::operation::pattern::is_method;
use crate::operation::routes::CapturedValues;
use crate::reason::{Objection, Reason};
use crate::record::context::Subject;
use crate::request::body;
use crate::request::body::BodyRead;
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

/// The parsed request, as far as its head determines it.
#[derive(Debug)]
pub(crate) struct ParsedRequest {
    pub(crate) operation: Arc<Operation>,
    pub(crate) resource: Arc<str>,
    pub(crate) readings: ValueReadings,
    pub(crate) draft: Draft,
    /// Most names and values in a form.
    pieces_max: usize,
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

    /// Finds the operation and reads the parameters in the head. `subject` gets each fact as soon
    /// as it is known, even if the request is refused.
    pub(crate) fn into_request(self, config: &Config, subject: &mut Subject) -> Result<ParsedRequest, Objection> {
        let Self { head, target, headers } = self;
        let found = config.routes().find(head.method, target.path())?;
        let operation = Arc::clone(config.operation(found.operation).ok_or(Reason::NoOperation)?);
        subject.operation = Some(Arc::clone(&operation));
        let resource: Arc<str> = operation.resource.fill(&found.captures)?.into();
        subject.resource = Some(Arc::clone(&resource));
        operation.check_colons(&found.captures)?;
        let readings = read_params(
            &operation,
            &found.captures,
            &headers,
            split_query(&operation, &target, config)?,
        )?;
        // The edge does not serve gRPC yet. Hosts answer gRPC requests in another form, and a later
        // refusal would get that form, too.
        if headers.value("content-type").is_some_and(is_grpc) {
            return Err(Reason::ContentType.into());
        }
        body::check_announced(&operation, head.has_body, &headers)?;
        let announced = headers.value("content-length").and_then(|length| length.parse().ok());
        let shadowed = &operation.upstream.credential.shadowed;
        let draft = Draft {
            method: head.method.to_string(),
            target: target.outgoing()?,
            headers: headers.into_passing(operation.body.is_some(), &operation.headers, shadowed),
            body: None,
            reserved: None,
        };
        Ok(ParsedRequest {
            body_bytes: operation.body.as_ref().map(|body| announced.unwrap_or(body.limit)),
            operation,
            resource,
            readings,
            draft,
            pieces_max: config.pieces_max(),
        })
    }
}

impl ParsedRequest {
    /// Reads the parameters of the body into every reading.
    pub(crate) fn read_body(&mut self, read: BodyRead<'_>) -> Result<(), Objection> {
        let bytes = match read {
            BodyRead::Whole(bytes) => bytes,
            BodyRead::TooLarge => return Err(Reason::BodyTooLarge.into()),
            BodyRead::Failed => return Err(Reason::BodyBroken.into()),
        };
        let sent = body::read(bytes, &self.operation, &mut self.readings, self.pieces_max)?;
        if let Some(reserved) = &mut self.draft.reserved {
            reserved.shrink(sent.len());
        }
        self.draft.body = Some(sent);
        Ok(())
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
    captures: &CapturedValues<'_>,
    headers: &Headers<'_>,
    query: Option<Pairs<'_>>,
) -> Result<ValueReadings, Objection> {
    let mut values = ParamValues::new(&operation.params);
    for (capture, param) in &operation.captures {
        if let Some(text) = captures.get(*capture) {
            operation.read_param(*param, text.to_string(), &mut values)?;
        }
    }
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
