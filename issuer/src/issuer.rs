//! The issuer as a value: what the endpoints share.

use crate::admit::{Epoch, admit};
use crate::bundle::Feed;
use crate::clock::{Clock, Moment};
use crate::config::Config;
use crate::files::GroupRead;
use crate::folder::{DATABASE, Folder, FolderError, ISSUER_FILE, Lock};
use crate::keyring::{Keyring, KeysError};
use crate::keys::Hash;
use crate::limiter::{Limiter, Rate};
use crate::mint::Mint;
use crate::outside::{Disagreement, HeadKeeper, OutsideError, Published};
use crate::registry::{LoadError, OPERATOR, Registry};
use crate::restore;
use crate::rfc3339;
use crate::seen::{Launches, Seen, Sessions};
use crate::stopping::Stopping;
use crate::store::{self, Origin, Store, StoreError, audit, spend};
use edgewrit_shared::secret::Secret;
use std::path::{Path, PathBuf};
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
    /// What is kept outside of the database cannot be read.
    Outside(OutsideError),
    /// The database is not the one of which something was published: which folder, where that is kept, and what differs.
    Copied(PathBuf, PathBuf, Disagreement),
    /// It could not be read.
    Read(StoreError),
    /// What was written last is from the future: from when, and when it is now.
    Ahead(Moment, Moment),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Registry(error) => error.fmt(f),
            Self::Outside(error) => error.fmt(f),
            Self::Copied(folder, kept, what) => {
                let (folder, kept) = (folder.display(), kept.display());
                write!(
                    f,
                    "{what} ({kept}). If it is a copy or a backup: `edgewrit restore --data {folder}`, then serve: what could have been \
                     ended since is void. If it is the original and what is kept outside of it is wrong: \
                     `edgewrit serve --data {folder} --this-is-the-original`"
                )
            }
            Self::Read(error) => error.fmt(f),
            Self::Ahead(written, now) => {
                let (written, now) = (rfc3339::write_millis(*written), rfc3339::write_millis(*now));
                write!(
                    f,
                    "the database was written at `{written}`, and the clock says `{now}`: set the clock. If it was ahead when that was \
                     written, start from a backup from before: whatever is ended now would be ended until then"
                )
            }
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
    head_keeper: HeadKeeper,
    _lock: Lock,
}

/// What the operator says about the database that is opened.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// What the group of the data folder may do.
    pub group: GroupRead,
    /// It is the original, whatever is kept outside of it.
    pub is_original: bool,
    /// Where how far the audit reached is kept a second time.
    pub witness: Option<PathBuf>,
}

impl Data {
    /// Opens the data folder at `path`, which is its user's alone; a new one gets its keys and database.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(path: &Path, clock: Clock) -> Result<Self, OpenError> {
        Self::open_as(path, clock, Opening::default()).await
    }

    /// As [`Self::open`], with what the operator says about it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_as(path: &Path, clock: Clock, opening: Opening) -> Result<Self, OpenError> {
        let folder = Folder::open(path, opening.group).map_err(OpenError::Folder)?;
        let lock = folder.lock().map_err(OpenError::Folder)?;
        Self::open_locked(folder, lock, clock, opening).await
    }

    /// As [`Self::open_as`], for a folder that is held already.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_locked(folder: Folder, lock: Lock, clock: Clock, opening: Opening) -> Result<Self, OpenError> {
        let origin = if restore::is_marked(&folder).map_err(OpenError::Folder)? {
            Origin::Backup
        } else {
            Origin::Unmarked
        };
        let mut store = Store::open_from(&folder.file(DATABASE), clock.clone(), origin).map_err(OpenError::Store)?;
        not_ahead(&store, &clock).await?;
        let (last, epoch) = admit(&folder, &store, &clock, origin, &opening).await?;
        if epoch == Epoch::Another {
            drop(store);
            store = Store::open(&folder.file(DATABASE), clock.clone()).map_err(OpenError::Store)?;
        }
        let store = Arc::new(store);
        let keys = Keyring::open(folder.clone(), Arc::clone(&store), clock.clone(), last).await;
        let (keyring, credential) = keys.map_err(OpenError::Keys)?;
        let registry = Registry::load(Arc::clone(&store), credential, clock.clone()).await;
        let data = Self {
            head_keeper: HeadKeeper::new(folder.clone(), opening.witness),
            folder,
            clock,
            store,
            registry: registry.map(Arc::new).map_err(OpenError::Registry)?,
            keyring: Arc::new(keyring),
            _lock: lock,
        };
        // Of a process that was killed, the last events are under no checkpoint.
        let signed = data.keyring.sign_checkpoint(&data.served_as()).await;
        signed.map_err(OpenError::Read)?;
        data.keep_head().await.map_err(OpenError::Outside)?;
        data.store
            .write(|writing| store::note_outside_head(writing))
            .await
            .map_err(OpenError::Read)?;
        restore::unmark(&data.folder).map_err(OpenError::Folder)?;
        Ok(data)
    }

    /// The origin that was served last; nothing if there was none.
    pub(crate) fn served_as(&self) -> String {
        let served = self.folder.file(ISSUER_FILE).read().ok().flatten();
        served
            .and_then(|served| String::from_utf8(served).ok())
            .unwrap_or_default()
    }

    /// Keeps outside of the database how far its audit reaches: what is durable by now.
    ///
    /// # Errors
    /// [`OutsideError`]; what is kept is what was kept before.
    pub async fn keep_head(&self) -> Result<(), OutsideError> {
        // In this order: the checkpoint may cover less than the head, not more.
        let checkpoint = self.keyring.last_checkpoint().await;
        let published = Published {
            epoch: self.store.epoch().to_owned(),
            head: self.store.reached().borrow().head,
            checkpoint,
            at: self.clock.now().seconds(),
        };
        self.head_keeper.keep(published).await
    }
}

