//! The rules of ownership and permissions.

use super::FileFault;
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

/// Permission bits, without those that change what a file runs as or a folder hands down.
const PERMISSIONS: u32 = 0o777;
/// The bits of a file's owner. Their user can change them at any time.
const OWNER: u32 = 0o700;
const ROOT: u32 = 0;

/// Whether the group of a file may read it: `--group-readable`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupRead {
    /// It may not, unless the operator says `--group-readable`.
    #[default]
    Refused,
    /// It may not. The command has no option for it.
    Never,
    /// It may. Kubernetes gives its volumes to a group and lets that read them, at each mount.
    Accepted,
}

impl From<bool> for GroupRead {
    fn from(accepted: bool) -> Self {
        if accepted { Self::Accepted } else { Self::Refused }
    }
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    File,
    Directory,
    Socket,
    Link,
    Other,
}

/// The rule that a file has to meet.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileRule {
    pub(super) kind: FileKind,
    /// Whether root may own it, beside the user of the process.
    or_root: bool,
    /// Bits of group and others that are always accepted, and the owner's that are recommended.
    mode: u32,
    /// Bits that are accepted with `--group-readable`.
    group_readable: u32,
}

impl FileRule {
    /// A file that the process writes.
    pub(super) const OWN_FILE: Self = Self::new(FileKind::File, false, 0o600, 0o040);
    /// A folder of such files. To read a folder is to list it and to enter it.
    pub(super) const OWN_DIRECTORY: Self = Self::new(FileKind::Directory, false, 0o700, 0o050);
    /// The operator's socket. A user that may write to it administers the issuer.
    pub(super) const OWN_SOCKET: Self = Self::new(FileKind::Socket, false, 0o600, 0o040);
    /// A folder in which the process writes one file, and others may read theirs.
    pub(super) const LOG_DIRECTORY: Self = Self::new(FileKind::Directory, true, 0o755, 0);
    /// A file of the operator that others must not read.
    pub(super) const SECRET: Self = Self::new(FileKind::File, true, 0o600, 0o040);
    /// A file of the operator that others must not write.
    pub(super) const SETTINGS: Self = Self::new(FileKind::File, true, 0o644, 0);

    const fn new(kind: FileKind, or_root: bool, mode: u32, group_readable: u32) -> Self {
        Self {
            kind,
            or_root,
            mode,
            group_readable,
        }
    }
}

/// The properties of a file that a rule asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct FoundFile {
    pub(super) kind: FileKind,
    pub(super) owner: u32,
    pub(super) mode: u32,
}

impl From<&Metadata> for FoundFile {
    fn from(metadata: &Metadata) -> Self {
        let kind = metadata.file_type();
        Self {
            kind: if kind.is_file() {
                FileKind::File
            } else if kind.is_dir() {
                FileKind::Directory
            } else if kind.is_socket() {
                FileKind::Socket
            } else if kind.is_symlink() {
                FileKind::Link
            } else {
                FileKind::Other
            },
            owner: metadata.uid(),
            mode: metadata.mode() & PERMISSIONS,
        }
    }
}

/// Whether the process of `user` may use what was `found`.
pub(super) fn judge(found: FoundFile, rule: FileRule, group: GroupRead, user: u32) -> Result<(), FileFault> {
    if found.kind == FileKind::Link {
        return Err(FileFault::Link);
    }
    if found.kind != rule.kind {
        return Err(FileFault::Kind(match rule.kind {
            FileKind::Directory => "a folder",
            FileKind::Socket => "a socket",
            FileKind::File | FileKind::Link | FileKind::Other => "a regular file",
        }));
    }
    if found.owner != user && !(rule.or_root && found.owner == ROOT) {
        return Err(FileFault::Owner {
            found: found.owner,
            user,
            or_root: rule.or_root,
        });
    }
    let more = found.mode & !(OWNER | rule.mode);
    let accepted = match group {
        GroupRead::Refused | GroupRead::Never => 0,
        GroupRead::Accepted => rule.group_readable,
    };
    if more & !accepted != 0 {
        return Err(FileFault::Mode {
            found: found.mode,
            expected: rule.mode,
            group_readable: group == GroupRead::Refused && more & !rule.group_readable == 0,
        });
    }
    Ok(())
}
