//! The installed tools: a folder each, and in it a stamp: the pin that it was made from.

use std::env::consts::{ARCH, OS};
use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result};

use crate::base::progress::Progress;
use crate::base::project::{Project, empty, remove};

const STAMP: &str = "stamp";

/// Installs into `.tools/<name>`, as [`once_in`] does.
pub(crate) fn once(
    project: &Project,
    name: &str,
    pin: &str,
    about: &str,
    install: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    once_in(&project.installed(), name, pin, about, install)
}

/// Installs into `<place>/<name>`, unless what is there was made from the same `pin`.
///
/// `install` is given an empty folder that takes the final name only when it succeeds, so that an
/// interrupted installation leaves nothing behind that looks complete. `about` completes
/// "installing …".
pub(crate) fn once_in(
    place: &Path,
    name: &str,
    pin: &str,
    about: &str,
    install: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let stamp = format!("{OS} {ARCH}\n{pin}");
    let home = place.join(name);
    if is_made_from(&home, &stamp) {
        return Ok(());
    }
    let _lock = lock(place, name)?;
    if is_made_from(&home, &stamp) {
        return Ok(());
    }
    let _progress = Progress::start(format!("installing {about}"));
    let partial = place.join(format!("{name}.partial"));
    empty(&partial)?;
    install(&partial)?;
    fs::write(partial.join(STAMP), &stamp).context("writing the stamp of an installation")?;
    remove(&home)?;
    fs::rename(&partial, &home).with_context(|| format!("moving `{}` to its place", partial.display()))
}

fn is_made_from(home: &Path, stamp: &str) -> bool {
    fs::read_to_string(home.join(STAMP)).is_ok_and(|found| found == stamp)
}

/// Held while one process installs; another waits for it.
fn lock(place: &Path, name: &str) -> Result<File> {
    fs::create_dir_all(place).with_context(|| format!("creating `{}`", place.display()))?;
    let path = place.join(format!("{name}.lock"));
    let file = File::create(&path).with_context(|| format!("creating `{}`", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let _progress = Progress::start(format!("waiting for another xtask that installs {name}"));
            file.lock().with_context(|| format!("locking `{}`", path.display()))?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("locking `{}`", path.display())),
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;

    use super::*;

    /// Installs a tool that is one file; returns how often that was really done.
    fn installed(project: &Project, pins: &[&str]) -> usize {
        let done = Cell::new(0);
        for pin in pins {
            let install = |folder: &Path| {
                done.set(done.get() + 1);
                Ok(fs::write(folder.join("binary"), pin)?)
            };
            once(project, "tool", pin, "a tool", install).unwrap();
        }
        done.get()
    }

    #[test]
    fn the_same_pin_is_installed_once() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(installed(&Project::at(folder.path()), &["1", "1"]), 1);
    }

    #[test]
    fn another_pin_takes_the_place_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::at(folder.path());
        assert_eq!(installed(&project, &["1", "2"]), 2);
        assert_eq!(
            fs::read_to_string(project.installed().join("tool/binary")).unwrap(),
            "2"
        );
    }

    #[test]
    fn a_failed_installation_leaves_nothing_that_looks_installed() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::at(folder.path());
        let failed = once(&project, "tool", "1", "a tool", |folder| {
            fs::write(folder.join("binary"), "half")?;
            bail!("no network")
        });
        assert!(failed.is_err());
        assert!(!project.installed().join("tool").exists());
        assert_eq!(installed(&project, &["1"]), 1);
    }
}
