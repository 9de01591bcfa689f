//! An opened data directory.

use super::admit::{Epoch, admit};
use super::opening::{OpenDataError, Opening};
use super::restore;
use crate::base::clock::Clock;
use crate::evidence::outside::{HeadKeeper, OutsideError, Published};
use crate::files::{DATABASE, DataDirectory, DirectoryLock, ISSUER_FILE, make_data_directory};
use crate::keyring::Keyring;
use crate::registry::Registry;
use crate::store::{DatabaseOrigin, SqliteStore, Store};
use std::path::Path;
use std::sync::Arc;

/// An opened data directory, held by this process.
#[derive(Debug)]
pub struct Data {
    /// The folder.
    pub directory: DataDirectory,
    /// The clock of the issuer.
    pub clock: Clock,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The clients and edges that are registered.
    pub registry: Arc<Registry>,
    /// The keys.
    pub keyring: Arc<Keyring>,
    head_keeper: HeadKeeper,
    _lock: DirectoryLock,
}

impl Data {
    /// Opens the data directory at `path`, which is its user's alone; a new one gets its keys and
    /// database.
    ///
    /// # Errors
    /// [`OpenDataError`].
    pub async fn open(path: &Path, clock: Clock) -> Result<Self, OpenDataError> {
        Self::open_as(path, clock, Opening::default()).await
    }

    /// As [`Self::open`], with what the operator says about it.
    ///
    /// # Errors
    /// [`OpenDataError`].
    pub async fn open_as(path: &Path, clock: Clock, opening: Opening) -> Result<Self, OpenDataError> {
        let directory = make_data_directory(path, opening.group).map_err(OpenDataError::Directory)?;
        let lock = directory.lock().map_err(OpenDataError::Directory)?;
        Self::open_locked(directory, lock, clock, opening).await
    }

    /// As [`Self::open_as`], for a folder that is held already.
    ///
    /// # Errors
    /// [`OpenDataError`].
    pub async fn open_locked(
        directory: DataDirectory,
        lock: DirectoryLock,
        clock: Clock,
        opening: Opening,
    ) -> Result<Self, OpenDataError> {
        let origin = if restore::is_marked(&directory).map_err(OpenDataError::Directory)? {
            DatabaseOrigin::Backup
        } else {
            DatabaseOrigin::Unmarked
        };
        let mut store =
            SqliteStore::open_from(&directory.file(DATABASE), clock.clone(), origin).map_err(OpenDataError::Store)?;
        not_ahead(&store, &clock).await?;
        let (last, epoch) = admit(&directory, &store, &clock, origin, &opening).await?;
        if epoch == Epoch::Another {
            drop(store);
            store = SqliteStore::open(&directory.file(DATABASE), clock.clone()).map_err(OpenDataError::Store)?;
        }
        let store: Arc<dyn Store> = Arc::new(store);
        let keys = Keyring::open(directory.clone(), Arc::clone(&store), clock.clone(), last).await;
        let (keyring, credential) = keys.map_err(OpenDataError::Keys)?;
        let registry = Registry::load(Arc::clone(&store), credential, clock.clone()).await;
        let data = Self {
            head_keeper: HeadKeeper::new(directory.clone(), opening.witness),
            directory,
            clock,
            store,
            registry: registry.map(Arc::new).map_err(OpenDataError::Registry)?,
            keyring: Arc::new(keyring),
            _lock: lock,
        };
        // Of a process that was killed, the last events are under no checkpoint.
        let signed = data.keyring.sign_checkpoint(&data.served_as()).await;
        signed.map_err(OpenDataError::Read)?;
        data.keep_head().await.map_err(OpenDataError::Outside)?;
        data.store.note_outside_head().await.map_err(OpenDataError::Read)?;
        restore::unmark(&data.directory).map_err(OpenDataError::Directory)?;
        Ok(data)
    }

    /// The origin that was served last; nothing if there was none.
    pub(crate) fn served_as(&self) -> String {
        let served = self.directory.file(ISSUER_FILE).read().ok().flatten();
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
            head: self.store.history_ends().borrow().head,
            checkpoint,
            at: self.clock.now().seconds(),
        };
        self.head_keeper.keep(published).await
    }
}

/// Most milliseconds by which the last write may lie in the future: an hour, which clocks are
/// corrected by.
const AHEAD: u64 = 3_600_000;

/// A clock that is far behind, or was far ahead, is found before anything is signed by it.
async fn not_ahead(store: &dyn Store, clock: &Clock) -> Result<(), OpenDataError> {
    let last = store.last_write();
    let (last, now) = (last.await.map_err(OpenDataError::Read)?, clock.now());
    if last.millis > now.millis.saturating_add(AHEAD) {
        return Err(OpenDataError::Ahead(last, now));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Event, EventKind};
    use crate::base::clock::Moment;
    use crate::store::{BeginBoot, RecordEvent};
    use std::time::Duration;

    async fn opened_at(path: &Path, minutes: u64) -> Result<Data, OpenDataError> {
        Data::open(
            &path.join("data"),
            Clock::new(move || Duration::from_secs(minutes * 60)),
        )
        .await
    }

    #[tokio::test]
    async fn a_clock_that_is_far_behind_what_was_written_is_found_at_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let data = opened_at(directory.path(), 1_000).await.unwrap();
        let record = RecordEvent::new(Event::done(EventKind::AdminAuth));
        data.store.record(record).await.unwrap();
        drop(data);
        let ahead = opened_at(directory.path(), 939).await.unwrap_err();
        assert!(
            matches!(ahead, OpenDataError::Ahead(..)) && ahead.to_string().contains("set the clock"),
            "{ahead}"
        );
        let data = opened_at(directory.path(), 940).await.unwrap();
        let boot = BeginBoot {
            boot_id: "b".to_owned(),
            edge_id: "e".to_owned(),
            at: Moment { millis: 60_000_000 * 2 }.seconds(),
            event: Event::done(EventKind::EdgeBooted),
        };
        data.store.begin_boot(boot).await.unwrap();
        drop(data);
        assert!(matches!(
            opened_at(directory.path(), 1_000).await,
            Err(OpenDataError::Ahead(..))
        ));
        assert!(opened_at(directory.path(), 2_000).await.is_ok());
    }
}
