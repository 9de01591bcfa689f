//! Files that the process writes, and their folders.

use super::error::{FileError, io_error};
use super::rule::{FileRule, FoundFile, judge};
use super::{FileFault, GroupRead};
use rustix::fs::{Mode, OFlags};
use rustix::process::{geteuid, umask};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

const PRIVATE_DIRECTORY: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;
/// Largest file that is read as a whole, in bytes: keys, names and settings. The pinned keys grow
/// by about 150 bytes with each key.
pub(super) const WHOLE_BYTES: u64 = 1024 * 1024;

/// A file that the process writes, in a folder of its own.
#[derive(Clone, Debug)]
pub struct OwnFile {
    path: PathBuf,
    group: GroupRead,
}

impl OwnFile {
    /// The file at `path`, there or not.
    #[must_use]
    pub const fn new(path: PathBuf, group: GroupRead) -> Self {
        Self { path, group }
    }

    /// Path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file whose name goes on with `suffix`.
    #[must_use]
    pub fn with_suffix(&self, suffix: &str) -> Self {
        let mut name = self.path.as_os_str().to_owned();
        name.push(suffix);
        Self::new(name.into(), self.group)
    }

    /// Opens the file with `options`, and checks what was opened. It must not be cut off by opening
    /// it.
    ///
    /// # Errors
    /// [`FileError::Refused`] if others can use it, [`FileError::Io`] otherwise.
    pub fn open(&self, options: &mut OpenOptions) -> Result<File, FileError> {
        options.mode(PRIVATE_FILE);
        open_checked(&self.path, options, OFlags::NONBLOCK, FileRule::OWN_FILE, self.group)
    }

    /// The metadata of the file, if there is one, without opening it. SQLite opens its files
    /// itself, and a process that closes a file loses its locks on it (POSIX). Only the user of the
    /// process can change what lies in the folder, which was checked when it was opened.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn look(&self) -> Result<Option<Metadata>, FileError> {
        look(&self.path, FileRule::OWN_FILE, self.group)
    }

    /// As [`Self::look`], where a socket is expected.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn look_for_socket(&self) -> Result<Option<Metadata>, FileError> {
        look(&self.path, FileRule::OWN_SOCKET, self.group)
    }

    /// Reads the file. `None` if there is none.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(&self) -> Result<Option<Vec<u8>>, FileError> {
        match self.open(OpenOptions::new().read(true)) {
            Ok(file) => read_whole(&self.path, file).map(Some),
            Err(FileError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file that is whole or absent, whatever happens: written aside, synced, renamed, and
    /// the folder synced.
    ///
    /// # Errors
    /// As [`Self::open`]; nothing is left behind under the path.
    pub fn write(&self, content: &[u8]) -> Result<(), FileError> {
        self.look()?;
        let aside = Self::new(self.path.with_extension("new"), self.group);
        // A start that was cut short may have left one. It is made anew, so that nothing is
        // written to what it may have become.
        aside.remove()?;
        let mut file = aside.open(OpenOptions::new().create_new(true).write(true))?;
        let written = file
            .write_all(content)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&aside.path, &self.path))
            .and_then(|()| sync_directory_of(&self.path));
        written.map_err(io_error(&self.path))
    }

    /// Makes an empty file if there is none, for SQLite to fill: what SQLite makes beside it takes
    /// after it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn make(&self) -> Result<(), FileError> {
        if self.look()?.is_some() {
            return Ok(());
        }
        self.open(OpenOptions::new().create_new(true).write(true)).map(drop)
    }

    /// Removes the file, if there is one. Of a link only the link is removed.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn remove(&self) -> Result<(), FileError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::Io(self.path.clone(), error)),
            _ => Ok(()),
        }
    }

    /// The path without a link in it, as SQLite wants it that is told to follow none.
    ///
    /// # Errors
    /// [`FileError::Io`] if its folder is not there.
    pub fn path_without_links(&self) -> Result<PathBuf, FileError> {
        let (directory, name) = (directory_of(&self.path), self.path.file_name().unwrap_or_default());
        let directory = directory.canonicalize().map_err(io_error(&self.path))?;
        Ok(directory.join(name))
    }
}

