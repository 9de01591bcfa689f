//! Two requests that show what a writ does: one that the writ of a task permits, and one that the
//! edge refuses. The code that decides has judged both.

use crate::openapi::{DraftParam, DraftRow};
use crate::output::failure::Failure;
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{Rehearsal, RehearsedGrants, Verdict, rehearse};
use edgewrit_issuer::json_document;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::time::UnixSeconds;
use serde_json::{Value, json};

/// The value of captures and parameters that the document does not list, in the permitted request.
const PERMITTED_VALUE: &str = "1";
/// The same in the refused request.
const REFUSED_VALUE: &str = "2";
/// Most JSON values of a grant.
const GRANT_VALUES: usize = 64;
/// Operations that are tried for each of the two requests.
const ROWS: usize = 1_000;

/// A request without a body.
#[derive(Debug)]
pub(super) struct SampleRequest {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
}

/// The task of the guide: its grant, and the two requests.
pub(super) struct Samples {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) permitted: SampleRequest,
    /// The refused request, with the label and the cause of its refusal.
    pub(super) refused: Option<(SampleRequest, String)>,
}

impl Samples {
    /// Finds a GET request that a grant permits, and a request that the same grant does not permit.
    ///
    /// # Errors
    /// If no operation is a GET whose parameters stand in the path, the query and headers.
    pub(super) fn find(rows: &[DraftRow], config: &Config, now: UnixSeconds) -> Result<Self, Failure> {
        let mut simple: Vec<_> = rows.iter().filter(|row| row.name.starts_with("GET ")).collect();
        simple.sort_by_key(|row| count_needed(row));
        let found = simple.iter().take(ROWS).find_map(|row| permit(row, config, now));
        let Some((row, permitted, grant)) = found else {
            let message = "no operation is a GET request without a body: name one with `--operation 'GET /path'`";
            return Err(Failure::new(message));
        };
        let (action, resource) = grant;
        let grants = RehearsedGrants::new(vec![read_grant(&action, &escape_pattern(&resource))?]);
        let other = std::iter::once(row).chain(simple.iter().copied()).chain(rows);
        let refused = other
            .take(ROWS)
            .filter_map(|row| SampleRequest::of(row, REFUSED_VALUE))
            .chain([unlisted(&permitted)])
            .find_map(|request| {
                let refusal = refusal_of(&request, &grants, config, now)?;
                Some((request, refusal))
            });
        Ok(Self {
            resource: escape_pattern(&resource),
            action,
            permitted,
            refused,
        })
    }

    /// The grant of the task.
    pub(super) fn grant(&self) -> Value {
        grant_to_json(&self.action, &self.resource)
    }
}

impl SampleRequest {
    /// A request that the operation takes, with `value` where the document lists no values. `None`
    /// if the operation takes a body.
    fn of(row: &DraftRow, value: &str) -> Option<Self> {
        let (method, pattern) = row.name.split_once(' ')?;
        let (mut target, mut headers, mut query) = (String::new(), Vec::new(), Vec::new());
        for segment in pattern.split('/').skip(1) {
            let capture = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let source = capture.map(|name| format!("path.{name}"));
            let param = row.params.iter().find(|param| Some(&param.source) == source.as_ref());
            let shown = match (capture, param) {
                (Some(_), Some(param)) => encode(&value_of(param, value)),
                (Some(_), None) => encode(value),
                (None, _) => segment.to_owned(),
            };
            target.push('/');
            target.push_str(&shown);
        }
        for param in row.params.iter().filter(|param| !param.optional) {
            let text = value_of(param, value);
            match param.source.split_once('.')? {
                ("query", name) => query.push(format!("{}={}", encode(name), encode(&text))),
                ("header", name) => headers.push((name.to_owned(), text)),
                ("path", _) => {}
                _ => return None,
            }
        }
        if !query.is_empty() {
            target.push('?');
            target.push_str(&query.join("&"));
        }
        let method = method.to_owned();
        Some(Self {
            method,
            target,
            headers,
        })
    }

    fn rehearse(&self, grants: &RehearsedGrants, config: &Config, now: UnixSeconds) -> Rehearsal {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let head = Head {
            method: &self.method,
            target: self.target.as_bytes(),
            authority: b"127.0.0.1",
            headers: &headers,
            has_body: false,
        };
        rehearse(head, b"", grants, config, now)
    }
}

/// The request of an operation, with the action and the resource of its attempt.
fn permit<'r>(
    row: &'r DraftRow,
    config: &Config,
    now: UnixSeconds,
) -> Option<(&'r DraftRow, SampleRequest, (String, String))> {
    let request = SampleRequest::of(row, PERMITTED_VALUE)?;
    let every = RehearsedGrants::new(vec![read_grant(&row.action, "**").ok()?]);
    let Rehearsal { verdict, attempts, .. } = request.rehearse(&every, config, now);
    let attempt = attempts.into_iter().next()?;
    matches!(verdict, Verdict::Permit { .. }).then(|| (row, request, (attempt.action, attempt.resource)))
}

/// Why the request is refused: its label and the cause. `None` if the request is permitted.
fn refusal_of(request: &SampleRequest, grants: &RehearsedGrants, config: &Config, now: UnixSeconds) -> Option<String> {
    match request.rehearse(grants, config, now).verdict {
        Verdict::Refuse { reason, detail } => Some(format!("{reason}: {detail}")),
        Verdict::Permit { .. } => None,
    }
}

/// A request that no table of a sample permits: the permitted one with another query.
fn unlisted(permitted: &SampleRequest) -> SampleRequest {
    let path = permitted.target.split('?').next().unwrap_or_default();
    SampleRequest {
        method: permitted.method.clone(),
        target: format!("{path}?not-in-the-table=1"),
        headers: permitted.headers.clone(),
    }
}

/// The number of values that a request of the operation needs.
fn count_needed(row: &DraftRow) -> usize {
    let params = row.params.iter().filter(|param| !param.optional).count();
    params + row.name.matches('{').count()
}

fn value_of(param: &DraftParam, value: &str) -> String {
    let listed = param.values.first().cloned();
    listed.unwrap_or_else(|| match param.kind {
        "boolean" => "true".to_owned(),
        _ => value.to_owned(),
    })
}

/// Percent-encodes all but the unreserved characters (RFC 3986, section 2.3).
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A pattern that matches `text` alone.
fn escape_pattern(text: &str) -> String {
    text.replace('\\', r"\\").replace('*', r"\*")
}

fn grant_to_json(action: &str, resource: &str) -> Value {
    json!({"type": "writ", "actions": [action], "resources": [resource]})
}

fn read_grant(action: &str, resource: &str) -> Result<Grant, Failure> {
    let text = grant_to_json(action, resource).to_string();
    let grant = json_document::json(text.as_bytes(), GRANT_VALUES, Grant::read);
    grant.map_err(|_| Failure::new(format!("`{action}` on `{resource}` is no grant")))
}
