//! The issuer as a value: what the endpoints share.

use crate::bundle::{Feed, Stopping};
use crate::clock::Clock;
use crate::config::Config;
use crate::folder::{Folder, FolderError, Lock};
use crate::keys::{CredentialKey, Keys, KeysError, SigningKey, Start};
use crate::mint::Mint;
use crate::registry::{LoadError, Registry};
use crate::signer::LocalSigner;
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
    clock: Clock,
    store: Arc<Store>,
    registry: Arc<Registry>,
    writ: SigningKey,
    bundle: SigningKey,
    session: SigningKey,
    lock: Lock,
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
        let database = folder.path("issuer.db");
        let start = if database.exists() { Start::Later } else { Start::First };
        let keys = Keys::open(&folder, start).map_err(OpenError::Keys)?;
        let store = Arc::new(Store::open(&database).map_err(OpenError::Store)?);
        let registry = registry(&store, keys.credential, &clock).await?;
        Ok(Self {
            folder,
            clock,
            store,
            registry,
            writ: keys.writ,
            bundle: keys.bundle,
            session: keys.session,
            lock,
        })
    }

    /// Who is registered.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// The `x` of the key that edges pin.
    #[must_use]
    pub fn pin(&self) -> String {
        self.bundle.public().x()
    }
}

async fn registry(store: &Arc<Store>, key: CredentialKey, clock: &Clock) -> Result<Arc<Registry>, OpenError> {
    let loaded = Registry::load(Arc::clone(store), key, clock.clone()).await;
    loaded.map(Arc::new).map_err(OpenError::Registry)
}

/// The issuer.
#[derive(Debug)]
pub struct Issuer {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<Store>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) mint: Arc<Mint>,
    pub(crate) feed: Feed,
    pub(crate) session: SigningKey,
    pub(crate) stopping: Stopping,
    /// The public half of the writ key as a JWK, for `/.well-known/jwks.json`.
    pub(crate) jwk: String,
    _lock: Lock,
}

impl Issuer {
    /// An issuer with `config` on `data`, until `stopping`.
    #[must_use]
    pub fn new(config: Config, data: Data, stopping: Stopping) -> Self {
        let Data { clock, store, writ, .. } = data;
        let issuer = config.issuer.to_string();
        let keys = vec![writ.public().clone()];
        let feed = Feed::new(issuer.clone(), Arc::clone(&store), clock.clone(), data.bundle, keys);
        let mint = Mint {
            issuer,
            trust_domain: config.trust_domain.clone(),
            kid: writ.public().kid().to_owned(),
            signer: Box::new(LocalSigner::new(&writ)),
        };
        Self {
            config,
            clock,
            store,
            registry: data.registry,
            mint: Arc::new(mint),
            feed,
            session: data.session,
            stopping,
            jwk: writ.public().to_jwk(),
            _lock: data.lock,
        }
    }
}