/// Whatever this process makes from now on is for its user alone, the operator's socket before its
/// mode is set included.
pub fn make_new_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Opens the folder at `path`, and checks that it is the user's alone.
///
/// # Errors
/// As [`OwnFile::open`].
pub fn open_own_directory(path: &Path, group: GroupRead) -> Result<File, FileError> {
    open_directory(path, FileRule::OWN_DIRECTORY, group)
}

/// Checks the folder of the file at `path`, in which others may have files, but not write to any of
/// ours.
///
/// # Errors
/// As [`OwnFile::open`].
pub fn check_log_directory(path: &Path) -> Result<(), FileError> {
    open_directory(directory_of(path), FileRule::LOG_DIRECTORY, GroupRead::Refused).map(drop)
}

fn open_directory(path: &Path, rule: FileRule, group: GroupRead) -> Result<File, FileError> {
    open_checked(path, OpenOptions::new().read(true), OFlags::DIRECTORY, rule, group)
}

/// Every file of the process's own is opened here: never through a link, and nothing is done with it
/// before it was checked.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that opens files of the process's own"
)]
fn open_checked(
    path: &Path,
    options: &mut OpenOptions,
    flags: OFlags,
    rule: FileRule,
    group: GroupRead,
) -> Result<File, FileError> {
    // These are bits of the system's own type, which is `c_int`.
    let flags = (flags | OFlags::NOFOLLOW | OFlags::NOCTTY).bits().cast_signed();
    let opened = options.custom_flags(flags).open(path);
    let file = opened.map_err(|error| {
        // The system has several errors for a link where there must be none.
        let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        if is_link {
            return FileError::Refused(path.to_owned(), FileFault::Link);
        }
        FileError::Io(path.to_owned(), error)
    })?;
    check(path, &file.metadata().map_err(io_error(path))?, rule, group)?;
    Ok(file)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that looks at files that SQLite opens"
)]
fn look(path: &Path, rule: FileRule, group: GroupRead) -> Result<Option<Metadata>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => check(path, &metadata, rule, group).map(|()| Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::Io(path.to_owned(), error)),
    }
}

pub(super) fn check(path: &Path, metadata: &Metadata, rule: FileRule, group: GroupRead) -> Result<(), FileError> {
    let judged = judge(FoundFile::from(metadata), rule, group, geteuid().as_raw());
    judged.map_err(|fault| FileError::Refused(path.to_owned(), fault))
}

pub(super) fn read_whole(path: &Path, file: File) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    file.take(WHOLE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error(path))?;
    if bytes.len() as u64 > WHOLE_BYTES {
        return Err(FileError::Refused(path.to_owned(), FileFault::Large(WHOLE_BYTES)));
    }
    Ok(bytes)
}

/// Makes the folder, and those above it, if it is not there; and checks it. New names are synced
/// too: with the name of a folder goes everything in it.
#[expect(clippy::disallowed_methods, reason = "the one place that makes folders")]
pub(crate) fn make_own_directory(path: &Path, group: GroupRead) -> Result<(), FileError> {
    let made: Vec<_> = path.ancestors().take_while(|directory| !directory.exists()).collect();
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(PRIVATE_DIRECTORY);
    // Of a link that leads nowhere the system says only that something is there.
    let built = builder.create(path);
    open_own_directory(path, group).map_err(|error| match (built, error) {
        (Err(error), FileError::Io(..)) => FileError::Io(path.to_owned(), error),
        (_, error) => error,
    })?;
    if made.is_empty() {
        // The start that made it may have been cut short. Where folders cannot be read or synced,
        // it was not us who made it.
        let _not_ours = sync_directory_of(path);
    }
    made.into_iter()
        .try_for_each(|made| sync_directory_of(made).map_err(io_error(made)))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(here) if here.as_os_str().is_empty() => Path::new("."),
        Some(directory) => directory,
        None => Path::new("/"),
    }
}

/// Syncs the folder that holds `path`, and with it the name.
///
/// # Errors
/// If the system cannot.
#[expect(
    clippy::disallowed_methods,
    reason = "syncs a folder of any owner, and reads nothing"
)]
pub fn sync_directory_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        None => Ok(()),
        Some(_) => File::open(directory_of(path))?.sync_all(),
    }
}
