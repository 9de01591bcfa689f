//! Errors as clients see them (RFC 9457). Status, code and title stand in one table; what the log
//! may know beyond that is a field of its own.

use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use edgewrit_shared::edge_api::problem::TYPE_PREFIX;
use edgewrit_shared::json::document::FaultList;
use edgewrit_shared::json::text::shortened;
use serde_json::{Value, json};

mod code;
mod errors;

pub use code::Code;
use code::agentwrit_status_and_code;

/// Longest detail, in bytes.
const DETAIL_BYTES: usize = 2 * 1024;

/// An error as a response. Its body is rendered by the outermost layer, which knows the request's
/// id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    faults: Option<Box<FaultList>>,
    inside: Option<Box<str>>,
    retry_after: Option<u64>,
    task: Option<Box<Value>>,
    agentwrit: Option<String>,
}

impl Problem {
    /// A problem that its code says everything about.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            faults: None,
            inside: None,
            retry_after: None,
            task: None,
            agentwrit: None,
        }
    }

    /// A writ issued now would be revoked from the start: a revocation of this second covers it.
    #[must_use]
    pub fn cut() -> Self {
        Self::new(Code::Unavailable)
            .detail("writs of this second were ended; ask again in the next")
            .retry_after(1)
    }

    /// Seconds after which a client may try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says the problem in the words of the AgentWrit API, at `path`.
    pub fn speak_agentwrit(&mut self, path: String) {
        self.agentwrit = Some(path);
    }

    /// Seconds after which a client may try again, if that is known.
    #[must_use]
    pub const fn is_over_in(&self) -> Option<u64> {
        self.retry_after
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.agentwrit {
            Some(_) => agentwrit_status_and_code(self.code).0,
            None => self.code.status(),
        }
    }

    /// The `error_code`.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        match self.agentwrit {
            Some(_) => agentwrit_status_and_code(self.code).1,
            None => self.code.as_str(),
        }
    }

    /// Adds a detail, which the client reads. A long detail names what the client sent: it is
    /// shortened.
    #[must_use]
    pub fn detail(mut self, detail: impl AsRef<str>) -> Self {
        self.detail = Some(shortened(detail.as_ref(), DETAIL_BYTES).into_owned());
        self
    }

    /// Adds the faults, each with its place in the request.
    #[must_use]
    pub fn faults(mut self, faults: FaultList) -> Self {
        self.faults = (!faults.is_empty()).then(|| Box::new(faults));
        self
    }

    /// The state of the task that is meant.
    #[must_use]
    pub fn task(mut self, state: Value) -> Self {
        self.task = Some(Box::new(state));
        self
    }

    /// Adds a text for the log alone.
    #[must_use]
    pub fn inside(mut self, inside: impl Into<String>) -> Self {
        self.inside = Some(inside.into().into_boxed_str());
        self
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The text for the log alone.
    #[must_use]
    pub fn for_log(&self) -> Option<&str> {
        self.inside.as_deref()
    }

    /// The problem in one line, for bodies of other forms.
    #[must_use]
    pub fn describe(&self) -> String {
        let detail = self.detail.iter().cloned();
        let faults = self.faults.iter().flat_map(|faults| faults.lines());
        let all: Vec<_> = std::iter::once(self.code.title().to_owned())
            .chain(detail)
            .chain(faults)
            .collect();
        all.join("; ")
    }

    /// The problem as JSON, for the request called `request_id`.
    #[must_use]
    pub fn body(&self, request_id: &str) -> Value {
        let code = self.error_code();
        let prefix = match self.agentwrit {
            Some(_) => "urn:agentwrit:error:",
            None => TYPE_PREFIX,
        };
        let mut body = json!({
            "type": format!("{prefix}{code}"),
            "title": self.code.title(),
            "status": self.status().as_u16(),
            "error_code": code,
            "request_id": request_id,
        });
        let mut set = |name: &str, value: Value| {
            if let Some(members) = body.as_object_mut() {
                members.insert(name.to_owned(), value);
            }
        };
        if let Some(path) = &self.agentwrit {
            set("instance", json!(path));
            set("detail", json!(self.code.title()));
        }
        if let Some(detail) = &self.detail {
            set("detail", json!(detail));
        }
        if let Some(task) = &self.task {
            set("task", Value::clone(task));
        }
        if let Some(faults) = &self.faults {
            let list: Vec<_> = faults
                .kept()
                .iter()
                .map(|fault| json!({"place": fault.place, "message": fault.message}))
                .collect();
            set("problems", json!(list));
            set("problem_count", json!(faults.total()));
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<PathRejection> for Problem {
    /// A segment that is not UTF-8 names no resource.
    fn from(_: PathRejection) -> Self {
        Self::new(Code::NotFound)
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}
