//! The files that are watched, and the calls that fail.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The watched folder.
#[derive(Debug)]
pub(crate) struct WatchedFolder(PathBuf);

/// An open file or folder in the watched folder.
#[derive(Debug)]
pub(crate) enum WatchedFile {
    /// A file, and how it is called by now.
    File(FileKey, PathBuf),
    /// A folder, by its path in the watched one.
    Folder(PathBuf),
}

/// The identity of a file, independent of its name. The inode number alone is not enough: the
/// system uses the number again once the file is gone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileKey {
    number: u64,
    made: u128,
}

impl FileKey {
    pub(crate) fn of(file: &Metadata) -> io::Result<Self> {
        let made = file.created()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            number: file.ino(),
            made: made.as_nanos(),
        })
    }

    /// The name of the file of certain bytes.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.number, self.made)
    }
}

impl WatchedFolder {
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        fs::canonicalize(folder).map(Self)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// The open file, if it is watched: `None` elsewhere, and for a socket or a file that is left
    /// out.
    pub(crate) fn file(&self, open: &File) -> Option<WatchedFile> {
        let metadata = open.metadata().ok()?;
        if !metadata.is_file() && !metadata.is_dir() {
            return None;
        }
        let path = fs::read_link(format!("/proc/self/fd/{}", open.as_raw_fd())).ok()?;
        let inside = path.strip_prefix(&self.0).ok()?;
        let inside = inside.to_owned();
        if metadata.is_dir() {
            return Some(WatchedFile::Folder(inside));
        }
        let key = FileKey::of(&metadata).ok()?;
        (!is_left_out(path.as_os_str())).then_some(WatchedFile::File(key, inside))
    }
}

/// Whether the file is memory that processes share, which need not survive.
pub(crate) fn is_left_out(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(b"-shm")
}

/// The file that says which calls fail.
#[derive(Debug)]
pub(crate) struct FaultFile(pub(crate) Option<PathBuf>);

impl FaultFile {
    /// Fails with the error number that is set for `call`. The file is read for each call: a test
    /// sets and removes faults while the server runs.
    pub(crate) fn check(&self, call: &str, file: &WatchedFile) -> Result<(), i32> {
        let said = self.0.as_ref().and_then(|said| fs::read_to_string(said).ok());
        let errno = said.as_deref().and_then(|said| errno(said, call, file));
        errno.map_or(Ok(()), Err)
    }
}

fn errno(said: &str, call: &str, file: &WatchedFile) -> Option<i32> {
    let (which, rest) = said.trim().split_once(' ')?;
    let (errno, ending) = rest.split_once(' ').unwrap_or((rest, ""));
    let WatchedFile::File(_, name) = file else {
        return None;
    };
    let is_meant = which == call && name.as_os_str().as_encoded_bytes().ends_with(ending.as_bytes());
    is_meant.then(|| errno.parse().ok())?
}
