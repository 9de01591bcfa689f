//! The issuer as a value: the services that all endpoints share, built in one place.

use crate::agents::{Agents, LaunchTokens};
use crate::base::stopping::Stopping;
use crate::config::Config;
use crate::data::Data;
use crate::edges::Edges;
use crate::evidence::AuditEvents;
use crate::health::Health;
use crate::keyring::Keyring;
use crate::registry::Registry;
use crate::sessions::{Logins, Sessions, VerifiedSessions};
use crate::tasks::lifecycle::Tasks;
use crate::tasks::report::TaskReports;
use crate::tokens::bundle::Feed;
use crate::tokens::mint::Mint;
use crate::tokens::revoke::Revocations;
use crate::tokens::status::TokenStatus;
use std::sync::Arc;

/// The services of the issuer. Each has the handles that it needs, and none has this value.
#[derive(Debug)]
pub struct Issuer {
    pub(crate) config: Config,
    pub(crate) stopping: Stopping,
    pub(crate) registry: Arc<Registry>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) tokens: Arc<TokenStatus>,
    pub(crate) events: Arc<AuditEvents>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) logins: Logins,
    pub(crate) revocations: Revocations,
    pub(crate) tasks: Tasks,
    pub(crate) reports: TaskReports,
    pub(crate) agents: Agents,
    pub(crate) edges: Edges,
    pub(crate) health: Health,
    /// Holds the folder.
    _data: Arc<Data>,
}

/// The services on which other services build.
struct SharedServices {
    feed: Arc<Feed>,
    mint: Arc<Mint>,
    tokens: Arc<TokenStatus>,
    events: Arc<AuditEvents>,
}

impl SharedServices {
    fn new(config: &Config, data: &Data) -> Self {
        let issuer = config.issuer.to_string();
        let feed = Feed::new(
            issuer.clone(),
            Arc::clone(&data.store),
            data.clock.clone(),
            Arc::clone(&data.keyring),
        );
        let feed = Arc::new(feed);
        let tokens = TokenStatus::new(issuer.clone(), data.clock.clone(), Arc::clone(&feed));
        let mint = Mint {
            issuer,
            trust_domain: config.trust_domain.clone(),
            keyring: Arc::clone(&data.keyring),
        };
        Self {
            feed,
            mint: Arc::new(mint),
            tokens: Arc::new(tokens),
            events: Arc::new(AuditEvents::new(Arc::clone(&data.store))),
        }
    }
}

impl Issuer {
    /// An issuer with `config` on `data`, until `stopping`.
    #[must_use]
    pub fn new(config: Config, data: Arc<Data>, stopping: Stopping) -> Self {
        let shared = SharedServices::new(&config, &data);
        let sessions = Arc::new(new_sessions(&config, &data, &shared));
        Self {
            logins: Logins::new(&config, Arc::clone(&sessions), Arc::clone(&shared.events)),
            sessions,
            revocations: Revocations::new(Arc::clone(&data.store)),
            tasks: new_tasks(&data, &shared),
            reports: TaskReports::new(Arc::clone(&data.store), data.clock.clone()),
            agents: new_agents(&config, &data, &shared),
            edges: new_edges(&data, &shared),
            health: new_health(&data, &shared, stopping.clone()),
            config,
            stopping,
            registry: Arc::clone(&data.registry),
            keyring: Arc::clone(&data.keyring),
            feed: shared.feed,
            tokens: shared.tokens,
            events: shared.events,
            _data: data,
        }
    }
}

fn new_sessions(config: &Config, data: &Data, shared: &SharedServices) -> Sessions {
    Sessions {
        issuer: config.issuer.to_string(),
        store: Arc::clone(&data.store),
        clock: data.clock.clone(),
        registry: Arc::clone(&data.registry),
        keyring: Arc::clone(&data.keyring),
        feed: Arc::clone(&shared.feed),
        verified: VerifiedSessions::default(),
    }
}

fn new_tasks(data: &Data, shared: &SharedServices) -> Tasks {
    Tasks {
        store: Arc::clone(&data.store),
        clock: data.clock.clone(),
        mint: Arc::clone(&shared.mint),
        events: Arc::clone(&shared.events),
    }
}

fn new_agents(config: &Config, data: &Data, shared: &SharedServices) -> Agents {
    Agents {
        store: Arc::clone(&data.store),
        clock: data.clock.clone(),
        registry: Arc::clone(&data.registry),
        keyring: Arc::clone(&data.keyring),
        mint: Arc::clone(&shared.mint),
        events: Arc::clone(&shared.events),
        launches: LaunchTokens::default(),
        default_audience: config.default_audience.clone(),
    }
}

fn new_edges(data: &Data, shared: &SharedServices) -> Edges {
    Edges {
        store: Arc::clone(&data.store),
        clock: data.clock.clone(),
        tokens: Arc::clone(&shared.tokens),
    }
}

fn new_health(data: &Data, shared: &SharedServices, stopping: Stopping) -> Health {
    Health {
        store: Arc::clone(&data.store),
        registry: Arc::clone(&data.registry),
        feed: Arc::clone(&shared.feed),
        clock: data.clock.clone(),
        began: data.clock.now(),
        stopping,
    }
}
