//! Errors as clients see them (RFC 9457). Status, code and title stand in one table; what the log may know beyond that is a field of its own.

use crate::bundle::BundleError;
use crate::id::NoRandomness;
use crate::mint::MintError;
use crate::reading::ReadError;
use crate::registry::RegisterError;
use crate::store::StoreError;
use crate::task::StartError;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use edgewrit_shared::document::FaultList;
use edgewrit_shared::text::shortened;
use serde_json::{Value, json};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $code:literal, $title:literal;)*) => {
        /// What went wrong. Codes are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
            /// The `error_code`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
            const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The request is not one: a header or query that cannot be read.
    BadRequest = BAD_REQUEST, "bad_request", "the request cannot be read";
    /// The body is not JSON.
    MalformedJson = BAD_REQUEST, "malformed_json", "the body is not JSON";
    /// Nobody is identified.
    Unauthorized = UNAUTHORIZED, "unauthorized", "authentication failed";
    /// More was asked for than the client's ceiling holds.
    BeyondCeiling = FORBIDDEN, "beyond_ceiling", "more is asked for than the client's ceiling holds";
    /// More was asked for than the client holds, in the AgentWrit API.
    Forbidden = FORBIDDEN, "forbidden", "more is asked for than the client's ceiling holds";
    /// More was asked for than the agent holds, in the AgentWrit API.
    ScopeViolation = FORBIDDEN, "scope_violation", "more is asked for than the agent holds";
    /// The bearer is not for this endpoint, in the AgentWrit API.
    InsufficientScope = FORBIDDEN, "insufficient_scope", "the bearer is not for this endpoint";
    /// A life that nothing can have, in the AgentWrit API.
    InvalidTtl = UNPROCESSABLE_ENTITY, "invalid_ttl", "nothing can live so long, or so short";
    /// The writ that was presented does not count.
    WritRefused = FORBIDDEN, "writ_refused", "the writ does not count here";
    /// An allowance that the writ does not name.
    NotInWrit = FORBIDDEN, "not_in_writ", "the writ names no such allowance";
    /// There is no such thing.
    NotFound = NOT_FOUND, "not_found", "there is no such resource";
    /// The edge names a boot that is none of its own, or is forgotten.
    UnknownBoot = NOT_FOUND, "unknown_boot", "the boot is not one of this edge";
    /// There is, but it does not take this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "the resource does not take this method";
    /// The body did not arrive in time.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout", "the body did not arrive in time";
    /// The client has such a task.
    TaskExists = CONFLICT, "task_exists", "the client has such a task already";
    /// The key was used for this request, and the answer cannot be made again.
    KeyExpired = CONFLICT, "idempotency_key_expired", "the answer to the repeated request cannot be made again";
    /// Nothing is left to spend.
    UsesExhausted = CONFLICT, "uses_exhausted", "no uses are left";
    /// The name is taken.
    NameTaken = CONFLICT, "name_taken", "the name is taken";
    /// Edges may not know the next key yet.
    TooEarly = CONFLICT, "too_early", "the next key is not known everywhere yet";
    /// Nobody ever said how the issuer is called.
    IssuerUnknown = CONFLICT, "issuer_unknown", "the issuer's origin is not known yet";
    /// The body is too large.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body_too_large", "the body is too large";
    /// The body is of another type.
    ContentType = UNSUPPORTED_MEDIA_TYPE, "content_type", "the body is of another type";
    /// The body has another shape.
    InvalidRequest = UNPROCESSABLE_ENTITY, "invalid_request", "the body is not what is expected";
    /// The key was used for another request.
    KeyReused = UNPROCESSABLE_ENTITY, "idempotency_key_reused", "the idempotency key was used for another request";
    /// The spend key was used for another request.
    CounterReused = UNPROCESSABLE_ENTITY, "counter_reused", "the spend key was used for another request";
    /// The grants do not fit.
    WritTooLong = UNPROCESSABLE_ENTITY, "writ_too_long", "the grants do not fit into a writ";
    /// Too often.
    RateLimited = TOO_MANY_REQUESTS, "rate_limited", "too many attempts";
    /// A defect of the issuer.
    Internal = INTERNAL_SERVER_ERROR, "internal", "the issuer failed";
    /// Not now.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "the issuer cannot do this now";
}

