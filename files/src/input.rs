//! Files that a command reads, because its user named them.

use rustix::fs::{Mode, OFlags, open};
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

/// Opens a file again that a running process has read before. A pipe or a device is an error, because
/// a read of it would wait.
///
/// # Errors
/// What the system says, and [`io::ErrorKind::InvalidInput`] for another thing than a file.
pub fn open_input_again(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "only a file can be read again",
        )),
    }
}
