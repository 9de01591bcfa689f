//! A question, one line of input: grants, a request, a moment.

use crate::input::moment;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::{Members, Node};
use edgewrit_shared::limits::{GRANTS_PER_WRIT, JSON_VALUES};
use edgewrit_shared::time::UnixSeconds;

/// A question but for its grants, which are often those of the line before.
#[derive(Debug)]
pub(super) struct Question<'l> {
    pub(super) method: &'l str,
    pub(super) target: &'l str,
    /// Names in lower case.
    pub(super) headers: Vec<(String, &'l str)>,
    pub(super) body: Option<&'l str>,
    pub(super) now: Option<UnixSeconds>,
}

/// The members of a question.
pub(super) const MEMBERS: [&str; 5] = ["id", "grants", "scope", "request", "now"];

/// Reads a question but for its grants.
pub(super) fn read_question<'l>(members: &Members<'l>) -> Option<Question<'l>> {
    let now = members.optional("now").map(moment::read);
    let request = members
        .required("request")?
        .object(&["method", "target", "headers", "body"])?;
    let method = request.required("method").and_then(Node::text);
    let target = request.required("target").and_then(Node::text);
    let headers = request.optional("headers").map_or(Some(Vec::new()), read_headers);
    let body = request.optional("body").map(Node::text);
    Some(Question {
        method: method?,
        target: target?,
        headers: headers?,
        body: body.unwrap_or_default(),
        now: now.unwrap_or_default(),
    })
}

fn read_headers<'l>(node: &Node<'l>) -> Option<Vec<(String, &'l str)>> {
    let headers: Vec<_> = node.list(JSON_VALUES)?.iter().map(read_header).collect();
    headers.into_iter().collect()
}

fn read_header<'l>(node: &Node<'l>) -> Option<(String, &'l str)> {
    match node.list(2)?.as_slice() {
        [name, value] => Some((name.text()?.to_ascii_lowercase(), value.text()?)),
        _ => node.expected("a header's name and value"),
    }
}

/// Reads the grants of a question.
pub(super) fn read_grants(members: &Members<'_>) -> Option<Vec<Grant>> {
    match (members.optional("grants"), members.optional("scope")) {
        (Some(grants), None) => read_all(&grants.list(GRANTS_PER_WRIT)?, Grant::read),
        (None, Some(scope)) => read_scopes(scope),
        _ => {
            members.node().fault("expected exactly one of `grants` and `scope`");
            None
        }
    }
}

fn read_scopes(node: &Node<'_>) -> Option<Vec<Grant>> {
    match node.json() {
        Json::Text(text) => text.split(' ').map(|text| read_scope(node, text)).collect(),
        _ => read_all(&node.list(GRANTS_PER_WRIT)?, |item| read_scope(item, item.text()?)),
    }
}

fn read_scope(node: &Node<'_>, text: &str) -> Option<Grant> {
    Grant::from_scope(text).map_err(|message| node.fault(message)).ok()
}

/// Reads all of them, so that all faults are found.
fn read_all<T>(nodes: &[Node<'_>], read: impl Fn(&Node<'_>) -> Option<T>) -> Option<Vec<T>> {
    let read: Vec<_> = nodes.iter().map(read).collect();
    read.into_iter().collect()
}
