//! A watch over files by repeated looks at their state.
//!
//! Looks see what notifications of the system do not: files on network file systems, and folders
//! that Kubernetes replaces by changing a link. Links are followed, so another target is a change.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Looks without a change before a changed file is read. A program that writes a file in several
/// steps is usually done by then.
const LOOKS_TO_REST: u32 = 1;

/// A watch over files.
#[derive(Debug)]
pub(super) struct FileWatch {
    files: Vec<PathBuf>,
    states: Vec<Option<FileState>>,
    /// Looks until the next reading; `None` if none is due.
    next_read: Option<u32>,
    /// Whether the reading that comes next follows a change. Another reading follows it, which finds
    /// a change in the same tick of the clock of the file system, and one during the reading.
    is_first_read: bool,
}

/// The state of a file. A file that is replaced has another inode, and one that is written to has
/// another time of its change, which no program can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileState {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileWatch {
    /// Watches `files`, which were read just before.
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        Self {
            states: read_states(&files),
            files,
            next_read: Some(LOOKS_TO_REST),
            is_first_read: false,
        }
    }

    /// Looks once. Returns whether the files are to be read now.
    pub(super) fn look(&mut self) -> bool {
        let states = read_states(&self.files);
        if states != self.states {
            self.states = states;
            self.next_read = Some(LOOKS_TO_REST);
            self.is_first_read = true;
            return false;
        }
        match self.next_read {
            Some(0 | 1) => {
                self.next_read = self.is_first_read.then_some(1);
                self.is_first_read = false;
                true
            }
            Some(looks) => {
                self.next_read = Some(looks - 1);
                false
            }
            None => false,
        }
    }

    /// Watches `files` from now on, which were read just before.
    pub(super) fn replace(&mut self, files: Vec<PathBuf>) {
        if files != self.files {
            *self = Self::new(files);
        }
    }

    /// Reads the files after so many looks although none changes.
    pub(super) const fn read_after(&mut self, looks: u32) {
        self.next_read = Some(looks);
    }
}

fn read_states(files: &[PathBuf]) -> Vec<Option<FileState>> {
    files.iter().map(|file| read_state(file)).collect()
}

/// The state of a file; `None` if it cannot be found.
fn read_state(file: &Path) -> Option<FileState> {
    let found = fs::metadata(file).ok()?;
    Some(FileState {
        device: found.dev(),
        inode: found.ino(),
        bytes: found.size(),
        modified: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
    })
}

#[cfg(test)]
mod tests {
    use super::{FileWatch, PathBuf, fs};
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    struct Folder(TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.path(name), text).unwrap();
        }

        /// Replaces a file in one step.
        fn replace(&self, name: &str, text: &str) {
            self.write("partial", text);
            fs::rename(self.path("partial"), self.path(name)).unwrap();
        }

        /// A watch that has read the files often enough.
        fn watch(&self, names: &[&str]) -> FileWatch {
            let mut watch = FileWatch::new(names.iter().map(|name| self.path(name)).collect());
            assert!(watch.look(), "files that have just been read are read once more");
            assert!(!watch.look() && !watch.look());
            watch
        }
    }

    /// Asserts that a change is read when the files rest, and once more.
    #[track_caller]
    fn assert_read(watch: &mut FileWatch) {
        let looks = [(); 6].map(|()| watch.look());
        assert_eq!(looks, [false, true, true, false, false, false]);
    }

    #[test]
    fn a_replaced_a_written_and_a_removed_file_are_read() {
        let folder = Folder::new();
        folder.write("a", "one");
        let mut watch = folder.watch(&["a"]);
        folder.replace("a", "one");
        assert_read(&mut watch);
        folder.write("a", "longer");
        assert_read(&mut watch);
        fs::remove_file(folder.path("a")).unwrap();
        assert_read(&mut watch);
        folder.write("a", "one");
        assert_read(&mut watch);
    }

    #[test]
    fn a_file_that_changes_at_each_look_is_not_read_until_it_rests() {
        let folder = Folder::new();
        folder.write("a", "");
        let mut watch = folder.watch(&["a"]);
        for length in 1..5 {
            folder.write("a", &"x".repeat(length));
            assert!(!watch.look());
        }
        assert!(watch.look());
    }

    #[test]
    fn a_link_to_another_folder_is_a_change() {
        let folder = Folder::new();
        for (name, text) in [("one", "1"), ("two", "2")] {
            fs::create_dir(folder.path(name)).unwrap();
            fs::write(folder.path(name).join("KEY"), text).unwrap();
        }
        // The layout of a secret that Kubernetes mounts.
        symlink("one", folder.path("..data")).unwrap();
        symlink("..data/KEY", folder.path("KEY")).unwrap();
        let mut watch = folder.watch(&["KEY"]);
        symlink("two", folder.path("..new")).unwrap();
        fs::rename(folder.path("..new"), folder.path("..data")).unwrap();
        assert_read(&mut watch);
    }

    #[test]
    fn other_files_are_read_once_more_and_watched() {
        let folder = Folder::new();
        folder.write("a", "one");
        let mut watch = folder.watch(&["a"]);
        watch.replace(vec![folder.path("a")]);
        assert!(!watch.look());
        watch.replace(vec![folder.path("a"), folder.path("b")]);
        assert!(watch.look() && !watch.look());
        folder.write("b", "two");
        assert_read(&mut watch);
    }

    #[test]
    fn a_reading_can_be_repeated_without_a_change() {
        let folder = Folder::new();
        folder.write("a", "one");
        let mut watch = folder.watch(&["a"]);
        watch.read_after(3);
        let looks = [(); 5].map(|()| watch.look());
        assert_eq!(looks, [false, false, true, false, false]);
    }
}
