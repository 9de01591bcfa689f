//! The one way in which the issuer and its commands open files.
//!
//! | file | opened by | links | owner | bits |
//! |---|---|---|---|---|
//! | that the issuer writes, and its folder | [`OwnFile`], [`open_own_directory`] | none | the user of the process | none for others |
//! | secret, key or certificate of the operator | [`read_provided`] | within its folder | that user or root | none for others |
//! | settings of the operator | [`read_provided`] | within its folder | that user or root | others do not write |
//! | that a command is to read once | [`open_input`] | any | any | any |
//!
//! The open file is checked: a path that is checked first can be another file when it is
//! opened. With [`GroupRead::Accepted`] the group may read the first two. Clippy rejects every
//! other way to open a file (`issuer/clippy.toml`).

mod data_directory;
mod error;
mod input;
mod own;
mod provided;
mod rule;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test does to files what others would do")]
mod tests;

pub(crate) use data_directory::{ADMIN_SOCKET, ISSUER_FILE};
pub use data_directory::{DATABASE, DataDirectory, DirectoryLock};
pub use error::{FileError, FileFault};
pub use input::open_input;
pub use own::{OwnFile, make_new_files_private, open_own_directory};
pub(crate) use own::{check_log_directory, sync_directory_of};
pub use provided::{Provided, read_provided};
pub use rule::GroupRead;
