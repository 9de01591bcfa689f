//! A faulty disk for the files of a program: `tests/faulty-disk/src/lib.rs` describes it.

use crate::support::{Server, TestFolder};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The disk of one program.
pub(crate) struct FaultyDisk {
    /// The folder of the program, which is in the watched folder.
    folder: PathBuf,
    shadow: TempDir,
    /// The file that says which calls fail.
    fault_file: PathBuf,
}

impl FaultyDisk {
    /// Puts a faulty disk before the server that `command` starts; `settings` are variables to be
    /// set.
    pub(crate) fn before(command: &mut Command, place: &TestFolder, settings: &[&str]) -> Self {
        Self::before_folder(command, place.data(), settings)
    }

    /// Puts a faulty disk before the program that `command` starts and that has its files in
    /// `folder`. The folder above must be there, and other programs do not change it.
    pub(crate) fn before_folder(command: &mut Command, folder: PathBuf, settings: &[&str]) -> Self {
        let shadow = tempfile::tempdir().unwrap();
        let fault_file = shadow.path().join("faults");
        command.env("LD_PRELOAD", library_path());
        command.env("FAULTY_DISK_WATCH", folder.parent().unwrap());
        command.env("FAULTY_DISK_SHADOW", shadow.path());
        command.env("FAULTY_DISK_FAULTS", &fault_file);
        command.envs(settings.iter().map(|setting| (setting, "1")));
        Self {
            folder,
            shadow,
            fault_file,
        }
    }

    pub(crate) fn serve(place: &TestFolder, settings: &[&str]) -> (Self, Server) {
        let mut command = place.serve_command();
        let disk = Self::before(&mut command, place, settings);
        let server = place.start(&mut command);
        assert!(disk.names().exists(), "the library was not loaded");
        (disk, server)
    }

    /// Lets calls fail from now on: `write 28` for a full disk, `write 30` for a read-only disk,
    /// `sync 5` for a broken disk. A third word is the ending of the names of the files.
    pub(crate) fn begin_fault(&self, what: &str) {
        // The rename makes the file whole or absent: the server reads it at any moment.
        let aside = self.fault_file.with_extension("new");
        fs::write(&aside, what).unwrap();
        fs::rename(aside, &self.fault_file).unwrap();
    }

    pub(crate) fn end_fault(&self) {
        fs::remove_file(&self.fault_file).unwrap();
    }

    /// Replaces the folder of the program by its shadow: the state after a power cut. The program
    /// must have ended.
    pub(crate) fn cut_power(self) {
        let certain = self.names().join(self.folder.file_name().unwrap());
        fs::remove_dir_all(&self.folder).unwrap();
        if certain.exists() {
            fs::rename(certain, &self.folder).unwrap();
        }
    }

    fn names(&self) -> PathBuf {
        self.shadow.path().join("names")
    }
}

/// The library of the faulty disk. Cargo builds it beside the test, which depends on it.
fn library_path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let library = test.parent().map(|folder| folder.join("libedgewrit_faulty_disk.so"));
    library.filter(|library| Path::exists(library)).unwrap()
}
