//! The files in the folder of the records.
//!
//! | file | content |
//! |---|---|
//! | `lock` | held by the process that uses the folder |
//! | `00000001.records` | a segment, see [`super::format`] |
//! | `00000001.damaged` | a segment that is set aside, because part of it is damaged |
//! | `0123456789abcdef.boot` | the boot id under which the issuer numbers the records of a run |

use super::backlog::{Backlog, Segment};
use super::format::{HEADER_BYTES, Header, LINE_BYTES, last_number, read_decimal, read_hex};
use edgewrit_files::{DataDirectory, DirectoryLock, FileError, GroupRead, OwnFile};
use edgewrit_shared::id::is_id;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

const SEGMENT: &str = "records";
const DAMAGED: &str = "damaged";
const BOOT: &str = "boot";
/// A file that [`OwnFile::write`] has not renamed yet.
const UNFINISHED: &str = "new";

/// The folder, held by this process.
#[derive(Debug)]
pub(super) struct RecordFolder {
    directory: DataDirectory,
    _lock: DirectoryLock,
}

/// The content of the folder at the start.
#[derive(Debug)]
pub(super) struct FoundRecords {
    pub(super) backlog: Backlog,
    /// The lowest number that no file has in its name.
    pub(super) next_name: u64,
    /// The files that are set aside, those of earlier starts included.
    pub(super) set_aside: u64,
}

