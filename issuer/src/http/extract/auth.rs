//! Authentication: the client, the edge or the session of a request.

use crate::http::problem::{Code, Problem};
use crate::registry::{Client, RegisteredEdge};
use crate::sessions::{Principal, Session};
use crate::state::Issuer;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgewrit_shared::secret::Secret;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The content of an `authorization` header.
enum AuthorizationHeader {
    Basic(String, Secret),
    Bearer(Secret),
}

/// The client that the headers identify: by Basic, or by the bearer of a session.
pub(in crate::http) async fn authenticate_client(issuer: &Issuer, headers: &HeaderMap) -> Result<Arc<Client>, Problem> {
    let found = match read_authorization(headers) {
        Some(AuthorizationHeader::Basic(id, secret)) => issuer.registry.authenticate_client(&id, &secret),
        Some(AuthorizationHeader::Bearer(token)) => match issuer.sessions.find_valid(&token).await? {
            Some(Session {
                who: Principal::Client(id),
                ..
            }) => issuer.registry.client(&id),
            _ => None,
        },
        None => None,
    };
    found.ok_or(Problem::new(Code::Unauthorized))
}

/// The bearer that the headers present.
pub(in crate::http) fn read_bearer(headers: &HeaderMap) -> Option<Secret> {
    match read_authorization(headers) {
        Some(AuthorizationHeader::Bearer(token)) => Some(token),
        _ => None,
    }
}

/// The edge that the headers identify, by Basic.
pub(in crate::http) fn authenticate_edge(issuer: &Issuer, headers: &HeaderMap) -> Result<Arc<RegisteredEdge>, Problem> {
    let found = match read_authorization(headers) {
        Some(AuthorizationHeader::Basic(id, credential)) => issuer.registry.authenticate_edge(&id, &credential),
        _ => None,
    };
    found.ok_or(Problem::new(Code::Unauthorized))
}

/// Id and secret of HTTP Basic (RFC 7617), if that is what the headers hold.
pub(in crate::http) fn read_basic(headers: &HeaderMap) -> Option<(String, Secret)> {
    match read_authorization(headers) {
        Some(AuthorizationHeader::Basic(id, secret)) => Some((id, secret)),
        _ => None,
    }
}

/// The one `authorization` header. A request with two authenticates no party.
fn read_authorization(headers: &HeaderMap) -> Option<AuthorizationHeader> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, rest) = only.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(AuthorizationHeader::Bearer(Secret::new(rest.to_owned())));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(rest).ok()?);
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(AuthorizationHeader::Basic(
        id.to_owned(),
        Secret::new(secret.to_owned()),
    ))
}
