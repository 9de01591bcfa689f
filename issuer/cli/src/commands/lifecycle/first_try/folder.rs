//! The folder of a first try: the data directory of the issuer, with the files of the guide.

use crate::output::failure::Failure;
use edgewrit_issuer::files::{DATABASE, DataDirectory, GroupRead};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The login of the client, as lines of a shell.
pub(super) const CLIENT_FILE: &str = "client.env";
/// The credential of the edge, as a line of a shell.
pub(super) const EDGE_FILE: &str = "edge.env";
/// The configuration of the edge.
pub(super) const EDGE_CONFIGURATION: &str = "edge.yaml";
/// The next task.
pub(super) const TASK_FILE: &str = "task.yaml";
/// The header with the first writ.
pub(super) const WRIT_FILE: &str = "writ";
/// The folder of the records that wait for the issuer.
pub(super) const RECORDS: &str = "records";
/// The beginning of the name of a temporary folder.
const PREFIX: &str = "edgewrit-try-";

/// The folder, which only the user of this process can use.
pub(super) struct TryFolder {
    directory: DataDirectory,
    /// The guard that removes a temporary folder.
    temporary: Option<TempDir>,
}

impl TryFolder {
    /// The folder at `kept`, which must have no issuer yet, or else a temporary folder.
    ///
    /// # Errors
    /// If the folder cannot be made, is used by an issuer, or can be used by other users.
    pub(super) fn open(kept: Option<&Path>) -> Result<Self, Failure> {
        let temporary = match kept {
            Some(_) => None,
            None => Some(
                tempfile::Builder::new()
                    .prefix(PREFIX)
                    .tempdir()
                    .map_err(Failure::new)?,
            ),
        };
        let path = kept.or(temporary.as_ref().map(TempDir::path)).unwrap_or(Path::new("."));
        let directory = DataDirectory::open(path, GroupRead::Refused).map_err(Failure::new)?;
        let database = directory.path(DATABASE);
        if database.is_symlink() || database.exists() {
            let path = path.display();
            return Err(Failure::new(format!(
                "`--data`: {path} has an issuer already: name a new folder, or start it with `edgewrit serve --data {path}`"
            )));
        }
        Ok(Self { directory, temporary })
    }

    /// The path of the folder.
    pub(super) fn root(&self) -> PathBuf {
        self.directory.path("").components().collect()
    }

    /// The path of `name` in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path(name)
    }

    /// Whether the folder stays.
    pub(super) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// Writes a file that only its owner can read. Returns its path.
    pub(super) fn write(&self, name: &str, content: &str) -> Result<PathBuf, Failure> {
        let file = self.directory.file(name);
        file.write(content.as_bytes()).map_err(Failure::new)?;
        Ok(file.path().to_owned())
    }

    /// Removes a temporary folder.
    ///
    /// # Errors
    /// If something is left of it.
    pub(super) fn close(self) -> Result<(), Failure> {
        self.temporary.map_or(Ok(()), TempDir::close).map_err(Failure::new)
    }
}
