//! The data directory: its owner, its files, and the process that holds it.

use super::error::{FileError, io_error};
use super::own::{OwnFile, make_own_directory, open_own_directory};
use super::rule::GroupRead;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The data directory, not yet held.
#[derive(Clone, Debug)]
pub struct DataDirectory {
    path: PathBuf,
    group: GroupRead,
}

impl DataDirectory {
    /// The folder at `path`; made, private, if it is not there.
    ///
    /// # Errors
    /// [`FileError`] if it cannot be made, or if others can use it.
    pub fn open(path: &Path, group: GroupRead) -> Result<Self, FileError> {
        let directory = Self::at(path, group);
        make_own_directory(&directory.path, group)?;
        Ok(directory)
    }

    /// Makes the folder `name` in the folder, private, if it is not there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn make_folder(&self, name: &str) -> Result<(), FileError> {
        make_own_directory(&self.path(name), self.group)
    }

    /// Syncs the names in the folder.
    ///
    /// # Errors
    /// As [`Self::open_existing`].
    pub fn sync(&self) -> Result<(), FileError> {
        let folder = open_own_directory(&self.path, self.group)?;
        folder.sync_all().map_err(io_error(&self.path))
    }

    /// The folder at `path`, which has to be there. Nothing is made in it.
    ///
    /// # Errors
    /// [`FileError`] if it is not there, or if others can use it.
    pub fn open_existing(path: &Path, group: GroupRead) -> Result<Self, FileError> {
        let directory = Self::at(path, group);
        open_own_directory(&directory.path, group)?;
        Ok(directory)
    }

    /// With its path as its steps: of `link/` the system would follow the link.
    fn at(path: &Path, group: GroupRead) -> Self {
        Self {
            path: path.components().collect(),
            group,
        }
    }

    /// The path of `name` in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The file `name` of the folder, there or not.
    #[must_use]
    pub fn file(&self, name: &str) -> OwnFile {
        OwnFile::new(self.path(name), self.group)
    }

    /// Whether its group may read its files.
    #[must_use]
    pub const fn group(&self) -> GroupRead {
        self.group
    }

    /// Takes the folder for this process. The lock goes when the value, or the process, does.
    ///
    /// # Errors
    /// [`FileError::Locked`] if another process has it.
    pub fn lock(&self) -> Result<DirectoryLock, FileError> {
        let lock = self.file("lock");
        let file = lock.open(OpenOptions::new().create(true).truncate(false).write(true))?;
        match file.try_lock() {
            Ok(()) => Ok(DirectoryLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FileError::Locked(lock.path().to_owned())),
            Err(TryLockError::Error(error)) => Err(FileError::Io(lock.path().to_owned(), error)),
        }
    }
}

/// Proof that this process holds the data directory.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileFault;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_data_directory_is_held_by_one_process() {
        let directory = tempfile::tempdir().unwrap();
        let directory = DataDirectory::open(&directory.path().join("data"), GroupRead::Refused).unwrap();
        let lock = directory.lock().unwrap();
        assert!(matches!(directory.lock(), Err(FileError::Locked(_))));
        drop(lock);
        directory.lock().unwrap();
    }

    #[test]
    fn a_link_is_no_folder_however_it_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let (data, link) = (directory.path().join("data"), directory.path().join("link"));
        DataDirectory::open(&data, GroupRead::Refused).unwrap();
        symlink("data", &link).unwrap();
        for name in ["link", "link/", "link/.", "./link//"] {
            let path = directory.path().join(name);
            for opened in [
                DataDirectory::open(&path, GroupRead::Refused),
                DataDirectory::open_existing(&path, GroupRead::Refused),
            ] {
                assert!(matches!(opened, Err(FileError::Refused(_, FileFault::Link))), "{name}");
            }
        }
        assert!(DataDirectory::open_existing(&directory.path().join("none"), GroupRead::Refused).is_err());
        assert!(!directory.path().join("none").exists());
    }
}
