//! Files that the operator provides.

use super::error::{FileError, io_error};
use super::own::{check, read_whole};
use super::rule::FileRule;
use super::{FileFault, GroupRead};
use rustix::fs::{CWD, Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

/// Links that are followed from one path: as many as the system follows.
const LINKS: usize = 40;
/// A folder is opened to look for names in it, which needs no leave to list it.
#[cfg(target_os = "linux")]
const SEARCH: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const SEARCH: OFlags = OFlags::RDONLY;

/// The kinds of files that the operator provides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provided {
    /// A secret, a key or a certificate: for the user of the process alone.
    Secret,
    /// Settings: others may read them.
    Settings,
}

/// Reads a file that the operator provides. `None` if there is none, and no link either.
///
/// # Errors
/// [`FileError::Refused`] if others could have written or read it, [`FileError::Io`] otherwise.
pub fn read_provided(path: &Path, what: Provided, group: GroupRead) -> Result<Option<Vec<u8>>, FileError> {
    let rule = match what {
        Provided::Secret => FileRule::SECRET,
        Provided::Settings => FileRule::SETTINGS,
    };
    let mut links = 0;
    let file = match open_beneath(path, &mut links) {
        Ok(file) => file,
        Err(LinkStop::Out) => return Err(FileError::Refused(path.to_owned(), FileFault::LinkOut)),
        Err(LinkStop::Io(Errno::NOENT)) if links == 0 => return Ok(None),
        Err(LinkStop::Io(error)) => return Err(FileError::Io(path.to_owned(), error.into())),
    };
    check(path, &file.metadata().map_err(io_error(path))?, rule, group)?;
    read_whole(path, file).map(Some)
}

/// Why a path was not followed to its end.
enum LinkStop {
    /// It leads out of the folder.
    Out,
    Io(Errno),
}

impl From<Errno> for LinkStop {
    fn from(error: Errno) -> Self {
        Self::Io(error)
    }
}

/// Opens the file at `path`. Its links are followed step by step, each from the folder that the
/// step before opened, and none out of the folder that holds `path`. Kubernetes replaces a folder
/// of secrets by changing such a link.
fn open_beneath(path: &Path, links: &mut usize) -> Result<File, LinkStop> {
    let (directory, name) = (path.parent().unwrap_or(path), path.file_name().ok_or(Errno::ISDIR)?);
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let mut folders = vec![open_step(CWD, directory.as_os_str(), SEARCH | OFlags::DIRECTORY)?];
    let mut steps = vec![name.to_owned()];
    while let Some(step) = steps.pop() {
        if step == ".." {
            folders.pop();
            continue;
        }
        let here = folders.last().ok_or(LinkStop::Out)?;
        match readlinkat(here, &step, Vec::new()) {
            Ok(target) => {
                *links += 1;
                if *links > LINKS {
                    return Err(Errno::LOOP.into());
                }
                let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                steps.extend(steps_to(&target, directory, &mut folders)?.into_iter().rev());
            }
            // It is no link.
            Err(Errno::INVAL) if steps.is_empty() => {
                let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
                return Ok(open_step(here, &step, flags)?.into());
            }
            Err(Errno::INVAL) => {
                let flags = SEARCH | OFlags::DIRECTORY | OFlags::NOFOLLOW;
                folders.push(open_step(here, &step, flags)?);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Errno::ISDIR.into())
}

fn open_step(directory: impl std::os::fd::AsFd, name: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
    openat(directory, name, flags | OFlags::CLOEXEC, Mode::empty())
}

/// The steps to the `target` of a link. One that is absolute begins at `directory`, where `folders`
/// begins, or leads out of it.
fn steps_to(target: &Path, directory: &Path, folders: &mut Vec<OwnedFd>) -> Result<Vec<OsString>, LinkStop> {
    let mut inside = target;
    if target.is_absolute() {
        let directory: io::Result<PathBuf> = directory.canonicalize();
        let directory = directory.map_err(|_| LinkStop::Out)?;
        inside = target.strip_prefix(directory).map_err(|_| LinkStop::Out)?;
        folders.truncate(1);
    }
    let steps = inside.components().filter(|step| *step != Component::CurDir);
    Ok(steps.map(|step| step.as_os_str().to_owned()).collect())
}