impl RecordFolder {
    /// Opens the folder at `path`; makes it, private, if it is not there.
    ///
    /// # Errors
    /// If others can use the folder, or another process holds it.
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        let directory = DataDirectory::open(path, GroupRead::Never)?;
        let lock = directory.lock()?;
        Ok(Self { directory, _lock: lock })
    }

    /// Reads what an earlier run has left. A file that is not a segment is set aside. Boot ids that
    /// no segment needs are removed.
    ///
    /// # Errors
    /// If the folder cannot be read, or if others can use one of the files.
    pub(super) fn recover(&self) -> Result<FoundRecords, FileError> {
        let (mut segments, mut boots) = (Vec::new(), Vec::new());
        let (mut next_name, mut set_aside, mut set_aside_bytes) = (1, 0, 0);
        for name in self.names()? {
            let Some((stem, kind)) = name.split_once('.') else {
                continue;
            };
            match kind {
                BOOT => boots.extend(read_hex(stem)),
                // A start that was cut short may have left one.
                UNFINISHED if read_hex(stem).is_some() => self.directory.file(&name).remove()?,
                _ => {}
            }
            let Some(number) = read_name(stem).filter(|_| kind == SEGMENT || kind == DAMAGED) else {
                continue;
            };
            next_name = next_name.max(number.saturating_add(1));
            match self.look(number, kind == SEGMENT)? {
                Ok(segment) => segments.push(segment),
                Err(bytes) => {
                    set_aside += 1;
                    set_aside_bytes += bytes;
                }
            }
        }
        segments.sort_unstable_by_key(|segment: &Segment| segment.name);
        let backlog = Backlog::new(segments, set_aside_bytes);
        for run in boots {
            if !backlog.has_run(run) {
                self.boot_file(run).remove()?;
            }
        }
        Ok(FoundRecords {
            backlog,
            next_name,
            set_aside,
        })
    }

    /// The segment with this number, or the size of the file that is set aside.
    fn look(&self, name: u64, is_segment: bool) -> Result<Result<Segment, u64>, FileError> {
        let kind = if is_segment { SEGMENT } else { DAMAGED };
        let own = self.file(name, kind);
        let mut file = own.open(OpenOptions::new().read(true))?;
        let failed = |error| FileError::Io(own.path().to_owned(), error);
        let bytes = file.metadata().map_err(failed)?.len();
        if !is_segment {
            return Ok(Err(bytes));
        }
        let start = read_part(&mut file, 0, HEADER_BYTES as u64).map_err(failed)?;
        let Some((header, decided)) = Header::read(&start) else {
            tracing::error!(file = %own.path().display(), "the file is no segment of records, and is set aside");
            self.set_aside(name)?;
            return Ok(Err(bytes));
        };
        let from = bytes.saturating_sub(LINE_BYTES as u64).max(decided);
        let tail = read_part(&mut file, from, bytes).map_err(failed)?;
        let last = last_number(&tail, header.run);
        Ok(Ok(Segment {
            name,
            header,
            bytes,
            decided,
            waiting: last.map_or(0, |last| last.saturating_add(1).saturating_sub(header.first)),
            is_sealed: true,
            is_damaged: false,
        }))
    }

    /// Makes a segment that begins with `header`, durable with its name. Returns the file and the
    /// length of the header.
    ///
    /// # Errors
    /// If the segment cannot be made; there is no file then, or one without a whole header.
    pub(super) fn create(&self, name: u64, header: Header) -> Result<(File, u64), FileError> {
        let own = self.file(name, SEGMENT);
        let mut file = own.open(OpenOptions::new().create_new(true).append(true))?;
        let line = header.to_line();
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
        let written = written.map_err(|error| FileError::Io(own.path().to_owned(), error));
        if let Err(error) = written.and_then(|()| self.directory.sync()) {
            // A file that stays is no segment, or an empty one.
            let _stays = own.remove();
            return Err(error);
        }
        Ok((file, line.len() as u64))
    }

    /// Reads the bytes from `from` to `to` of a segment.
    ///
    /// # Errors
    /// If the file cannot be read, or if others can use it.
    pub(super) fn read(&self, name: u64, from: u64, to: u64) -> Result<Vec<u8>, FileError> {
        let own = self.file(name, SEGMENT);
        let mut file = own.open(OpenOptions::new().read(true))?;
        read_part(&mut file, from, to).map_err(|error| FileError::Io(own.path().to_owned(), error))
    }

    /// Removes a segment, durably.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) fn remove(&self, name: u64) -> Result<(), FileError> {
        self.file(name, SEGMENT).remove()?;
        self.directory.sync()
    }

    /// Sets a segment aside: it stays for the operator, and nothing reads it any more.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) fn set_aside(&self, name: u64) -> Result<(), FileError> {
        let from = self.file(name, SEGMENT);
        let renamed = fs::rename(from.path(), self.file(name, DAMAGED).path());
        renamed.map_err(|error| FileError::Io(from.path().to_owned(), error))?;
        self.directory.sync()
    }

    /// The boot id of a run, if there is one.
    ///
    /// # Errors
    /// If the file cannot be read, or if others can use it.
    pub(super) fn boot_id(&self, run: u64) -> Result<Option<String>, FileError> {
        let bytes = self.boot_file(run).read()?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(text.filter(|text| is_id(text)))
    }

    /// Keeps the boot id of a run, durably.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) fn keep_boot_id(&self, run: u64, boot_id: &str) -> Result<(), FileError> {
        self.boot_file(run).write(boot_id.as_bytes())
    }

    /// Removes the boot id of a run, if there is one.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub(super) fn remove_boot_id(&self, run: u64) -> Result<(), FileError> {
        self.boot_file(run).remove()
    }

    fn names(&self) -> Result<Vec<String>, FileError> {
        let path = self.directory.path("");
        let listed = fs::read_dir(&path).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        let entries = listed.map_err(|error| FileError::Io(path, error))?;
        // A name that is not UTF-8 is not one of this folder.
        Ok(entries
            .iter()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect())
    }

    /// The name of the file of a segment.
    pub(super) fn file_name(name: u64) -> String {
        format!("{name:08}.{SEGMENT}")
    }

    fn file(&self, name: u64, kind: &str) -> OwnFile {
        self.directory.file(&format!("{name:08}.{kind}"))
    }

    fn boot_file(&self, run: u64) -> OwnFile {
        self.directory.file(&format!("{run:016x}.{BOOT}"))
    }
}

/// Reads the number of a segment: at least eight digits.
fn read_name(stem: &str) -> Option<u64> {
    let number = read_decimal(stem.trim_start_matches('0'))?;
    (format!("{number:08}") == stem).then_some(number)
}

fn read_part(file: &mut File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(to.saturating_sub(from)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
