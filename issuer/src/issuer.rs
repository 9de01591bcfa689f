//! The issuer as a value: what the endpoints share.

use crate::bundle::{Feed, Stopping};
use crate::clock::Clock;
use crate::config::Config;
use crate::folder::{Folder, FolderError, Lock};
use crate::keys::{Keyring, KeysError};
use crate::mint::Mint;
use crate::registry::{LoadError, Registry};
use crate::store::{self, Store};
use std::path::Path;
use std::sync::Arc;
use std::{error, fmt};

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
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Registry(error) => error.fmt(f),
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

/// The database in the data folder.
pub const DATABASE: &str = "issuer.db";

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
        Self {
            config,
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
}