/// How far what was written last may lie in the future, in milliseconds: an hour, which clocks are corrected by.
const AHEAD: u64 = 3_600_000;

/// A clock that is far behind, or was far ahead, is found before anything is signed by it.
async fn not_ahead(store: &Store, clock: &Clock) -> Result<(), OpenError> {
    let last = store.read(|reading| Ok(audit::last_at(reading)?.max(spend::last_boot(reading)?)));
    let (last, now) = (last.await.map_err(OpenError::Read)?, clock.now());
    if last.millis > now.millis.saturating_add(AHEAD) {
        return Err(OpenError::Ahead(last, now));
    }
    Ok(())
}

/// How often secrets may be tried.
#[derive(Debug)]
pub(crate) struct Limits {
    /// The operator's, for each source.
    pub(crate) operator: Limiter,
    /// A client's, for each client and source: only failures count.
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
    pub(crate) feed: Feed,
    pub(crate) stopping: Stopping,
    pub(crate) limits: Limits,
    pub(crate) began: Moment,
    pub(crate) seen: Seen,
    pub(crate) sessions: Sessions,
    pub(crate) launches: Launches,
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
                operator: Limiter::new(OPERATOR_TRIES),
                client: Limiter::new(Rate {
                    interval: CLIENT_TRIES,
                    burst: config.client_failures,
                }),
            },
            operator: operator.map(|secret| data.registry.key().hash(OPERATOR, "", secret)),
            config,
            began: data.clock.now(),
            seen: Seen::default(),
            sessions: Sessions::default(),
            launches: Launches::default(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Event, Kind};
    use std::time::Duration;

    async fn opened_at(path: &Path, minutes: u64) -> Result<Data, OpenError> {
        Data::open(
            &path.join("data"),
            Clock::new(move || Duration::from_secs(minutes * 60)),
        )
        .await
    }

    #[tokio::test]
    async fn a_clock_that_is_far_behind_what_was_written_is_found_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let data = opened_at(folder.path(), 1_000).await.unwrap();
        let record = data
            .store
            .write(|writing| writing.record(&Event::done(Kind::AdminAuth)));
        record.await.unwrap();
        drop(data);
        let ahead = opened_at(folder.path(), 939).await.unwrap_err();
        assert!(
            matches!(ahead, OpenError::Ahead(..)) && ahead.to_string().contains("set the clock"),
            "{ahead}"
        );
        let data = opened_at(folder.path(), 940).await.unwrap();
        let boot = data
            .store
            .write(|writing| spend::boot(writing, "b", "e", Moment { millis: 60_000_000 * 2 }.seconds()));
        boot.await.unwrap();
        drop(data);
        assert!(matches!(
            opened_at(folder.path(), 1_000).await,
            Err(OpenError::Ahead(..))
        ));
        assert!(opened_at(folder.path(), 2_000).await.is_ok());
    }
}
