//! Errors as RFC 6749, section 5.2, wants them.

use crate::http::problem::{Code, Problem};
use crate::http::response;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Longest `error_description`, in characters.
const DESCRIPTION_CHARACTERS: usize = 1_000;

/// The `error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OAuthErrorCode {
    InvalidRequest,
    InvalidClient,
    UnsupportedGrantType,
    InvalidScope,
    /// RFC 9396, section 5.
    InvalidAuthorizationDetails,
    /// RFC 8707, section 2.
    InvalidTarget,
    /// As at the authorization endpoint (RFC 6749, section 4.1.2.1); the token endpoint names none
    /// for it.
    TemporarilyUnavailable,
    ServerError,
}

impl OAuthErrorCode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidTarget => "invalid_target",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Why what was asked for is refused.
#[derive(Debug)]
pub(super) struct OAuthError {
    name: OAuthErrorCode,
    status: StatusCode,
    description: String,
    problem: Option<Box<Problem>>,
}

impl OAuthError {
    pub(super) fn new(name: OAuthErrorCode, description: impl Into<String>) -> Self {
        Self {
            name,
            status: name.status(),
            description: description.into(),
            problem: None,
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        if let Some(inside) = self.problem.as_ref().and_then(|problem| problem.for_log()) {
            tracing::error!(inside, "refused");
        }
        let body = json!({"error": self.name.as_str(), "error_description": describable(&self.description)});
        let mut response = response::json(self.status, &body);
        if self.name == OAuthErrorCode::InvalidClient {
            let basic = HeaderValue::from_static("Basic realm=\"edgewrit\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}

impl From<Problem> for OAuthError {
    fn from(problem: Problem) -> Self {
        let status = problem.code().status();
        let name = match problem.code() {
            Code::Unavailable => OAuthErrorCode::TemporarilyUnavailable,
            Code::Internal => OAuthErrorCode::ServerError,
            _ => OAuthErrorCode::InvalidRequest,
        };
        Self {
            name,
            status,
            description: problem.describe(),
            problem: Some(Box::new(problem)),
        }
    }
}

/// Only what RFC 6749 allows in an `error_description`: printable ASCII without quote and
/// backslash.
fn describable(text: &str) -> String {
    let allowed = |c: char| {
        if matches!(c, ' '..='~') && c != '"' && c != '\\' {
            c
        } else {
            '?'
        }
    };
    text.chars().take(DESCRIPTION_CHARACTERS).map(allowed).collect()
}
