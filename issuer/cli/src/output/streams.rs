//! The standard streams of the command. Texts come from records, tasks, clients, edges, tokens and
//! files. This module escapes the characters that could move the cursor, break a line or turn its
//! direction, once for people and once for programs. `clippy.toml` beside this crate refuses any
//! other way to these streams.

use crate::output::failure::Failure;
use edgewrit_native::{FLUSH_TIME, LinePrinter};
use edgewrit_shared::json::text::{visible, visible_json};
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Stderr, StdoutLock, Write};
use std::str;
use std::sync::Arc;

#[expect(clippy::disallowed_methods, reason = "this module is the way to standard output")]
fn stdout() -> StdoutLock<'static> {
    io::stdout().lock()
}

#[expect(clippy::disallowed_methods, reason = "this module is the way to standard error")]
fn stderr() -> Stderr {
    io::stderr()
}

/// Prints a line for people.
pub(crate) fn print_line(line: impl Display) -> Result<(), Failure> {
    print_lines([line])
}

/// Prints lines for people. A line feed within a line is escaped.
pub(crate) fn print_lines<T: Display>(lines: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    write_out(|out| {
        lines
            .into_iter()
            .try_for_each(|line| writeln!(out, "{}", visible(&line.to_string())))
    })
}

/// Prints JSON text for programs. The value stays the same; line feeds may stand between values
/// only.
pub(crate) fn print_json(json: impl Display) -> Result<(), Failure> {
    write_out(|out| writeln!(out, "{}", visible_json(&json.to_string())))
}

/// Prints lines of JSON whose bytes were hashed: as they are stored, except on a terminal, which
/// gets them as [`print_json`] writes them. A line feed, which no version writes into such a line,
/// is escaped there too.
pub(crate) fn print_hashed_lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    let is_terminal = stdout().is_terminal();
    write_out(|out| {
        lines.into_iter().try_for_each(|line| {
            let line = line.as_ref();
            match is_terminal {
                true => writeln!(out, "{}", visible_json(line).replace('\n', "\\n")),
                false => writeln!(out, "{line}"),
            }
        })
    })
}

fn write_out(write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(stdout());
    let written = write(&mut out).and_then(|()| out.flush());
    written.map_err(stdout_failure)
}

fn stdout_failure(error: io::Error) -> Failure {
    Failure::new(format!("standard output: {error}"))
}

/// Lines of JSON on standard output, kept back until [`JsonLines::flush`].
pub(crate) struct JsonLines(BufWriter<StdoutLock<'static>>);

impl JsonLines {
    pub(crate) fn new() -> Self {
        Self(BufWriter::new(stdout()))
    }

    pub(crate) fn put(&mut self, json: &str) -> Result<(), Failure> {
        writeln!(self.0, "{}", visible_json(json)).map_err(stdout_failure)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.0.flush().map_err(stdout_failure)
    }
}

/// Prints lines for people to standard error. If that fails, the exit code still tells how the
/// command ended.
pub(crate) fn print_errors<T: Display>(lines: impl IntoIterator<Item = T>) {
    let mut out = BufWriter::new(stderr().lock());
    for line in lines {
        let _ignored = writeln!(out, "{}", visible(&line.to_string()));
    }
    let _ignored = out.flush();
}

/// Shows a number on a terminal, in place of the number before.
pub(crate) fn show_progress(number: u64, what: &str) {
    let mut out = stderr();
    if out.is_terminal() {
        // A failed write of progress loses nothing.
        let _unseen = write!(out, "\r{number} {what}");
    }
}

/// The log on standard error: lines of JSON. A thread of its own writes them, so that no request waits
/// for the reader of the log. Lines that the reader does not take in time are dropped and counted.
#[derive(Clone, Debug)]
pub(crate) struct LogOutput(Arc<LinePrinter>);

impl LogOutput {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let printer = Arc::new(LinePrinter::default());
        printer.start(stderr())?;
        Ok(Self(printer))
    }

    /// The printer of the lines.
    pub(crate) const fn printer(&self) -> &Arc<LinePrinter> {
        &self.0
    }

    /// Writes the lines so far, in bounded time.
    pub(crate) fn finish(&self) {
        self.0.finish(FLUSH_TIME);
    }
}

impl Write for LogOutput {
    /// Takes one event of the log, with the line feed behind it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let event = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let _dropped = match str::from_utf8(event) {
            Ok(text) => self.0.print(&visible_json(text)),
            Err(_) => self.0.print(&String::from_utf8_lossy(event)),
        };
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
