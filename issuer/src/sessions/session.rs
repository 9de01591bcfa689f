//! Sessions: what clients and the operator get for their secret, and show as bearer.
//!
//! A session is a JWS of its own type, signed by a key that is published nowhere: no edge and no
//! other verifier can take it.

use crate::base::clock::Moment;
use crate::base::id;
use crate::base::id::NoRandomness;
use crate::keyring::SigningKeySet;
use crate::keys::{KeyJob, KeyState};
use edgewrit_shared::jose::jws::{Jws, JwsKind};
use edgewrit_shared::jose::signature::Dalek;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;

/// Longest session that is read, in bytes.
const SESSION_BYTES: usize = 2_048;
/// Values in the payload of a session.
const SESSION_VALUES: usize = 16;
/// `sub` of the operator's sessions.
const ADMIN: &str = "admin";
/// Prefix of the client's id in `sub` of its sessions.
const CLIENT: &str = "app:";

/// The principal of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// The operator.
    Operator,
    /// The client with this id.
    Client(String),
}

impl Principal {
    fn subject(&self) -> String {
        match self {
            Self::Operator => ADMIN.to_owned(),
            Self::Client(id) => format!("{CLIENT}{id}"),
        }
    }

    fn of(subject: &str) -> Option<Self> {
        if subject == ADMIN {
            return Some(Self::Operator);
        }
        subject.strip_prefix(CLIENT).map(|id| Self::Client(id.to_owned()))
    }

    /// Scopes of the session, in the words of the AgentWrit API.
    pub(crate) const fn scopes(&self) -> [&'static str; 3] {
        match self {
            Self::Operator => ["admin:launch-tokens:*", "admin:revoke:*", "admin:audit:*"],
            Self::Client(_) => ["app:launch-tokens:*", "app:agents:*", "app:audit:read"],
        }
    }
}

/// A session that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// The principal.
    pub(crate) who: Principal,
    /// Id of the session, by which it is revoked.
    pub(crate) jti: String,
    /// Time at which the session was issued.
    pub(crate) iat: UnixSeconds,
    /// Time at which the session expires.
    pub(crate) exp: UnixSeconds,
}

impl Session {
    /// A session that begins now.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system has none.
    pub(super) fn new(who: Principal, ttl: u64, now: Moment) -> Result<Self, NoRandomness> {
        Ok(Self {
            who,
            jti: id::fresh(now)?,
            iat: now.seconds(),
            exp: now.seconds().plus(ttl),
        })
    }

    /// The session as its bearer shows it.
    pub(super) fn sign(&self, key_set: &SigningKeySet, issuer: &str) -> String {
        let payload = json!({
            "iss": issuer,
            "aud": issuer,
            "sub": self.who.subject(),
            "iat": self.iat.0,
            "exp": self.exp.0,
            "jti": self.jti,
        });
        key_set.session.sign(JwsKind::Session, payload.to_string().as_bytes())
    }

    /// The session that `token` is, if it is one of this issuer's that has not expired.
    pub(super) fn read(key_set: &SigningKeySet, issuer: &str, token: &str, now: UnixSeconds) -> Option<Self> {
        let jws = Jws::parse(token, JwsKind::Session, SESSION_BYTES).ok()?;
        let mut keys = key_set.public(KeyJob::Session, &[KeyState::Current, KeyState::Retired]);
        let key = keys.find(|key| key.kid() == jws.kid())?;
        let signed = jws.verify(key, &Dalek).ok()?;
        let payload = json::parse(signed.payload(), SESSION_VALUES).ok()?;
        Self::of(&payload, issuer).filter(|session| now < session.exp)
    }

    fn of(payload: &Json, issuer: &str) -> Option<Self> {
        let text = |name| match payload.member(name) {
            Some(Json::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let date = |name| match payload.member(name) {
            Some(Json::Number(number)) => number.as_u64().map(UnixSeconds),
            _ => None,
        };
        let session = Self {
            who: Principal::of(text("sub")?)?,
            jti: text("jti")?.to_owned(),
            iat: date("iat")?,
            exp: date("exp")?,
        };
        (text("iss")? == issuer && text("aud")? == issuer).then_some(session)
    }

    /// The claims of the session, as the AgentWrit API shows claims.
    pub(crate) fn claims(&self, issuer: &str) -> serde_json::Value {
        json!({
            "iss": issuer,
            "sub": self.who.subject(),
            "aud": [issuer],
            "exp": self.exp.0,
            "nbf": self.iat.0,
            "iat": self.iat.0,
            "jti": self.jti,
            "scope": self.who.scopes(),
        })
    }
}
