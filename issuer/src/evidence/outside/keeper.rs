//! Writes what is kept outside of the database, apart from the threads that answer requests.

use super::files::{append_to_witness, write_head_file};
use super::{HEAD_FILE, OutsideError, Published};
use crate::files::DataDirectory;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::spawn_blocking;

/// Writes how far the audit reached, to the file of the data directory and to the witness.
#[derive(Debug)]
pub(crate) struct HeadKeeper {
    directory: DataDirectory,
    witness: Option<PathBuf>,
    /// The head that was written last.
    written: Arc<Mutex<Option<Published>>>,
}

/// For so long a file that says the same is left as it is, in seconds. Its time tells until when
/// the issuer ran at least.
const RENEWED_AFTER: u64 = 30;

impl HeadKeeper {
    pub(crate) fn new(directory: DataDirectory, witness: Option<PathBuf>) -> Self {
        let written = Arc::default();
        Self {
            directory,
            witness,
            written,
        }
    }

    /// Writes `published`, unless that was written already. Apart from the threads that answer
    /// requests.
    pub(crate) async fn keep(&self, published: Published) -> Result<(), OutsideError> {
        let (directory, witness, written) = (self.directory.clone(), self.witness.clone(), Arc::clone(&self.written));
        let kept = spawn_blocking(move || keep_now(&directory, witness.as_deref(), &written, published)).await;
        kept.unwrap_or_else(|error| {
            Err(OutsideError::Io(
                self.directory.path(HEAD_FILE),
                io::Error::other(error),
            ))
        })
    }
}

fn keep_now(
    directory: &DataDirectory,
    witness: Option<&Path>,
    written: &Mutex<Option<Published>>,
    published: Published,
) -> Result<(), OutsideError> {
    let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
    let before = written.as_ref().filter(|before| published.says_the_same(before));
    if before.is_some_and(|before| published.at.since(before.at) < RENEWED_AFTER) {
        return Ok(());
    }
    write_head_file(directory, &published)?;
    if let Some(witness) = witness.filter(|_| before.is_none()) {
        append_to_witness(witness, directory.group(), &published)?;
    }
    *written = Some(published);
    Ok(())
}
