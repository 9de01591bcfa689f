//! The data folder: who may use it, and files that are either whole or absent.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::{error, fmt};

const PRIVATE_FOLDER: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;
/// Any of these set on a private file means that others can use it.
const OTHERS: u32 = 0o077;

/// Why the data folder or a file in it cannot be used.
#[derive(Debug)]
pub enum FolderError {
    /// The system refused; which path, and what it said.
    Io(PathBuf, io::Error),
    /// Another process holds the folder.
    Locked(PathBuf),
    /// A private file that others can read or write; its mode.
    Exposed(PathBuf, u32),
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Locked(path) => write!(f, "{}: held by another process", path.display()),
            Self::Exposed(path, mode) => {
                let path = path.display();
                write!(
                    f,
                    "{path}: mode is `{mode:o}`, expected `600`: what others could read must be replaced"
                )
            }
        }
    }
}

impl error::Error for FolderError {}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    move |error| FolderError::Io(path.to_owned(), error)
}

/// The data folder, not yet held.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`; made, private, if it is not there.
    ///
    /// # Errors
    /// [`FolderError`] if it cannot be made.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        make_private(path)?;
        make_private(&path.join("keys"))?;
        Ok(Self(path.to_owned()))
    }

    /// The path of `name` in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Takes the folder for this process. The lock goes when the value, or the process, does.
    ///
    /// # Errors
    /// [`FolderError::Locked`] if another process has it.
    pub fn lock(&self) -> Result<Lock, FolderError> {
        let path = self.path("lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(PRIVATE_FILE);
        let file = options.open(&path).map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Locked(path)),
            Err(TryLockError::Error(error)) => Err(FolderError::Io(path, error)),
        }
    }
}

/// Proof that this process holds the data folder.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Makes the folder, and those above it. Their names are synced too: with the name of a folder goes everything in it.
fn make_private(path: &Path) -> Result<(), FolderError> {
    let made: Vec<_> = path.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(PRIVATE_FOLDER);
    builder.create(path).map_err(at(path))?;
    if made.is_empty() {
        // The start that made it may have been cut short. Where folders cannot be read or synced, it was not us who made it.
        let _not_ours = sync_folder(path);
    }
    made.into_iter()
        .try_for_each(|made| sync_folder(made).map_err(at(made)))
}

/// Writes a private file that is whole or absent, whatever happens: written aside, synced, renamed, and the folder synced.
///
/// # Errors
/// [`FolderError::Io`]; nothing is left behind under `path`.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    let aside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(PRIVATE_FILE);
    let mut file = options.open(&aside).map_err(at(&aside))?;
    let private = fs::Permissions::from_mode(PRIVATE_FILE);
    let written = file
        .set_permissions(private)
        .and_then(|()| file.write_all(content))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&aside, path))
        .and_then(|()| sync_folder(path));
    written.map_err(at(path))
}

/// Makes an empty private file if there is none, for others to fill: what they make beside it takes after it.
///
/// # Errors
/// [`FolderError::Io`].
pub fn touch_private(path: &Path) -> Result<(), FolderError> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(PRIVATE_FILE);
    options.open(path).map(drop).map_err(at(path))
}

/// Syncs the folder that holds `path`, and with it the name.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        None => Ok(()),
        Some(here) if here.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
    }
}

/// Reads a private file. `None` if there is none.
///
/// # Errors
/// [`FolderError::Exposed`] if anybody but its owner could use it, [`FolderError::Io`] otherwise.
pub fn read_private(path: &Path) -> Result<Option<Vec<u8>>, FolderError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FolderError::Io(path.to_owned(), error)),
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(FolderError::Exposed(path.to_owned(), mode));
    }
    fs::read(path).map(Some).map_err(at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_private(&path, b"x").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read_private(&path).unwrap().unwrap(), b"x");
    }

    #[test]
    fn a_folder_is_made_with_those_above_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/data");
        for _ in 0..2 {
            Folder::open(&path).unwrap();
        }
        assert!(path.join("keys").is_dir());
        assert!(sync_folder(Path::new("beside")).is_ok());
    }

    #[test]
    fn a_private_file_that_others_can_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_private(&path, b"x").unwrap();
        for mode in [0o640, 0o604, 0o620, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(read_private(&path), Err(FolderError::Exposed(_, found)) if found == mode));
        }
    }

    #[test]
    fn a_folder_is_held_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::open(folder.path()).unwrap();
        let lock = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(FolderError::Locked(_))));
        drop(lock);
        folder.lock().unwrap();
    }
}
