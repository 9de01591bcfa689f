//! The files of the issuer. [`edgewrit_files`] opens them.

pub use edgewrit_files::{
    DataDirectory, DirectoryLock, FileError, FileFault, GroupRead, OwnFile, Provided, check_log_directory,
    make_new_files_private, open_input, open_input_again, open_own_directory, read_provided, sync_directory_of,
};
use std::path::Path;

/// The database.
pub const DATABASE: &str = "issuer.db";
/// The file of the issuer's origin, for commands that run without a server.
pub(crate) const ISSUER_FILE: &str = "issuer";
/// The operator's socket.
pub(crate) const ADMIN_SOCKET: &str = "admin.sock";
/// The folder of the private keys.
const KEYS: &str = "keys";

/// The data directory at `path`; made, private, with the folder of the keys, if it is not there.
///
/// # Errors
/// [`FileError`] if it cannot be made, or if others can use it.
pub fn make_data_directory(path: &Path, group: GroupRead) -> Result<DataDirectory, FileError> {
    let directory = DataDirectory::open(path, group)?;
    directory.make_folder(KEYS)?;
    Ok(directory)
}
