//! The questions of the proxies in front: which headers state the request.
//!
//! The proxy in front has to set these headers itself, whatever the client sends. So each header
//! occurs once, and a header with which another proxy states a request is refused: the proxy in
//! front did not set it.

use crate::http::head::Head;
use crate::reason::{Objection, Reason};
use alloc::format;
use core::str;

/// The kind of the proxy in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontProxy {
    /// nginx with `auth_request`. Headers of its configuration state the request.
    Nginx,
    /// Traefik with `ForwardAuth`. Its own headers state the request.
    Traefik,
    /// Envoy with the filter `ext_authz` over HTTP. The question has the method, the target and the
    /// host of the request.
    Envoy,
}

/// The headers that state method, target and host of a request.
struct StatedBy {
    method: &'static str,
    target: &'static str,
    host: &'static str,
}

const BY_NGINX: StatedBy = StatedBy {
    method: "x-original-method",
    target: "x-original-uri",
    host: "x-original-host",
};
const BY_TRAEFIK: StatedBy = StatedBy {
    method: "x-forwarded-method",
    target: "x-forwarded-uri",
    host: "x-forwarded-host",
};

/// The headers with which the configuration of nginx states the framing of the request. nginx asks
/// before it reads a body, and sends no header with an empty value.
const NGINX_LENGTH: &str = "x-original-content-length";
const NGINX_CODING: &str = "x-original-transfer-encoding";
/// The value of such a header for a request without that header.
const NOTHING: &str = "none";

/// The header with which the configurations of Traefik and Envoy state that the question has the
/// body of the request.
const BODY: &str = "x-edgewrit-body";
/// The value of that header.
const BODY_IS_FORWARDED: &str = "forwarded";

/// The headers with which proxies state a target, a method, a host or a framing.
const STATEMENTS: [&str; 12] = [
    BY_NGINX.method,
    BY_NGINX.target,
    BY_NGINX.host,
    NGINX_LENGTH,
    NGINX_CODING,
    BY_TRAEFIK.method,
    BY_TRAEFIK.target,
    BY_TRAEFIK.host,
    BODY,
    "x-envoy-original-path",
    "x-original-url",
    "x-rewrite-url",
];

impl FrontProxy {
    /// The head of the request that the question with this `head` states.
    ///
    /// # Errors
    /// An objection if a header of this proxy does not occur exactly once, or a header of another
    /// proxy occurs.
    pub(super) fn read_request<'h>(self, head: Head<'h>) -> Result<Head<'h>, Objection> {
        let own = self.statements();
        let foreign = STATEMENTS.iter().filter(|name| !own.contains(name));
        if let Some(name) = foreign.into_iter().find(|name| has_header(&head, name)) {
            return Err(objection(name, "is not of this proxy"));
        }
        let has_body = self.states_body(&head)? || head.has_body;
        let stated_by = match self {
            Self::Nginx => BY_NGINX,
            Self::Traefik => BY_TRAEFIK,
            Self::Envoy => return Ok(Head { has_body, ..head }),
        };
        Ok(Head {
            method: read_text(&head, stated_by.method)?,
            target: read_one(&head, stated_by.target)?,
            authority: read_one(&head, stated_by.host)?,
            headers: head.headers,
            has_body,
        })
    }

    /// The headers with which this proxy states a request.
    fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Nginx => &[
                BY_NGINX.method,
                BY_NGINX.target,
                BY_NGINX.host,
                NGINX_LENGTH,
                NGINX_CODING,
            ],
            Self::Traefik => &[BY_TRAEFIK.method, BY_TRAEFIK.target, BY_TRAEFIK.host, BODY],
            Self::Envoy => &[BODY],
        }
    }

    /// Whether the question states that the request has a body that is not in the question.
    fn states_body(self, head: &Head<'_>) -> Result<bool, Objection> {
        match self {
            Self::Nginx => {
                let (length, coding) = (read_text(head, NGINX_LENGTH)?, read_text(head, NGINX_CODING)?);
                Ok(![NOTHING, "0"].contains(&length) || coding != NOTHING)
            }
            Self::Traefik | Self::Envoy => match read_text(head, BODY)? {
                BODY_IS_FORWARDED => Ok(false),
                _ => Err(objection(BODY, "has another value than `forwarded`")),
            },
        }
    }
}

fn has_header(head: &Head<'_>, name: &str) -> bool {
    head.headers.iter().any(|(own, _)| *own == name)
}

/// The value of the only header called `name`.
fn read_one<'h>(head: &Head<'h>, name: &str) -> Result<&'h [u8], Objection> {
    let mut values = head.headers.iter().filter(|(own, _)| *own == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(value),
        (None, _) => Err(objection(name, "is missing")),
        (Some(_), Some(_)) => Err(objection(name, "occurs twice")),
    }
}

fn read_text<'h>(head: &Head<'h>, name: &str) -> Result<&'h str, Objection> {
    str::from_utf8(read_one(head, name)?).map_err(|_| objection(name, "is not text"))
}

fn objection(name: &str, fault: &str) -> Objection {
    Objection::new(Reason::ForwardAuthHeaders, format!("`{name}` {fault}"))
}
