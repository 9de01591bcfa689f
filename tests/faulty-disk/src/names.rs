//! The names of files, as far as they are certain. The shadow holds the bytes of each file once, in
//! `bytes`; a name in `names` is a link to them. So a file that is renamed takes its bytes along,
//! and one whose folder was never synced has bytes and no name.

use crate::watched::{FileKey, is_left_out};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, DirEntry, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The shadow's folder.
#[derive(Debug)]
pub(crate) struct ShadowNames {
    shadow: PathBuf,
    /// The last certain entries of each folder, by its path in the watched folder.
    certain: HashMap<PathBuf, Listing>,
}

/// The entries of a folder.
pub(crate) type Listing = Vec<(OsString, ShadowEntry)>;

#[derive(Debug)]
pub(crate) enum ShadowEntry {
    File(FileKey, Permissions),
    Folder(Permissions),
}

/// The folder `path` without sockets and what is left out.
pub(crate) fn list(path: &Path) -> io::Result<Listing> {
    let mut listing = Listing::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if let Some(found) = found(&entry)? {
            listing.push((entry.file_name(), found));
        }
    }
    Ok(listing)
}

/// The entry; `None` also for a file that was removed in the meantime.
fn found(entry: &DirEntry) -> io::Result<Option<ShadowEntry>> {
    let metadata = match entry.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    if metadata.is_dir() {
        return Ok(Some(ShadowEntry::Folder(metadata.permissions())));
    }
    if !metadata.is_file() || is_left_out(&entry.file_name()) {
        return Ok(None);
    }
    Ok(Some(ShadowEntry::File(FileKey::of(&metadata)?, metadata.permissions())))
}

impl ShadowNames {
    /// Makes the `shadow` the same as `folder`.
    pub(crate) fn begin(folder: &Path, shadow: PathBuf) -> io::Result<Self> {
        for part in ["bytes", "names"] {
            fs::create_dir(shadow.join(part))?;
        }
        let certain = HashMap::new();
        let mut names = Self { shadow, certain };
        names.copy(folder, Path::new(""))?;
        Ok(names)
    }

    fn copy(&mut self, folder: &Path, inside: &Path) -> io::Result<()> {
        let path = folder.join(inside);
        let listing = list(&path)?;
        let mut folders = Vec::new();
        for (name, entry) in &listing {
            match entry {
                ShadowEntry::File(key, _) => fs::copy(path.join(name), self.bytes_path(key)).map(drop)?,
                ShadowEntry::Folder(_) => folders.push(inside.join(name)),
            }
        }
        self.keep(inside.to_owned(), listing)?;
        folders.iter().try_for_each(|inside| self.copy(folder, inside))
    }

    /// The certain bytes of a file: none, as long as nothing of it was synced.
    pub(crate) fn bytes(&self, key: &FileKey) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        options.open(self.bytes_path(key))
    }

    /// The folder `inside` the watched one is certain to hold what was listed, and nothing else.
    pub(crate) fn keep(&mut self, inside: PathBuf, listing: Listing) -> io::Result<()> {
        self.certain.insert(inside.clone(), listing);
        self.show(&inside)
    }

    /// Shows what the folder is certain to hold, if its own name is certain.
    fn show(&self, inside: &Path) -> io::Result<()> {
        let folder = self.shadow.join("names").join(inside);
        let Some(listing) = self.certain.get(inside).filter(|_| folder.exists()) else {
            return Ok(());
        };
        for entry in fs::read_dir(&folder)? {
            let name = entry?.file_name();
            if !listing.iter().any(|(listed, _)| *listed == name) {
                remove(&folder.join(name))?;
            }
        }
        for (name, entry) in listing {
            self.show_entry(&inside.join(name), entry)?;
        }
        Ok(())
    }

    fn show_entry(&self, inside: &Path, entry: &ShadowEntry) -> io::Result<()> {
        let path = self.shadow.join("names").join(inside);
        match entry {
            ShadowEntry::File(key, permissions) => {
                self.bytes(key)?.set_permissions(permissions.clone())?;
                link(&self.bytes_path(key), &path)
            }
            ShadowEntry::Folder(permissions) => {
                if !path.exists() {
                    fs::create_dir(&path)?;
                    fs::set_permissions(&path, permissions.clone())?;
                }
                self.show(inside)
            }
        }
    }

    fn bytes_path(&self, key: &FileKey) -> PathBuf {
        self.shadow.join("bytes").join(key.name())
    }
}

/// Calls `bytes` by `path`, whatever that was before.
fn link(bytes: &Path, path: &Path) -> io::Result<()> {
    let there = fs::metadata(path).ok().map(|before| before.ino());
    if there == fs::metadata(bytes).ok().map(|bytes| bytes.ino()) {
        return Ok(());
    }
    if there.is_some() {
        remove(path)?;
    }
    fs::hard_link(bytes, path)
}

fn remove(path: &Path) -> io::Result<()> {
    if fs::metadata(path).as_ref().is_ok_and(Metadata::is_dir) {
        return fs::remove_dir_all(path);
    }
    fs::remove_file(path)
}
