//! Files that a command reads once, because its user named them.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file that a command is to read: a table, a policy, a log, a pipe. It holds no secret of
/// the issuer and does not set it up, and the user who names it could as well print it. So nothing
/// is checked.
///
/// # Errors
/// What the system says.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that opens what any user may have written"
)]
pub fn open_input(path: &Path) -> io::Result<File> {
    File::open(path)
}
