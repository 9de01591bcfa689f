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
}

impl<'a> Disk<'a> {
    /// Puts such a disk before what `command` starts; `settings` are variables to be set.
    pub(crate) fn before(command: &mut Command, place: &'a Place, settings: &[&str]) -> Self {
        let shadow = tempfile::tempdir().unwrap();
        command.env("LD_PRELOAD", library());
        command.env("FORGETFUL_WATCH", place.folder());
        command.env("FORGETFUL_SHADOW", shadow.path());
        command.envs(settings.iter().map(|setting| (setting, "1")));
        Self { place, shadow }
    }

    pub(crate) fn serve(place: &'a Place, settings: &[&str]) -> (Self, Server) {
        let mut command = place.serving();
        let disk = Self::before(&mut command, place, settings);
        let server = place.started(&mut command);
        assert!(disk.names().exists(), "the library was not loaded");
        (disk, server)
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
