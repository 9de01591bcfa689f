//! Sessions of clients: what `/oauth/token` answers when the resource asked for is the issuer itself, and `/v1/tasks` takes as bearer.
//!
//! A session is a JWS of its own type, signed by a key that is published nowhere: no edge and no other verifier can take it.

use crate::clock::Moment;
use crate::id::{self, NoRandomness};
use crate::keys::SigningKey;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::jws::{Jws, Kind};
use edgewrit_shared::signature::Dalek;
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;

/// Life of a session, in seconds.
pub(crate) const SESSION_LIFE: u64 = 300;
/// Longest session that is read, in bytes.
const SESSION_BYTES: usize = 2_048;
/// Values in the payload of a session.
const SESSION_VALUES: usize = 16;

/// Opens a session of `client_id` at `issuer`.
///
/// # Errors
/// [`NoRandomness`] if the system has none.
pub(crate) fn open(key: &SigningKey, issuer: &str, client_id: &str, now: Moment) -> Result<String, NoRandomness> {
    let iat = now.seconds();
    let payload = json!({
        "iss": issuer,
        "aud": issuer,
        "sub": client_id,
        "client_id": client_id,
        "iat": iat.0,
        "exp": iat.plus(SESSION_LIFE).0,
        "jti": id::fresh(now)?,
    });
    Ok(key.sign(Kind::Session, payload.to_string().as_bytes()))
}

/// Whose session `token` is, if it is one of this issuer's that has not expired.
#[must_use]
pub(crate) fn client_of(key: &SigningKey, issuer: &str, token: &str, now: UnixSeconds) -> Option<String> {
    let jws = Jws::parse(token, Kind::Session, SESSION_BYTES).ok()?;
    if jws.kid() != key.public().kid() {
        return None;
    }
    let signed = jws.verify(key.public(), &Dalek).ok()?;
    let payload = json::parse(signed.payload(), SESSION_VALUES).ok()?;
    let text = |name| match payload.member(name) {
        Some(Json::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let expires = match payload.member("exp")? {
        Json::Number(number) => UnixSeconds(number.as_u64()?),
        _ => return None,
    };
    let counts = text("iss")? == issuer && text("aud")? == issuer && now < expires;
    counts.then(|| text("client_id").map(str::to_owned))?
}