/// Longest detail, in bytes.
const DETAIL_BYTES: usize = 2 * 1024;

/// An error as a response. Its body is rendered by the outermost layer, which knows the request's id.
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

    /// What would be issued now was ended in this very second.
    #[must_use]
    pub fn cut() -> Self {
        Self::new(Code::Unavailable)
            .detail("writs of this second were ended; ask again in the next")
            .retry_after(1)
    }

    /// When to come again, in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says the problem in the words of the AgentWrit API, at `path`.
    pub fn speak_agentwrit(&mut self, path: String) {
        self.agentwrit = Some(path);
    }

    /// When to come again, in seconds, if that is known.
    #[must_use]
    pub const fn is_over_in(&self) -> Option<u64> {
        self.retry_after
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.agentwrit {
            Some(_) => agentwrit(self.code).0,
            None => self.code.status(),
        }
    }

    /// The `error_code`.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        match self.agentwrit {
            Some(_) => agentwrit(self.code).1,
            None => self.code.as_str(),
        }
    }

    /// What the client may know beyond the code. A long detail names what the client sent: it is
    /// shortened.
    #[must_use]
    pub fn detail(mut self, detail: impl AsRef<str>) -> Self {
        self.detail = Some(shortened(detail.as_ref(), DETAIL_BYTES).into_owned());
        self
    }

    /// What is wrong, each with its place in the request.
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

    /// What only the log may know.
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

    /// What only the log may know.
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
        let space = if self.agentwrit.is_some() {
            "agentwrit"
        } else {
            "edgewrit"
        };
        let mut body = json!({
            "type": format!("urn:{space}:error:{code}"),
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

/// Status and code as the AgentWrit API has them, which knows fewer.
const fn agentwrit(code: Code) -> (StatusCode, &'static str) {
    match code {
        Code::BadRequest | Code::MalformedJson | Code::InvalidRequest | Code::RequestTimeout | Code::ContentType => {
            (StatusCode::BAD_REQUEST, "invalid_request")
        }
        Code::InvalidTtl => (StatusCode::BAD_REQUEST, "invalid_ttl"),
        Code::NameTaken => (StatusCode::CONFLICT, "conflict"),
        Code::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        Code::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        // The grants do not fit: the request asks for too much at once.
        Code::WritTooLong => (StatusCode::BAD_REQUEST, "invalid_request"),
        other => (other.status(), other.as_str()),
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
    /// A segment that is not UTF-8 is nobody's name.
    fn from(_: PathRejection) -> Self {
        Self::new(Code::NotFound)
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Json(error) => Self::new(Code::MalformedJson).detail(error.to_string()),
            ReadError::Shape(faults) => Self::new(Code::InvalidRequest).faults(faults),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(Code::Unavailable).inside(error.to_string())
    }
}

impl From<NoRandomness> for Problem {
    fn from(error: NoRandomness) -> Self {
        Self::new(Code::Unavailable).inside(error.to_string())
    }
}

impl From<BundleError> for Problem {
    fn from(error: BundleError) -> Self {
        Self::new(Code::Unavailable).inside(error.to_string())
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Taken => Code::NameTaken.into(),
            RegisterError::Unknown => Code::NotFound.into(),
            RegisterError::UnknownEdge => Self::new(Code::NotFound).detail("there is no such edge"),
            RegisterError::Random(error) => error.into(),
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<MintError> for Problem {
    fn from(error: MintError) -> Self {
        match &error {
            MintError::TooLong { .. } => Self::new(Code::WritTooLong).detail(error.to_string()),
            MintError::Unfaithful => Self::new(Code::Internal).inside(error.to_string()),
            MintError::Sign(_) => Self::new(Code::Unavailable).inside(error.to_string()),
        }
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Beyond(faults) => Self::new(Code::BeyondCeiling).faults(faults),
            StartError::NeverOpen(faults) => Self::new(Code::InvalidRequest).faults(faults),
            StartError::Exists => Code::TaskExists.into(),
            StartError::KeyReused => Code::KeyReused.into(),
            StartError::KeyExpired(task) => Self::new(Code::KeyExpired).task(task),
            StartError::Mint(error) => error.into(),
            StartError::Store(error) => error.into(),
            StartError::Random(error) => error.into(),
            StartError::ClientEnded => Code::Unauthorized.into(),
            StartError::Cut => Self::cut(),
        }
    }
}
