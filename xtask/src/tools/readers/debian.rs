//! Packages of Debian, unpacked into a folder of the project: nothing is installed for the machine. No rights are needed while apt's lists
//! of packages are up to date; `apt-get update`, which renews them, needs those of root.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::progress::{output, silently};
use crate::project::remove;

/// What is needed of Rack, and of what it depends on.
const ROOT: &str = "ruby-rack";

/// Starts Ruby with the folders that lie beside this file. Their names hold the versions of Ruby, of Rack and of the machine.
pub(super) const LAUNCHER: &str = r#"#!/bin/sh
home=$(cd "$(dirname "$0")" && pwd)/usr
for folder in "$home"/lib/ruby/vendor_ruby "$home"/lib/ruby/[0-9]* "$home"/lib/*-linux-*/ruby/[0-9]* \
    "$home"/share/rubygems-integration/all/gems/rack-*/lib; do
  RUBYLIB=$folder:$RUBYLIB
done
for folder in "$home"/lib/*-linux-*; do
  LD_LIBRARY_PATH=$folder
done
export RUBYLIB LD_LIBRARY_PATH
for program in "$home"/bin/ruby[0-9]*; do
  exec "$program" --disable-gems -W0 "$@"
done
"#;

/// Whether this is a Debian, or something made of it.
pub(super) fn is_here() -> bool {
    let version = output(Command::new("apt-get").arg("--version"));
    version.is_ok_and(|version| version.status.success())
}

/// Unpacks Ruby and Rack into `folder`.
pub(super) fn unpack(folder: &Path) -> Result<()> {
    let packages = folder.join("packages");
    std::fs::create_dir(&packages).context("creating the folder of packages")?;
    if download(&packages).is_err() {
        // The lists of packages are missing, or so old that Debian has replaced what they name.
        silently(Command::new("apt-get").args(["update", "--quiet"])).context(
            "renewing apt's lists of packages (run `apt-get update` as root, or install Ruby and its gem `rack`)",
        )?;
        // What was fetched by the old lists may be of another version.
        remove(&packages)?;
        std::fs::create_dir(&packages).context("creating the folder of packages")?;
        download(&packages)?;
    }
    for package in std::fs::read_dir(&packages).context("reading the folder of packages")? {
        let mut unpack = Command::new("dpkg-deb");
        silently(unpack.arg("--extract").arg(package?.path()).arg(folder))?;
    }
    remove(&packages)?;
    super::launcher(folder, LAUNCHER)?;
    silently(Command::new(folder.join("ruby")).args(["-e", "require 'rack'; require 'json'"])).map(drop)
}

fn download(packages: &Path) -> Result<()> {
    let mut download = Command::new("apt-get");
    // apt would drop its rights, and then could not write here.
    download.args(["download", "--quiet", "-o", "APT::Sandbox::User=root"]);
    let all = silently(download.args(needed()?).current_dir(packages));
    all.context("fetching Ruby and Rack").map(drop)
}

/// Rack, the Ruby of this release, and the library that Debian's Ruby has beside the C library's own.
fn needed() -> Result<Vec<String>> {
    let mut depends = Command::new("apt-cache");
    depends.args([
        "depends",
        "--recurse",
        "--no-recommends",
        "--no-suggests",
        "--no-conflicts",
    ]);
    depends.args(["--no-breaks", "--no-replaces", "--no-enhances", ROOT]);
    let all = output(&mut depends)?;
    let all = String::from_utf8_lossy(&all.stdout).into_owned();
    let found: Vec<_> = all.lines().filter(|name| is_needed(name)).map(str::to_owned).collect();
    ensure!(!found.is_empty(), "apt's lists of packages have no `{ROOT}`");
    Ok(found)
}

fn is_needed(name: &str) -> bool {
    let versioned = |prefix: &str| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.starts_with(|character: char| character.is_ascii_digit()))
    };
    name == ROOT || versioned("ruby") || versioned("libruby") || versioned("libyaml-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ruby_itself_and_rack_are_fetched() {
        let all = [
            "ruby-rack",
            "ruby",
            "ruby3.1",
            "libruby",
            "libruby3.1",
            "libyaml-0-2",
            "libc6",
            "ruby-webrick",
            "<awk>",
        ];
        let needed: Vec<_> = all.into_iter().filter(|name| is_needed(name)).collect();
        assert_eq!(needed, ["ruby-rack", "ruby3.1", "libruby3.1", "libyaml-0-2"]);
    }
}
