//! Who is asking.

use crate::issuer::Issuer;
use crate::problem::{Code, Problem};
use crate::registry::{Client, Edge};
use crate::session::{Session, Who};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgewrit_shared::revocation::{Level, Target};
use edgewrit_shared::secret::Secret;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What an `authorization` header holds.
enum Shown {
    Basic(String, Secret),
    Bearer(Secret),
}

/// The client that the headers identify: by Basic, or by the bearer of a session.
pub(super) async fn client(issuer: &Issuer, headers: &HeaderMap) -> Result<Arc<Client>, Problem> {
    let found = match shown(headers) {
        Some(Shown::Basic(id, secret)) => issuer.registry.authenticate_client(&id, &secret),
        Some(Shown::Bearer(token)) => match session(issuer, &token).await? {
            Some(Session {
                who: Who::Client(id), ..
            }) => issuer.registry.client(&id),
            _ => None,
        },
        None => None,
    };
    found.ok_or(Problem::new(Code::Unauthorized))
}

/// The session that `token` is, if it counts now: not expired, not given back, and not that of a client that was shut out.
pub(super) async fn session(issuer: &Issuer, token: &Secret) -> Result<Option<Session>, Problem> {
    let (ring, now) = (issuer.keyring.ring(), issuer.clock.now().seconds());
    let Some(session) = issuer
        .sessions
        .read(&ring, issuer.config.issuer.as_str(), token.expose(), now)
    else {
        return Ok(None);
    };
    let target = Target::of(Level::Writ(&session.jti));
    let snapshot = issuer.feed.snapshot().await?;
    let revoked = snapshot.revocations().is_revoked(target, session.iat);
    let known = match &session.who {
        Who::Operator => true,
        Who::Client(id) => issuer.registry.client(id).is_some(),
    };
    Ok((known && !revoked).then_some(session))
}

/// The bearer that the headers show.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    match shown(headers) {
        Some(Shown::Bearer(token)) => Some(token),
        _ => None,
    }
}

/// The edge that the headers identify, by Basic.
pub(super) fn edge(issuer: &Issuer, headers: &HeaderMap) -> Result<Arc<Edge>, Problem> {
    let found = match shown(headers) {
        Some(Shown::Basic(id, credential)) => issuer.registry.authenticate_edge(&id, &credential),
        _ => None,
    };
    found.ok_or(Problem::new(Code::Unauthorized))
}

/// Id and secret of HTTP Basic (RFC 7617), if that is what the headers hold.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, Secret)> {
    match shown(headers) {
        Some(Shown::Basic(id, secret)) => Some((id, secret)),
        _ => None,
    }
}

/// The one `authorization` header. Two are nobody's.
fn shown(headers: &HeaderMap) -> Option<Shown> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, rest) = only.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Shown::Bearer(Secret::new(rest.to_owned())));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(rest).ok()?);
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(Shown::Basic(id.to_owned(), Secret::new(secret.to_owned())))
}
