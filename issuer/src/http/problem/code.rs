//! Status, code and title of every problem, in one table.

use axum::http::StatusCode;
use edgewrit_shared::edge_api::problem::{UNKNOWN_BOOT, USES_EXHAUSTED};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $code:expr, $title:literal;)*) => {
        /// The kinds of problems. Codes are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All names, in the order of their declaration.
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
            pub(super) const fn title(self) -> &'static str {
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
    /// The request is not authenticated.
    Unauthorized = UNAUTHORIZED, "unauthorized", "authentication failed";
    /// More was asked for than the client's ceiling holds.
    BeyondCeiling = FORBIDDEN, "beyond_ceiling", "more is asked for than the client's ceiling holds";
    /// More was asked for than the client holds, in the AgentWrit API.
    Forbidden = FORBIDDEN, "forbidden", "more is asked for than the client's ceiling holds";
    /// More was asked for than the agent holds, in the AgentWrit API.
    ScopeViolation = FORBIDDEN, "scope_violation", "more is asked for than the agent holds";
    /// The bearer is not for this endpoint, in the AgentWrit API.
    InsufficientScope = FORBIDDEN, "insufficient_scope", "the bearer is not for this endpoint";
    /// A lifetime that nothing can have, in the AgentWrit API.
    InvalidTtl = UNPROCESSABLE_ENTITY, "invalid_ttl", "nothing can live so long, or so short";
    /// The writ that the edge presents is not valid.
    WritRefused = FORBIDDEN, "writ_refused", "the writ does not count here";
    /// An allowance that the writ does not name.
    NotInWrit = FORBIDDEN, "not_in_writ", "the writ names no such allowance";
    /// There is no such thing.
    NotFound = NOT_FOUND, "not_found", "there is no such resource";
    /// The edge names a boot that is none of its own, or is forgotten.
    UnknownBoot = NOT_FOUND, UNKNOWN_BOOT, "the boot is not one of this edge";
    /// There is, but it does not take this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "the resource does not take this method";
    /// The body did not arrive in time.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout", "the body did not arrive in time";
    /// The client has such a task.
    TaskExists = CONFLICT, "task_exists", "the client has such a task already";
    /// The key was used for this request, and the answer cannot be made again.
    KeyExpired = CONFLICT, "idempotency_key_expired", "the answer to the repeated request cannot be made again";
    /// No uses are left.
    UsesExhausted = CONFLICT, USES_EXHAUSTED, "no uses are left";
    /// The name is taken.
    NameTaken = CONFLICT, "name_taken", "the name is taken";
    /// Edges may not know the next key yet.
    TooEarly = CONFLICT, "too_early", "the next key is not known everywhere yet";
    /// The issuer's origin was never set.
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
    /// The client tries too often.
    RateLimited = TOO_MANY_REQUESTS, "rate_limited", "too many attempts";
    /// A defect of the issuer.
    Internal = INTERNAL_SERVER_ERROR, "internal", "the issuer failed";
    /// The issuer cannot do this now.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "the issuer cannot do this now";
}

/// Status and code as the AgentWrit API has them, which knows fewer.
pub(super) const fn agentwrit_status_and_code(code: Code) -> (StatusCode, &'static str) {
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
