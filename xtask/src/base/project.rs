//! The files and folders of the project.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A checkout of the project.
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// Cargo names the folder of the package it runs; the project is one above.
    pub(crate) fn locate() -> Result<Self> {
        let package = env::var_os("CARGO_MANIFEST_DIR").context("start this as `cargo xtask`")?;
        let root = Path::new(&package)
            .parent()
            .context("the folder of xtask has no parent")?;
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// A project that lies at `root`, for tests.
    #[cfg(test)]
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the installed tools, which is not part of the repository.
    pub(crate) fn installed(&self) -> PathBuf {
        self.root.join(".tools")
    }

    /// The lock files of what is installed.
    pub(crate) fn pins(&self) -> PathBuf {
        self.root.join("tools")
    }

    /// The folder of the artifacts.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// An empty folder for intermediate files, apart for each `name`.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.join("target/xtask").join(name);
        empty(&folder)?;
        Ok(folder)
    }
}

/// Makes `folder` exist and be empty.
pub(crate) fn empty(folder: &Path) -> Result<()> {
    remove(folder)?;
    fs::create_dir_all(folder).with_context(|| format!("creating `{}`", folder.display()))
}

/// Removes `folder` and what it holds, if it exists.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}
