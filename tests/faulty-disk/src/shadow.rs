//! The bytes of each file that are certain to be there.

use crate::names::{self, Listing, ShadowNames};
use crate::watched::{FaultFile, FileKey, WatchedFile, WatchedFolder};
use std::collections::{HashMap, VecDeque};
use std::env;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

static DISK: OnceLock<Disk> = OnceLock::new();

/// The faulty disk of this process.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) watch: WatchedFolder,
    faults: FaultFile,
    deny: bool,
    shadow: Mutex<Shadow>,
}

/// An unsynced change to a file.
#[derive(Debug)]
pub(crate) enum UnsyncedChange {
    /// Bytes, and where they are written.
    Write { at: u64, bytes: Vec<u8> },
    /// The file's new length.
    Length(u64),
}

#[derive(Debug)]
struct Shadow {
    names: ShadowNames,
    files: HashMap<FileKey, Uncertain>,
    /// Whether some of what is not synced is certain all the same, and how many changes there were.
    partly: Option<u64>,
}

/// The unsynced changes of a file, in their order.
#[derive(Debug, Default)]
struct Uncertain {
    /// Number of changes that are certain, or will never be.
    settled: u64,
    changes: VecDeque<UnsyncedChange>,
}

/// The state before a sync: a sync makes no later change certain.
enum Before {
    File(FileKey, u64),
    Folder(PathBuf, Listing),
}

impl Disk {
    /// Reads the settings, and copies the watched folder into the shadow: its content is certain
    /// when the process begins.
    pub(crate) fn begin() {
        let variable = |name: &str| env::var_os(name).map(PathBuf::from);
        let (Some(watch), Some(folder)) = (variable("FAULTY_DISK_WATCH"), variable("FAULTY_DISK_SHADOW")) else {
            return;
        };
        let watch = expect_kept(WatchedFolder::new(&watch));
        let shadow = Shadow {
            names: expect_kept(ShadowNames::begin(watch.folder(), folder)),
            files: HashMap::new(),
            partly: variable("FAULTY_DISK_KEEPS_SOME").map(|_| 0),
        };
        let disk = Self {
            watch,
            faults: FaultFile(variable("FAULTY_DISK_FAULTS")),
            deny: variable("FAULTY_DISK_DENY_SYNC").is_some(),
            shadow: Mutex::new(shadow),
        };
        let _begun_already = DISK.set(disk);
    }

    pub(crate) fn of_process() -> Option<&'static Self> {
        DISK.get()
    }

    /// Lets `real` change a file, and notes the `change` that it was. The shadow is held meanwhile:
    /// changes are noted in the order in which they happen.
    pub(crate) fn change(
        &self,
        watched: &WatchedFile,
        real: impl FnOnce() -> i64,
        change: impl FnOnce(i64) -> UnsyncedChange,
    ) -> Result<i64, i32> {
        self.faults.check("write", watched)?;
        let mut shadow = self.shadow();
        let answer = real();
        if let WatchedFile::File(key, _) = watched
            && answer >= 0
        {
            expect_kept(shadow.note(key, change(answer)));
        }
        Ok(answer)
    }

    /// Lets `real` sync. The shadow is not held meanwhile: others may write.
    pub(crate) fn sync(&self, watched: &WatchedFile, real: impl FnOnce() -> i64) -> Result<i64, i32> {
        if self.deny {
            return Ok(0);
        }
        let before = expect_kept(self.before(watched));
        let answer = self.faults.check("sync", watched).map(|()| real());
        let mut shadow = self.shadow();
        match (before, &answer) {
            (Before::File(key, until), Ok(0)) => expect_kept(shadow.keep(&key, until)),
            // After a sync that failed a system holds the bytes for written, and the next sync can
            // succeed without them.
            (Before::File(key, until), _) => shadow.forget(&key, until),
            (Before::Folder(path, listing), Ok(0)) => expect_kept(shadow.names.keep(path, listing)),
            (Before::Folder(..), _) => {}
        }
        answer
    }

    fn before(&self, watched: &WatchedFile) -> io::Result<Before> {
        Ok(match watched {
            WatchedFile::File(key, _) => Before::File(key.clone(), self.shadow().noted(key)),
            WatchedFile::Folder(path) => Before::Folder(path.clone(), names::list(&self.watch.folder().join(path))?),
        })
    }

    fn shadow(&self) -> MutexGuard<'_, Shadow> {
        self.shadow.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shadow {
    fn note(&mut self, key: &FileKey, change: UnsyncedChange) -> io::Result<()> {
        if let Some(count) = &mut self.partly {
            *count += 1;
            let part = change.part(*count);
            // Done again, in its turn, when the file is synced: nothing older may lie over it then.
            part.map_or(Ok(()), |part| part.apply(&self.names.bytes(key)?))?;
        }
        self.files.entry(key.clone()).or_default().changes.push_back(change);
        Ok(())
    }

    /// Changes that were ever noted.
    fn noted(&self, key: &FileKey) -> u64 {
        self.files
            .get(key)
            .map_or(0, |file| file.settled + file.changes.len() as u64)
    }

    /// The first `until` changes are certain.
    fn keep(&mut self, key: &FileKey, until: u64) -> io::Result<()> {
        let bytes = self.names.bytes(key)?;
        while let Some(change) = self.settle(key, until) {
            change.apply(&bytes)?;
        }
        Ok(())
    }

    /// The first `until` changes will never be certain.
    fn forget(&mut self, key: &FileKey, until: u64) {
        while self.settle(key, until).is_some() {}
    }

    /// The next change to be settled. Another sync that ran at the same time may have been first.
    fn settle(&mut self, key: &FileKey, until: u64) -> Option<UnsyncedChange> {
        let file = self.files.get_mut(key).filter(|file| file.settled < until)?;
        file.settled += 1;
        file.changes.pop_front()
    }
}

impl UnsyncedChange {
    fn apply(&self, file: &File) -> io::Result<()> {
        match self {
            Self::Write { at, bytes } => file.write_all_at(bytes, *at),
            Self::Length(length) => file.set_len(*length),
        }
    }

    /// The part of the change number `count` that reaches the disk without a sync: nothing, all, or
    /// the first half.
    fn part(&self, count: u64) -> Option<Self> {
        match (self, count % 3) {
            (_, 0) => None,
            (Self::Length(length), _) => Some(Self::Length(*length)),
            (Self::Write { at, bytes }, rest) => {
                let half = bytes.len() / rest.try_into().unwrap_or(1);
                let (at, bytes) = (*at, bytes.iter().take(half).copied().collect());
                Some(Self::Write { at, bytes })
            }
        }
    }
}

/// The value of `done`, or the end of the process: a shadow that could not be kept proves nothing.
fn expect_kept<T>(done: io::Result<T>) -> T {
    done.unwrap_or_else(|error| {
        eprintln!("faulty disk: the shadow cannot be kept: {error}");
        std::process::abort()
    })
}
