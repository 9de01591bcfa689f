//! Ruby and Rack: the machine's own Ruby if it has Rack; else both from Debian's packages.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::base::progress::{output, silently};
use crate::base::project::Project;
use crate::tools::debian::{self, launcher};
use crate::tools::installed;

/// The packages of Rack, and of its dependencies.
const ROOT: &str = "ruby-rack";

/// The program that the tests start.
const PROGRAM: &str = "ruby";

/// Finds the system's Ruby, as the readers' own launcher.
const SYSTEM_RUBY: &str = "#!/bin/sh\nexec ruby \"$@\"\n";

/// Starts Ruby with the folders that lie beside this file. Their names hold the versions of Ruby,
/// of Rack and of the machine.
const DEBIAN_RUBY: &str = r#"#!/bin/sh
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

pub(crate) fn install(project: &Project) -> Result<()> {
    let about = "Ruby and Rack (6 MB, once)";
    if system_has_rack() {
        return installed::once(project, "readers-ruby", SYSTEM_RUBY, about, |folder| {
            launcher(folder, PROGRAM, SYSTEM_RUBY)
        });
    }
    if !debian::is_here() {
        bail!("requests are read with Rack: install Ruby and its gem `rack`");
    }
    installed::once(project, "readers-ruby", DEBIAN_RUBY, about, unpack)
}

fn system_has_rack() -> bool {
    let found = output(Command::new(PROGRAM).args(["-e", "require 'rack'; require 'json'"]));
    found.is_ok_and(|found| found.status.success())
}

/// Unpacks Ruby and Rack into `folder`.
fn unpack(folder: &Path) -> Result<()> {
    debian::unpack(folder, "Ruby and its gem `rack`", needed)?;
    launcher(folder, PROGRAM, DEBIAN_RUBY)?;
    silently(Command::new(folder.join(PROGRAM)).args(["-e", "require 'rack'; require 'json'"])).map(drop)
}

/// Rack, the Ruby of this release, and the library that Debian's Ruby has beside the C library's
/// own.
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
