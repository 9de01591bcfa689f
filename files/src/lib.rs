//! The one way in which the issuer, the native edge and the commands open files.
//!
//! | file | opened by | links | owner | bits |
//! |---|---|---|---|---|
//! | that the process writes, and its folder | [`OwnFile`], [`open_own_directory`] | none | the user of the process | none for others |
//! | secret, key or certificate of the operator | [`read_provided`] | within its folder | that user or root | none for others |
//! | settings of the operator | [`read_provided`] | within its folder | that user or root | others do not write |
//! | that a command is to read once, or again | [`open_input`], [`open_input_again`] | any | any | any |
//!
//! The open file is checked: a path that is checked first can be another file when it is
//! opened. With [`GroupRead::Accepted`] the group may read the first two. Clippy rejects every
//! other way to open a file (`clippy.toml` of the crates that use this one).

mod data_directory;
mod error;
mod input;
mod own;
mod provided;
mod rule;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test does to files what others would do")]
mod tests;

pub use data_directory::{DataDirectory, DirectoryLock};
pub use error::{FileError, FileFault};
pub use input::{open_input, open_input_again};
pub use own::{OwnFile, check_log_directory, make_new_files_private, open_own_directory, sync_directory_of};
pub use provided::{Provided, read_provided};
pub use rule::GroupRead;
