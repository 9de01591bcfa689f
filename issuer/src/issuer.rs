//! The issuer as a value: what the endpoints share.

use crate::audit::{Event, Kind};
use crate::bundle::{Feed, Stopping};
use crate::clock::{Clock, Moment};
use crate::config::Config;
use crate::folder::{Folder, FolderError, Lock};
use crate::keys::{Hash, Keyring, KeysError};
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::mint::Mint;
use crate::registry::{LoadError, Registry};
use crate::seen::Seen;
use crate::store::{self, Store, StoreError};
use edgewrit_shared::secret::Secret;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::{error, fmt};
use subtle::ConstantTimeEq as _;

/// Why a data folder cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The folder itself.
    Folder(FolderError),
    /// Its keys.
    Keys(KeysError),
    /// Its database.
    Store(store::OpenError),
    /// What its database says of clients.
    Registry(LoadError),
    /// That it was restored could not be recorded.
    Restored(StoreError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Registry(error) => error.fmt(f),
            Self::Restored(error) => error.fmt(f),
        }
    }
}

impl error::Error for OpenError {}

/// An opened data folder, held by this process.
#[derive(Debug)]
pub struct Data {
    /// The folder.
    pub folder: Folder,
    /// Where the time comes from.
    pub clock: Clock,
    /// What is remembered.
    pub store: Arc<Store>,
    /// Who is registered.
    pub registry: Arc<Registry>,
    /// The keys.
    pub keyring: Arc<Keyring>,
    _lock: Lock,
}

impl Data {
    /// Opens the data folder at `path`; a new one gets its keys and database.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(path: &Path, clock: Clock) -> Result<Self, OpenError> {
        let folder = Folder::open(path).map_err(OpenError::Folder)?;
        let lock = folder.lock().map_err(OpenError::Folder)?;
        Self::open_locked(folder, lock, clock).await
    }

    /// As [`Self::open`], for a folder that is held already.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_locked(folder: Folder, lock: Lock, clock: Clock) -> Result<Self, OpenError> {
        let store = Store::open(&folder.path(DATABASE), clock.clone()).map_err(OpenError::Store)?;
        let store = Arc::new(store);
        let keys = Keyring::open(folder.clone(), Arc::clone(&store), clock.clone()).await;
        let (keyring, credential) = keys.map_err(OpenError::Keys)?;
        restored(&store).await.map_err(OpenError::Restored)?;
        let registry = Registry::load(Arc::clone(&store), credential, clock.clone()).await;
        Ok(Self {
            folder,
            clock,
            store,
            registry: registry.map(Arc::new).map_err(OpenError::Registry)?,
            keyring: Arc::new(keyring),
            _lock: lock,
        })
    }
}

/// Records that the database comes from a backup, if this is the first time that it is opened.
async fn restored(store: &Store) -> Result<(), StoreError> {
    let epoch = store.epoch().to_owned();
    let note = store.write(move |writing| {
        if store::was_restored(writing)? {
            writing.record(&Event::done(Kind::DatabaseRestored).data(&json!({"epoch": epoch})))?;
        }
        Ok(())
    });
    note.await
}

/// The database in the data folder.
pub const DATABASE: &str = "issuer.db";

/// How often secrets may be tried.
#[derive(Debug)]
pub(crate) struct Limits {
    /// The operator's, for each source.
    pub(crate) operator: Limiter,
    /// A client's, for each client and source: only failures count.
    pub(crate) client: Limiter,
    /// Tries in the name of no client that are written down, for each source.
    pub(crate) nobody: Limiter,
}

/// Milliseconds between two tries of the operator's secret, and tries at once.
const OPERATOR_TRIES: (u64, u64) = (200, 10);
/// Milliseconds between two failures of a client.
const CLIENT_TRIES: u64 = 1_000;
/// What the hash of the operator's secret is made for.
const OPERATOR: &str = "operator";

/// The issuer.
#[derive(Debug)]
pub struct Issuer {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<Store>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) mint: Arc<Mint>,
    pub(crate) feed: Feed,
    pub(crate) stopping: Stopping,
    pub(crate) limits: Limits,
    pub(crate) began: Moment,
    pub(crate) seen: Seen,
    pub(crate) metrics: Arc<Metrics>,
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
        let mint = Mint {
            issuer,
            trust_domain: config.trust_domain.clone(),
            keyring: Arc::clone(&keyring),
        };
        let operator = config.operator_secret.as_ref();
        Self {
            limits: Limits {
                operator: Limiter::new(OPERATOR_TRIES.0, OPERATOR_TRIES.1),
                client: Limiter::new(CLIENT_TRIES, config.client_failures),
                nobody: Limiter::new(CLIENT_TRIES, config.client_failures),
            },
            operator: operator.map(|secret| data.registry.key().hash(OPERATOR, "", secret)),
            config,
            began: data.clock.now(),
            seen: Seen::default(),
            metrics: Arc::default(),
            clock: data.clock.clone(),
            store,
            registry: Arc::clone(&data.registry),
            keyring,
            mint: Arc::new(mint),
            feed,
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
