//! Why a file cannot be used, and what the operator can do about it.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::{error, io};

/// Why the data directory or a file cannot be used.
#[derive(Debug)]
pub enum FileError {
    /// The system refused; which path, and what it said.
    Io(PathBuf, io::Error),
    /// Another process holds the folder.
    Locked(PathBuf),
    /// It is there and must not be used; why.
    Refused(PathBuf, FileFault),
}

/// The faults of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is a symbolic link, where none is accepted.
    Link,
    /// It is a symbolic link that leads out of its folder.
    LinkOut,
    /// It is something else; what is expected.
    Kind(&'static str),
    /// It belongs to another user.
    Owner {
        /// The owner's id.
        found: u32,
        /// The id of the user of the process.
        user: u32,
        /// Whether root may own it too.
        or_root: bool,
    },
    /// Others can use it.
    Mode {
        /// Permission bits of the file or folder.
        found: u32,
        /// The bits that are recommended.
        expected: u32,
        /// Whether `--group-readable` would accept it.
        group_readable: bool,
    },
    /// It is larger than this many bytes.
    Large(u64),
}

/// Makes an error of what the system says of `path`.
pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |error| FileError::Io(path.to_owned(), error)
}

impl Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Locked(path) => write!(f, "{}: held by another process", path.display()),
            Self::Refused(path, fault) => {
                write!(f, "{}: ", path.display())?;
                write_fault(f, path, fault)
            }
        }
    }
}

impl error::Error for FileError {}

fn write_fault(f: &mut fmt::Formatter<'_>, path: &Path, fault: &FileFault) -> fmt::Result {
    let name = quote_for_shell(path);
    match fault {
        FileFault::Link => f.write_str(
            "is a symbolic link, and none is followed here: name what it links to, or put that in its place",
        ),
        FileFault::LinkOut => {
            f.write_str("is a symbolic link out of its folder: name what it links to, or put that in its place")
        }
        FileFault::Kind(expected) => write!(f, "expected {expected}"),
        FileFault::Owner { found, user, or_root } => {
            let or_root = if *or_root && *user != 0 { " or `0`" } else { "" };
            write!(
                f,
                "owner is `{found}`, expected `{user}`{or_root}: run this as user `{found}`, or run `chown {user} {name}`"
            )
        }
        FileFault::Mode {
            found,
            expected,
            group_readable,
        } => {
            write!(
                f,
                "mode is `{found:o}`, expected `{expected:o}`: replace what others could read or write, and run `chmod {expected:o} {name}`"
            )?;
            if *group_readable {
                f.write_str("; or say `--group-readable`, if its group may read it")?;
            }
            Ok(())
        }
        FileFault::Large(most) => write!(f, "larger than {most} bytes"),
    }
}

/// The path as one word of a shell command.
fn quote_for_shell(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !text.starts_with('-') && text.chars().all(is_plain) {
        return text.into_owned();
    }
    let mut quoted = String::from("-- '");
    for c in text.chars() {
        match c {
            '\'' => quoted.push_str("'\\''"),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}
