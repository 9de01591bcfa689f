//! The issuer as a value, which all endpoints share.

use crate::base::clock::{Clock, Moment};
use crate::base::limiter::{Limiter, Rate};
use crate::base::stopping::Stopping;
use crate::config::Config;
use crate::data::Data;
use crate::edges::Edges;
use crate::evidence::AuditEvents;
use crate::keyring::Keyring;
use crate::keys::Hash;
use crate::registry::{OPERATOR, Registry};
use crate::store::Store;
use crate::tasks::lifecycle::Tasks;
use crate::tasks::report::TaskReports;
use crate::tokens::bundle::Feed;
use crate::tokens::cache::{LaunchTokens, VerifiedSessions};
use crate::tokens::mint::Mint;
use crate::tokens::revoke::Revocations;
use crate::tokens::status::TokenStatus;
use edgewrit_shared::secret::Secret;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// The limits of attempts to authenticate.
#[derive(Debug)]
pub(crate) struct Limits {
    /// The operator's, for each source.
    pub(crate) operator: Limiter,
    /// A client's, for each client and source: only failures are counted.
    pub(crate) client: Limiter,
}

/// Tries of the operator's secret.
const OPERATOR_TRIES: Rate = Rate {
    interval: 200,
    burst: 10,
};
/// Milliseconds between two failures of a client.
const CLIENT_TRIES: u64 = 1_000;

/// The issuer.
#[derive(Debug)]
pub struct Issuer {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<Store>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) mint: Arc<Mint>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) tokens: Arc<TokenStatus>,
    pub(crate) revocations: Revocations,
    pub(crate) tasks: Tasks,
    pub(crate) reports: TaskReports,
    pub(crate) edges: Edges,
    pub(crate) stopping: Stopping,
    pub(crate) events: Arc<AuditEvents>,
    pub(crate) limits: Limits,
    pub(crate) began: Moment,
    pub(crate) sessions: VerifiedSessions,
    pub(crate) launches: LaunchTokens,
    /// Of the operator's secret, if there is one.
    operator: Option<Hash>,
    /// Holds the folder.
    _data: Arc<Data>,
}

impl Issuer {
    /// An issuer with `config` on `data`, until `stopping`.
    #[must_use]
    pub fn new(config: Config, data: Arc<Data>, stopping: Stopping) -> Self {
        let issuer = config.issuer.to_string();
        let (store, keyring) = (Arc::clone(&data.store), Arc::clone(&data.keyring));
        let feed = Feed::new(
            issuer.clone(),
            Arc::clone(&store),
            data.clock.clone(),
            Arc::clone(&keyring),
        );
        let feed = Arc::new(feed);
        let tokens = TokenStatus::new(issuer.clone(), data.clock.clone(), Arc::clone(&feed));
        let tokens = Arc::new(tokens);
        let mint = Mint {
            issuer,
            trust_domain: config.trust_domain.clone(),
            keyring: Arc::clone(&keyring),
        };
        let mint = Arc::new(mint);
        let events = Arc::new(AuditEvents::new(Arc::clone(&store)));
        let operator = config.operator_secret.as_ref();
        Self {
            limits: Limits {
                operator: Limiter::new(OPERATOR_TRIES),
                client: Limiter::new(Rate {
                    interval: CLIENT_TRIES,
                    burst: config.client_failures,
                }),
            },
            operator: operator.map(|secret| data.registry.key().hash(OPERATOR, "", secret)),
            revocations: Revocations::new(Arc::clone(&store)),
            tasks: Tasks {
                store: Arc::clone(&store),
                clock: data.clock.clone(),
                mint: Arc::clone(&mint),
                events: Arc::clone(&events),
            },
            reports: TaskReports::new(Arc::clone(&store), data.clock.clone()),
            edges: Edges {
                store: Arc::clone(&store),
                clock: data.clock.clone(),
                tokens: Arc::clone(&tokens),
            },
            events,
            config,
            began: data.clock.now(),
            sessions: VerifiedSessions::default(),
            launches: LaunchTokens::default(),
            clock: data.clock.clone(),
            store,
            registry: Arc::clone(&data.registry),
            keyring,
            mint,
            feed,
            tokens,
            stopping,
            _data: data,
        }
    }

    /// Whether `secret` is the operator's. Takes the same time whether there is one or not.
    pub(crate) fn is_operator(&self, secret: &Secret) -> bool {
        let shown = self.registry.key().hash(OPERATOR, "", secret);
        let same: bool = shown.ct_eq(&self.operator.unwrap_or_default()).into();
        same && self.operator.is_some()
    }
}
