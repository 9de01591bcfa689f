//! Sessions: what clients and the operator get for their secret, and show as bearer.
//!
//! A session is a JWS of its own type, signed by a key that is published nowhere: no edge and no other verifier can take it.

use crate::clock::Moment;
use crate::id::{self, NoRandomness};
use crate::keys::{Job, Ring, State};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::jws::{Jws, JwsKind};
use edgewrit_shared::signature::Dalek;
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;

/// Life of a session, in seconds, unless a client has another.
pub(crate) const SESSION_LIFE: u64 = 300;
/// Longest session that is read, in bytes.
const SESSION_BYTES: usize = 2_048;
/// Values in the payload of a session.
const SESSION_VALUES: usize = 16;
/// `sub` of the operator's sessions.
const ADMIN: &str = "admin";
/// What stands before the client's id in `sub` of its sessions.
const CLIENT: &str = "app:";

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The operator's.
    Operator,
    /// That of the client with this id.
    Client(String),
}

impl Who {
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

    /// What the session may do, in the words of the AgentWrit API.
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
    /// Whose.
    pub(crate) who: Who,
    /// Its id, by which it is revoked.
    pub(crate) jti: String,
    /// From when.
    pub(crate) iat: UnixSeconds,
    /// Until when.
    pub(crate) exp: UnixSeconds,
}

impl Session {
    /// A session that begins now.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system has none.
    pub(crate) fn new(who: Who, life: u64, now: Moment) -> Result<Self, NoRandomness> {
        Ok(Self {
            who,
            jti: id::fresh(now)?,
            iat: now.seconds(),
            exp: now.seconds().plus(life),
        })
    }

    /// The session as its bearer shows it.
    pub(crate) fn sign(&self, ring: &Ring, issuer: &str) -> String {
        let payload = json!({
            "iss": issuer,
            "aud": issuer,
            "sub": self.who.subject(),
            "iat": self.iat.0,
            "exp": self.exp.0,
            "jti": self.jti,
        });
        ring.session.sign(JwsKind::Session, payload.to_string().as_bytes())
    }

    /// The session that `token` is, if it is one of this issuer's that has not expired.
    pub(crate) fn read(ring: &Ring, issuer: &str, token: &str, now: UnixSeconds) -> Option<Self> {
        let jws = Jws::parse(token, JwsKind::Session, SESSION_BYTES).ok()?;
        let mut keys = ring.public(Job::Session, &[State::Current, State::Retired]);
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
            who: Who::of(text("sub")?)?,
            jti: text("jti")?.to_owned(),
            iat: date("iat")?,
            exp: date("exp")?,
        };
        (text("iss")? == issuer && text("aud")? == issuer).then_some(session)
    }

    /// What it says, as the AgentWrit API shows claims.
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
