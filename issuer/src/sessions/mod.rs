//! Sessions at the issuer itself: opened for a secret, verified, given back.

use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::clock::Clock;
use crate::base::id::NoRandomness;
use crate::keyring::Keyring;
use crate::registry::Registry;
use crate::store::rows::revocation::Living;
use crate::store::{EndSession, Store, StoreError};
use crate::tokens::bundle::{BuildBundleError, Feed};
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::sync::Arc;

mod cache;
mod login;
mod session;

pub(crate) use cache::VerifiedSessions;
pub(crate) use login::{LoginError, Logins};
pub(crate) use session::{Principal, Session};

/// Opens, verifies and ends sessions.
#[derive(Debug)]
pub(crate) struct Sessions {
    /// `iss` and `aud` of every session.
    pub(crate) issuer: String,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) registry: Arc<Registry>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) verified: VerifiedSessions,
}

impl Sessions {
    /// Opens a session of `who` that lives for `lifetime` seconds. Answers its token.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system has none.
    fn open(&self, who: Principal, ttl: u64) -> Result<Secret, NoRandomness> {
        let session = Session::new(who, ttl, self.clock.now())?;
        Ok(Secret::new(session.sign(&self.keyring.key_set(), &self.issuer)))
    }

    /// The session that `token` is, if it is valid now: not expired, not given back, and not that
    /// of a client that was shut out.
    ///
    /// # Errors
    /// [`BuildBundleError`] if the issuer does not know what is revoked.
    pub(crate) async fn find_valid(&self, token: &Secret) -> Result<Option<Session>, BuildBundleError> {
        let (key_set, now) = (self.keyring.key_set(), self.clock.now().seconds());
        let read = self.verified.read(&key_set, &self.issuer, token.expose(), now);
        let Some(session) = read else {
            return Ok(None);
        };
        let target = Target::of(Level::Writ(&session.jti));
        let snapshot = self.feed.snapshot().await?;
        let revoked = snapshot.revocations().is_revoked(target, session.iat);
        let known = match &session.who {
            Principal::Operator => true,
            Principal::Client(id) => self.registry.client(id).is_some(),
        };
        Ok((known && !revoked).then_some(session))
    }

    /// Ends a session, which its principal gives back.
    ///
    /// # Errors
    /// [`StoreError`]; the session goes on.
    pub(crate) async fn end(&self, session: Session, info: &RequestInfo) -> Result<(), StoreError> {
        let living = Living {
            target: Target::of(Level::Writ(&session.jti)),
            born: session.iat,
            expires: session.exp,
        };
        let event = Event::done(EventKind::TokenReleased).in_request(info);
        let event = event.data(&json!({"jti": session.jti}));
        let client_id = match session.who {
            Principal::Operator => None,
            Principal::Client(client_id) => Some(client_id),
        };
        let end = EndSession {
            living,
            client_id,
            event,
        };
        self.store.end_session(end).await
    }
}
