//! A disk that forgets what was not synced, for a server on a data folder. What it does is in `tests/forgetful/src/lib.rs`.

use crate::support::{Place, Server};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The disk of one server.
pub(crate) struct Disk<'a> {
    place: &'a Place,
    shadow: TempDir,
    trouble: PathBuf,
}

impl<'a> Disk<'a> {
    /// Puts such a disk before what `command` starts; `settings` are variables to be set.
    pub(crate) fn before(command: &mut Command, place: &'a Place, settings: &[&str]) -> Self {
        let shadow = tempfile::tempdir().unwrap();
        let trouble = shadow.path().join("trouble");
        command.env("LD_PRELOAD", library());
        command.env("FORGETFUL_WATCH", place.folder());
        command.env("FORGETFUL_SHADOW", shadow.path());
        command.env("FORGETFUL_TROUBLE", &trouble);
        command.envs(settings.iter().map(|setting| (setting, "1")));
        Self { place, shadow, trouble }
    }

    pub(crate) fn serve(place: &'a Place, settings: &[&str]) -> (Self, Server) {
        let mut command = place.serving();
        let disk = Self::before(&mut command, place, settings);
        let server = place.started(&mut command);
        assert!(disk.names().exists(), "the library was not loaded");
        (disk, server)
    }

    /// From now on calls fail: `write 28` if the disk is full, `write 30` if it can only be read, `sync 5` if it is broken. A
    /// third word says of which files: how their names end.
    pub(crate) fn begin_trouble(&self, what: &str) {
        // Whole or absent: the server asks at any moment.
        let aside = self.trouble.with_extension("new");
        fs::write(&aside, what).unwrap();
        fs::rename(aside, &self.trouble).unwrap();
    }

    pub(crate) fn end_trouble(&self) {
        fs::remove_file(&self.trouble).unwrap();
    }

    /// Leaves of the data folder what was certain to be there when the server, which has to be dead, ended.
    pub(crate) fn cut_power(self) {
        let (data, certain) = (self.place.data(), self.names().join("data"));
        fs::remove_dir_all(&data).unwrap();
        if certain.exists() {
            fs::rename(certain, data).unwrap();
        }
    }

    fn names(&self) -> PathBuf {
        self.shadow.path().join("names")
    }
}

/// Cargo builds it beside the test, which depends on it.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let library = test.parent().map(|folder| folder.join("libedgewrit_forgetful.so"));
    library.filter(|library| Path::exists(library)).unwrap()
}
