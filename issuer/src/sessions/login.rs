//! Logins: a session for a secret, as often as the limits admit.

use super::{Principal, Sessions};
use crate::audit::{Event, EventKind, RequestInfo};
use crate::base::clock::Clock;
use crate::base::from::from;
use crate::base::id::NoRandomness;
use crate::base::limiter::{Limiter, Rate};
use crate::base::source::RequestSource;
use crate::config::Config;
use crate::evidence::AuditEvents;
use crate::keys::Hash;
use crate::registry::{Client, OPERATOR, Registry, SESSION_TTL};
use crate::store::StoreError;
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// Tries of the operator's secret.
const OPERATOR_TRIES: Rate = Rate {
    interval: 200,
    burst: 10,
};
/// Milliseconds between two failures of a client.
const CLIENT_TRIES: u64 = 1_000;

/// The limits of attempts to authenticate.
#[derive(Debug)]
struct LoginLimits {
    /// The operator's, for each source.
    operator: Limiter,
    /// A client's, for each client and source: only failures are counted.
    client: Limiter,
}

/// Logs the operator and clients in.
#[derive(Debug)]
pub(crate) struct Logins {
    registry: Arc<Registry>,
    sessions: Arc<Sessions>,
    events: Arc<AuditEvents>,
    clock: Clock,
    limits: LoginLimits,
    /// Of the operator's secret, if there is one.
    operator: Option<Hash>,
}

/// A session that was opened.
#[derive(Debug)]
pub(crate) struct OpenedSession {
    /// Token of the session.
    pub(crate) token: Secret,
    /// Lifetime of the session, in seconds.
    pub(crate) ttl: u64,
    /// Scopes of the session, in the words of the AgentWrit API.
    pub(crate) scopes: [&'static str; 3],
}

/// Why no session was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoginError {
    /// Too many attempts; in how many seconds there is room for one.
    TooMany(u64),
    /// The secret is not that of the principal.
    Unauthorized,
    /// The store refused.
    Store(StoreError),
    /// No randomness for an id.
    Random(NoRandomness),
}

from!(LoginError: Store(StoreError), Random(NoRandomness));

impl Logins {
    pub(crate) fn new(config: &Config, sessions: Arc<Sessions>, events: Arc<AuditEvents>) -> Self {
        let registry = Arc::clone(&sessions.registry);
        let operator = config.operator_secret.as_ref();
        Self {
            limits: LoginLimits {
                operator: Limiter::new(OPERATOR_TRIES),
                client: Limiter::new(Rate {
                    interval: CLIENT_TRIES,
                    burst: config.client_failures,
                }),
            },
            operator: operator.map(|secret| registry.key().hash(OPERATOR, "", secret)),
            clock: sessions.clock.clone(),
            registry,
            sessions,
            events,
        }
    }

    /// Opens a session of the operator for the operator's secret.
    ///
    /// # Errors
    /// [`LoginError`]; a wrong secret is recorded.
    pub(crate) async fn log_operator_in(
        &self,
        secret: &Secret,
        source: &RequestSource,
        info: &RequestInfo,
    ) -> Result<OpenedSession, LoginError> {
        let taken = self.limits.operator.take(source, self.clock.now());
        taken.map_err(LoginError::TooMany)?;
        if !self.is_operator(secret) {
            let event = failure_event(EventKind::AdminAuthFailed, source, info);
            self.events.record(event).await?;
            return Err(LoginError::Unauthorized);
        }
        let event = Event::done(EventKind::AdminAuth).in_request(info);
        self.events.record(event).await?;
        self.open(Principal::Operator, SESSION_TTL)
    }

    /// Opens a session of the client `id` for its secret.
    ///
    /// # Errors
    /// [`LoginError`]; a wrong secret is recorded.
    pub(crate) async fn log_client_in(
        &self,
        id: &str,
        secret: &Secret,
        source: &RequestSource,
        info: &RequestInfo,
    ) -> Result<OpenedSession, LoginError> {
        // Failures are counted, for each client and source: the failures of another source cannot
        // lock a client out.
        let (limit, key, now) = (&self.limits.client, (id, source), self.clock.now());
        limit.check_room(&key, now).map_err(LoginError::TooMany)?;
        if let Some(client) = self.registry.authenticate_client(id, secret) {
            return self.open_for_client(&client, info).await;
        }
        limit.take(&key, now).map_err(LoginError::TooMany)?;
        let event = failure_event(EventKind::AppAuthFailed, source, info);
        let event = match self.registry.any_client(id) {
            Some(client) => event.client(&client.client_id),
            None => event,
        };
        self.events.record(event).await?;
        Err(LoginError::Unauthorized)
    }

    /// Opens a session of a client that is authenticated already.
    ///
    /// # Errors
    /// [`LoginError::Store`] and [`LoginError::Random`].
    pub(crate) async fn open_for_client(
        &self,
        client: &Client,
        info: &RequestInfo,
    ) -> Result<OpenedSession, LoginError> {
        let event = Event::done(EventKind::AppAuthenticated).client(&client.client_id);
        self.events.record(event.in_request(info)).await?;
        self.open(Principal::Client(client.client_id.clone()), client.session_ttl())
    }

    fn open(&self, who: Principal, ttl: u64) -> Result<OpenedSession, LoginError> {
        let scopes = who.scopes();
        let token = self.sessions.open(who, ttl)?;
        Ok(OpenedSession { token, ttl, scopes })
    }

    /// Whether `secret` is the operator's. Takes the same time whether there is one or not.
    fn is_operator(&self, secret: &Secret) -> bool {
        let shown = self.registry.key().hash(OPERATOR, "", secret);
        let same: bool = shown.ct_eq(&self.operator.unwrap_or_default()).into();
        same && self.operator.is_some()
    }
}

fn failure_event(kind: EventKind, source: &RequestSource, info: &RequestInfo) -> Event {
    let event = Event::denied(kind).in_request(info).source(source);
    event.data(&json!({"source": source.to_string()}))
}
