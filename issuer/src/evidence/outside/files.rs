//! The file in the data directory, and the witness.

use super::{HEAD_FILE, OutsideError, Published};
use crate::files::{DataDirectory, FileError, GroupRead, OwnFile, check_log_directory, open_input};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Longest line of a witness, in bytes.
const LINE_BYTES: u64 = 1_024;
/// So many lines at the end of a witness are looked at for one that no crash cut off.
const LAST_LINES: u64 = 64;

/// Reads the file of the data `directory`. `None` if there is none.
///
/// # Errors
/// [`OutsideError`].
pub fn read_head_file(directory: &DataDirectory) -> Result<Option<Published>, OutsideError> {
    let file = directory.file(HEAD_FILE);
    let bytes = file.read().map_err(OutsideError::Directory)?;
    let malformed = || OutsideError::Malformed(file.path().to_owned());
    bytes
        .map(|bytes| Published::read_line(&bytes).ok_or_else(malformed))
        .transpose()
}

/// Writes the file of the data `directory`: whole or not at all.
pub(crate) fn write_head_file(directory: &DataDirectory, published: &Published) -> Result<(), OutsideError> {
    let written = directory.file(HEAD_FILE).write(published.to_line().as_bytes());
    written.map_err(OutsideError::Directory)
}

/// Opens the witness at `path`, which others can no more change than the data directory.
fn open_witness(path: &Path, group: GroupRead, options: &mut OpenOptions) -> Result<File, OutsideError> {
    let opened = check_log_directory(path).and_then(|()| OwnFile::new(path.to_owned(), group).open(options));
    opened.map_err(OutsideError::Directory)
}

/// Reads the last line of the witness at `path`. `None` if there is none.
pub(crate) fn read_last_of_witness(path: &Path, group: GroupRead) -> Result<Option<Published>, OutsideError> {
    let file = match open_witness(path, group, OpenOptions::new().read(true)) {
        Err(OutsideError::Directory(FileError::Io(_, error))) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        file => file?,
    };
    let (end, is_all) = last_lines(file).map_err(|error| OutsideError::Io(path.to_owned(), error))?;
    // Lines that a crash cut off have no end.
    let whole = end.rsplit(|byte| *byte == b'\n').find(|line| line.ends_with(b"}"));
    let malformed = || OutsideError::Malformed(path.to_owned());
    match whole {
        Some(line) => Published::read_line(line).map(Some).ok_or_else(malformed),
        None if is_all => Ok(None),
        None => Err(malformed()),
    }
}

/// The end of a witness, and whether that is all of it.
fn last_lines(mut file: File) -> io::Result<(Vec<u8>, bool)> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(LAST_LINES * LINE_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok((end, start == 0))
}

/// Appends a line to the witness at `path`, and syncs it. A line that a crash cut off before is
/// ended first.
pub(crate) fn append_to_witness(path: &Path, group: GroupRead, published: &Published) -> Result<(), OutsideError> {
    let mut file = open_witness(path, group, OpenOptions::new().create(true).append(true).read(true))?;
    let mut append = || {
        let mut last = [b'\n'];
        if file.metadata()?.len() > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        let start = if last == [b'\n'] { "" } else { "\n" };
        file.write_all((start.to_owned() + &published.to_line()).as_bytes())?;
        file.sync_data()
    };
    append().map_err(|error| OutsideError::Io(path.to_owned(), error))
}

/// Every line of a witness, for `edgewrit audit verify`. A line that cannot be read is an error,
/// unless it was cut off by a crash.
///
/// # Errors
/// [`OutsideError`].
pub fn read_witness(path: &Path) -> Result<Vec<Published>, OutsideError> {
    let read = open_input(path).and_then(io::read_to_string);
    let text = read.map_err(|error| OutsideError::Io(path.to_owned(), error))?;
    let whole = text.lines().filter(|line| line.ends_with('}'));
    whole
        .map(|line| Published::read_line(line.as_bytes()).ok_or_else(|| OutsideError::Malformed(path.to_owned())))
        .collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test writes what it wants, where it wants")]
mod tests {
    use super::*;
    use crate::audit::{ChainHead, CheckpointId};
    use crate::files::make_data_directory;
    use edgewrit_shared::time::UnixSeconds;

    fn published(seq: u64, checkpoint: Option<u64>) -> Published {
        Published {
            epoch: "e".to_owned(),
            head: ChainHead { seq, hash: [7; 32] },
            checkpoint: checkpoint.map(|number| CheckpointId { number, hash: [8; 32] }),
            at: UnixSeconds(9),
        }
    }

    #[test]
    fn the_head_file_is_read_as_it_was_written() {
        let beside = tempfile::tempdir().unwrap();
        let directory = make_data_directory(&beside.path().join("data"), GroupRead::Refused).unwrap();
        assert!(read_head_file(&directory).unwrap().is_none());
        for one in [published(1, None), published(2, Some(1))] {
            write_head_file(&directory, &one).unwrap();
            assert_eq!(read_head_file(&directory).unwrap(), Some(one));
        }
        std::fs::write(directory.path(HEAD_FILE), "{}").unwrap();
        assert!(matches!(read_head_file(&directory), Err(OutsideError::Malformed(_))));
    }

    #[test]
    fn a_witness_keeps_every_line_and_its_last_one_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("witness");
        assert!(read_last_of_witness(&path, GroupRead::Refused).unwrap().is_none());
        for seq in 1..=40 {
            append_to_witness(&path, GroupRead::Refused, &published(seq, None)).unwrap();
            assert_eq!(
                read_last_of_witness(&path, GroupRead::Refused)
                    .unwrap()
                    .unwrap()
                    .head
                    .seq,
                seq
            );
        }
        assert_eq!(read_witness(&path).unwrap().len(), 40);
        // A crash cuts a line off: the one before it is the last, and the next one stands on a line
        // of its own.
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.get(..text.len() - 9).unwrap()).unwrap();
        assert_eq!(
            read_last_of_witness(&path, GroupRead::Refused)
                .unwrap()
                .unwrap()
                .head
                .seq,
            39
        );
        append_to_witness(&path, GroupRead::Refused, &published(41, None)).unwrap();
        assert_eq!(
            read_last_of_witness(&path, GroupRead::Refused)
                .unwrap()
                .unwrap()
                .head
                .seq,
            41
        );
        assert_eq!(read_witness(&path).unwrap().len(), 40);
        // A crash cuts two lines off, one behind the other.
        let text = std::fs::read_to_string(&path).unwrap();
        let cut = text.lines().last().unwrap().get(..30).unwrap();
        std::fs::write(&path, format!("{text}{cut}\n{cut}\n{cut}")).unwrap();
        let last = read_last_of_witness(&path, GroupRead::Refused).unwrap();
        assert_eq!(last.unwrap().head.seq, 41);
        assert_eq!(read_witness(&path).unwrap().len(), 40);
        std::fs::write(&path, format!("{cut}\n{cut}\n")).unwrap();
        assert!(read_last_of_witness(&path, GroupRead::Refused).unwrap().is_none());
        std::fs::write(&path, format!("{cut}\n").repeat(4_000)).unwrap();
        assert!(read_last_of_witness(&path, GroupRead::Refused).is_err());
        std::fs::write(&path, "something else {}\n").unwrap();
        assert!(read_last_of_witness(&path, GroupRead::Refused).is_err() && read_witness(&path).is_err());
    }
}
