//! Which files are meant, and what is to fail.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The watched folder.
#[derive(Debug)]
pub(crate) struct Watch(PathBuf);

/// Something in it that is open.
#[derive(Debug)]
pub(crate) enum Watched {
    /// A file, and how it is called by now.
    File(Key, PathBuf),
    /// A folder, by its path in the watched one.
    Folder(PathBuf),
}

/// Which file, whatever it is called. Its number alone is not enough: it is used again once the file is gone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    number: u64,
    made: u128,
}

impl Key {
    pub(crate) fn of(file: &Metadata) -> io::Result<Self> {
        let made = file.created()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            number: file.ino(),
            made: made.as_nanos(),
        })
    }

    /// What the file's certain bytes are kept under.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.number, self.made)
    }
}

impl Watch {
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        fs::canonicalize(folder).map(Self)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// `None` if it is none of ours: elsewhere, a socket, or left out.
    pub(crate) fn file(&self, open: &File) -> Option<Watched> {
        let metadata = open.metadata().ok()?;
        if !metadata.is_file() && !metadata.is_dir() {
            return None;
        }
        let path = fs::read_link(format!("/proc/self/fd/{}", open.as_raw_fd())).ok()?;
        let inside = path.strip_prefix(&self.0).ok()?;
        let inside = inside.to_owned();
        if metadata.is_dir() {
            return Some(Watched::Folder(inside));
        }
        let key = Key::of(&metadata).ok()?;
        (!is_left_out(path.as_os_str())).then_some(Watched::File(key, inside))
    }
}

/// Memory that processes share. Nobody expects it to survive.
pub(crate) fn is_left_out(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(b"-shm")
}

/// The file that says which calls fail.
#[derive(Debug)]
pub(crate) struct Trouble(pub(crate) Option<PathBuf>);

impl Trouble {
    /// The error number that `call` fails with now. Asked again for each call: trouble comes and goes while the server runs.
    pub(crate) fn with(&self, call: &str, file: &Watched) -> Result<(), i32> {
        let said = self.0.as_ref().and_then(|said| fs::read_to_string(said).ok());
        let errno = said.as_deref().and_then(|said| errno(said, call, file));
        errno.map_or(Ok(()), Err)
    }
}

fn errno(said: &str, call: &str, file: &Watched) -> Option<i32> {
    let (which, rest) = said.trim().split_once(' ')?;
    let (errno, ending) = rest.split_once(' ').unwrap_or((rest, ""));
    let Watched::File(_, name) = file else {
        return None;
    };
    let is_meant = which == call && name.as_os_str().as_encoded_bytes().ends_with(ending.as_bytes());
    is_meant.then(|| errno.parse().ok())?
}
