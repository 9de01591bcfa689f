//! Reader of operations: rows of the table that turns requests into attempts.

use super::colons::Colons;
use super::source::ValueSource;
use super::upstream::Upstreams;
use super::wiring::Wiring;
use crate::http::headers;
use crate::operation::param::{DeclaredType, ParamDefinition, ParamId};
use crate::operation::pattern::{CaptureId, CaptureNames, RoutePattern};
use crate::operation::routes::{Conflict, Routes};
use crate::operation::shape::Shape;
use crate::operation::template::ResourceTemplate;
use crate::operation::{Body, Content, FieldNames, Operation, Selector, ValueUse};
use crate::upstream::Upstream;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::grant::is_action;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::{Members, Node};
use edgewrit_shared::limits::{
    ACTION_BYTES, BODY_BYTES, BODY_BYTES_MAX, HEADERS, OPERATIONS, PARAMS_PER_OPERATION, RULE_TEXT_BYTES,
};
use edgewrit_shared::small_code::heap_sort::distinct;

const KEYS: [&str; 10] = [
    "match",
    "upstream",
    "action",
    "resource",
    "params",
    "ignore",
    "headers",
    "body",
    "cache_control",
    "colon",
];

/// Reads the list of operations. The result has only the operations without faults; the caller
/// checks the faults.
pub(super) fn read(node: &Node<'_>, upstreams: &Upstreams<'_>) -> Option<(Vec<Arc<Operation>>, Routes)> {
    let items = node.list(OPERATIONS)?;
    if items.is_empty() {
        node.fault("expected at least one operation");
    }
    let mut operations = Vec::with_capacity(items.len());
    let mut routes = Routes::default();
    let mut colons = Colons::default();
    for (index, item) in items.iter().enumerate() {
        let Some(members) = item.object(&KEYS) else { continue };
        let pattern = members.required("match").and_then(|node| {
            let pattern = parse_text(node, RoutePattern::parse)?;
            if let Err(conflict) = routes.add(&pattern, index) {
                node.fault(conflict_message(&conflict));
            }
            Some(pattern)
        });
        colons.add(&members, pattern.as_ref(), index);
        operations.extend(read_operation(&members, pattern, upstreams).map(Arc::new));
    }
    colons.report_conflicts();
    Some((operations, routes))
}

fn conflict_message(conflict: &Conflict) -> String {
    match conflict {
        Conflict::Same(other) => format!("matches the same requests as `/operations/{other}`"),
        Conflict::Case(other) => {
            format!(
                "a segment differs from `{other}` of another operation only in case, encoding or an ending that servers drop"
            )
        }
    }
}

fn read_operation(
    members: &Members<'_>,
    pattern: Option<RoutePattern>,
    upstreams: &Upstreams<'_>,
) -> Option<Operation> {
    let upstream = members
        .required("upstream")
        .and_then(|node| read_upstream(node, upstreams));
    let action = members.required("action").and_then(read_action);
    let resource = members.required("resource").zip(pattern.as_ref());
    let resource =
        resource.and_then(|(node, pattern)| parse_text(node, |text| ResourceTemplate::parse(text, &pattern.captures)));
    let captures = pattern.as_ref().map(|pattern| &pattern.captures);
    let wiring = read_wiring(members, captures);
    let headers = read_headers(members, &wiring, upstream.as_deref());
    let caches = read_cache_control(members);
    let colon = members.optional("colon").map_or(Some(false), Node::bool);
    let body = read_body(members, wiring.body, wiring.form, wiring.selector);
    let (pattern, resource) = (pattern?, resource?);
    report_unused_captures(members, &pattern, &resource, &wiring.captures);
    Some(Operation {
        name: members.optional("match")?.text()?.into(),
        upstream: upstream?,
        action: action?.into(),
        resource,
        params: wiring.params,
        captures: wiring.captures.into_iter().filter_map(captured_param).collect(),
        query: wiring.query,
        header_params: wiring.headers,
        headers: headers?,
        body: body?,
        caches: caches?,
        colon: colon?,
    })
}

/// Parses the text at `node` by `parse`. The message of an error becomes a fault.
fn parse_text<T>(node: &Node<'_>, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
    parse(node.text()?).map_err(|message| node.fault(message)).ok()
}

fn read_upstream(node: &Node<'_>, upstreams: &Upstreams<'_>) -> Option<Arc<Upstream>> {
    let found = parse_text(node, |name| {
        upstreams
            .find(name)
            .ok_or_else(|| format!("`{}` is no upstream", name.escape_debug()))
    });
    found?.cloned()
}

fn read_action<'n>(node: &Node<'n>) -> Option<&'n str> {
    let text = node.text()?;
    if !is_action(text) {
        node.fault(format!(
            "expected an action of 1 to {ACTION_BYTES} visible ASCII characters without `\"` and `\\`, as grants name them"
        ));
        return None;
    }
    Some(text)
}

/// Reads `params` and `ignore`. Without `captures` (because `match` has a fault) any capture is
/// accepted.
fn read_wiring(members: &Members<'_>, captures: Option<&CaptureNames>) -> Wiring {
    let mut wiring = Wiring::default();
    let params = members.optional("params").and_then(Node::members).unwrap_or_default();
    let ignored = members
        .optional("ignore")
        .and_then(|node| node.list(PARAMS_PER_OPERATION))
        .unwrap_or_default();
    if params.len() + ignored.len() > PARAMS_PER_OPERATION {
        members.node().fault(format!(
            "more than {PARAMS_PER_OPERATION} `params` and `ignore` together"
        ));
        return wiring;
    }
    for (name, node) in &params {
        if let Some((param, source)) = read_param(name, node)
            && let Err(message) = wiring.add_param(param, source, captures)
        {
            node.fault(message);
        }
    }
    for node in &ignored {
        let _ = parse_text(node, |text| wiring.add_ignored(ValueSource::parse(text)?, captures));
    }
    wiring
}

