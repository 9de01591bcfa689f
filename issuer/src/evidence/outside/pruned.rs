//! Up to where the issuer pruned the audit, in a file of the data directory: a database alone
//! cannot say that its beginning was pruned.
//!
//! It is written before the database says so: a crash leaves the file ahead of the database, never
//! behind it.

use super::{Disagreement, OutsideError};
use crate::audit::ChainHead;
use crate::files::{DataDirectory, FileError};

/// The file in the data directory.
pub const PRUNED_FILE: &str = "pruned";

/// Reads the file of the data `directory`. Without one nothing was pruned.
///
/// # Errors
/// [`OutsideError`].
pub fn read_pruned_file(directory: &DataDirectory) -> Result<ChainHead, OutsideError> {
    let file = directory.file(PRUNED_FILE);
    let Some(bytes) = file.read().map_err(OutsideError::Directory)? else {
        return Ok(ChainHead::default());
    };
    let text = std::str::from_utf8(&bytes).ok();
    text.and_then(|text| ChainHead::parse(text.trim_end()))
        .ok_or_else(|| OutsideError::NoHead(file.path().to_owned()))
}

/// Writes the file of the data `directory`: whole or not at all. There is none if nothing was
/// pruned.
pub(crate) fn write_pruned_file(directory: &DataDirectory, pruned: ChainHead) -> Result<(), FileError> {
    let file = directory.file(PRUNED_FILE);
    if pruned.seq == 0 {
        return file.remove();
    }
    file.write(format!("{pruned}\n").as_bytes())
}

/// Whether the database, which says that it was pruned up to `found`, may say so where the file has
/// `kept`.
pub(crate) fn compare_pruned(kept: ChainHead, found: ChainHead) -> Result<(), Disagreement> {
    if found.seq < kept.seq || found == kept {
        return Ok(());
    }
    let found = found.seq;
    Err(Disagreement::Pruned { kept, found })
}