/// Reads a parameter: a source, or an object of `from`, `type`, `optional` and `list`.
fn read_param(name: &str, node: &Node<'_>) -> Option<(ParamDefinition, ValueSource)> {
    if name.is_empty() || name.len() > RULE_TEXT_BYTES {
        node.fault(format!("expected a parameter's name of 1 to {RULE_TEXT_BYTES} bytes"));
        return None;
    }
    let param = |kind, optional, list| ParamDefinition {
        name: name.into(),
        kind,
        optional,
        list,
    };
    if matches!(node.json(), Json::Text(_)) {
        return Some((
            param(DeclaredType::Text, false, false),
            parse_text(node, ValueSource::parse)?,
        ));
    }
    let members = node.object(&["from", "type", "optional", "list"])?;
    let source = members
        .required("from")
        .and_then(|node| parse_text(node, ValueSource::parse));
    let kind = members.optional("type").map_or(Some(DeclaredType::Text), read_type);
    let flag = |name| members.optional(name).map_or(Some(false), Node::bool);
    let (optional, list) = (flag("optional"), flag("list"));
    Some((param(kind?, optional?, list?), source?))
}

fn read_type(node: &Node<'_>) -> Option<DeclaredType> {
    parse_text(node, |text| {
        let found = DeclaredType::ALL
            .iter()
            .find_map(|(name, kind)| (*name == text).then_some(*kind));
        found.ok_or_else(|| "expected `text`, `integer`, `number`, `boolean` or `list`".into())
    })
}

/// Reads the headers that pass besides those that always pass: `headers`, and the headers that are
/// parameters.
fn read_headers(members: &Members<'_>, wiring: &Wiring, upstream: Option<&Upstream>) -> Option<Vec<Arc<str>>> {
    let mut names: Vec<Arc<str>> = wiring.headers.iter().map(|(name, _)| Arc::clone(name)).collect();
    for node in members
        .optional("headers")
        .map_or(Some(Vec::new()), |node| node.list(HEADERS))?
    {
        let name = parse_text(&node, |name| headers::check_passable(name).map(|()| Arc::from(name)))?;
        names.push(name);
    }
    let names = distinct(names);
    let shadowed = upstream
        .map(|upstream| upstream.credential.shadowed.as_slice())
        .unwrap_or_default();
    for name in names.iter().filter(|name| shadowed.iter().any(|own| **own == ***name)) {
        members.node().fault(format!(
            "`{name}` is set by the upstream's credential, so it cannot come from the client"
        ));
    }
    Some(names)
}

/// Reads `cache_control`. With `pass` the upstream decides whether caches may keep its response.
fn read_cache_control(members: &Members<'_>) -> Option<bool> {
    match members.optional("cache_control") {
        None => Some(false),
        Some(node) => parse_text(node, |text| {
            if text == "pass" {
                Ok(true)
            } else {
                Err("expected `pass`".into())
            }
        }),
    }
}

/// Reads the body in which the sources name a value. The inner `None` means that the operation
/// takes no body.
fn read_body(
    members: &Members<'_>,
    shape: Option<Shape>,
    form: FieldNames,
    selector: Option<Selector>,
) -> Option<Option<Body>> {
    let node = members.optional("body");
    let content = match (selector, shape, form.is_empty()) {
        (Some(selector), ..) => Content::Selected(selector),
        (None, Some(_), false) => {
            members
                .node()
                .fault("`body.` names JSON and `form.` a form, and a body is only one of them");
            return None;
        }
        (None, Some(shape), true) => Content::Json(shape),
        (None, None, false) => Content::Form(form),
        (None, None, true) => {
            if let Some(node) = node {
                node.fault("no `params` or `ignore` names anything in the body, so none is taken");
            }
            return Some(None);
        }
    };
    let limit = node.map_or(Some(BODY_BYTES as u64), |node| read_body_limit(node, &content))?;
    let limit = usize::try_from(limit).ok()?;
    Some(Some(Body { limit, content }))
}

fn read_body_limit(node: &Node<'_>, content: &Content) -> Option<u64> {
    let members = node.object(&["type", "limit"])?;
    let media_type = |text: &str| {
        if text == content.media_type() {
            Ok(())
        } else {
            let expected = content.media_type();
            Err(format!("expected `{expected}`, as the body's sources are spelled"))
        }
    };
    members
        .optional("type")
        .map_or(Some(()), |node| parse_text(node, media_type))?;
    members
        .optional("limit")
        .map_or(Some(BODY_BYTES as u64), |node| node.integer(1, BODY_BYTES_MAX as u64))
}

/// Reports a capture that nothing uses: such a capture would be a part of the request that is not
/// judged.
fn report_unused_captures(
    members: &Members<'_>,
    pattern: &RoutePattern,
    resource: &ResourceTemplate,
    named: &[(CaptureId, ValueUse)],
) {
    for (capture, name) in pattern.captures.iter() {
        if !resource.uses_capture(capture) && !named.iter().any(|(own, _)| *own == capture) {
            members.node().fault(format!(
                "nothing uses `{{{name}}}`: name it in `resource`, or `path.{name}` in `params` or `ignore`"
            ));
        }
    }
}

fn captured_param((capture, purpose): (CaptureId, ValueUse)) -> Option<(CaptureId, ParamId)> {
    match purpose {
        ValueUse::Param(param) => Some((capture, param)),
        ValueUse::Ignore => None,
    }
}
