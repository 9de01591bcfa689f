//! nginx, the proxy in front in the tests of forward auth: the machine's own if it has the module
//! `auth_request`; else Debian's package, unpacked.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use super::debian::{self, launcher};
use super::installed;
use crate::base::progress::{output, silently};
use crate::base::project::Project;

const NAME: &str = "nginx";
const ABOUT: &str = "nginx (4 MB, once)";

/// Starts the machine's nginx.
const SYSTEM_NGINX: &str = "#!/bin/sh\nexec nginx \"$@\"\n";

/// Starts nginx with the libraries that lie beside this file. The name of their folder holds the
/// kind of the machine.
const DEBIAN_NGINX: &str = r#"#!/bin/sh
home=$(cd "$(dirname "$0")" && pwd)
for folder in "$home"/usr/lib/*-linux-* "$home"/lib/*-linux-*; do
  LD_LIBRARY_PATH=$folder:$LD_LIBRARY_PATH
done
export LD_LIBRARY_PATH
exec "$home/usr/sbin/nginx" "$@"
"#;

pub(super) fn install(project: &Project) -> Result<()> {
    if has_auth_request(Command::new(NAME)) {
        return installed::once(project, NAME, SYSTEM_NGINX, ABOUT, |folder| {
            launcher(folder, NAME, SYSTEM_NGINX)
        });
    }
    if !debian::is_here() {
        bail!("forward auth is tested behind nginx with the module `auth_request`: install it");
    }
    installed::once(project, NAME, DEBIAN_NGINX, ABOUT, unpack)
}

fn has_auth_request(mut nginx: Command) -> bool {
    let built = output(nginx.arg("-V"));
    built.is_ok_and(|built| String::from_utf8_lossy(&built.stderr).contains("--with-http_auth_request_module"))
}

fn unpack(folder: &Path) -> Result<()> {
    debian::unpack(folder, NAME, needed)?;
    launcher(folder, NAME, DEBIAN_NGINX)?;
    silently(Command::new(folder.join(NAME)).arg("-v"))?;
    ensure!(
        has_auth_request(Command::new(folder.join(NAME))),
        "the nginx of this Debian has no `auth_request`"
    );
    Ok(())
}

/// nginx and the libraries that it is linked with, but for those of the C library itself.
fn needed() -> Result<Vec<String>> {
    let all = output(Command::new("apt-cache").args(["depends", NAME]))?;
    let all = String::from_utf8_lossy(&all.stdout).into_owned();
    let libraries = all.lines().filter_map(library).map(str::to_owned);
    Ok([NAME.to_owned()].into_iter().chain(libraries).collect())
}

/// The library that a line of `apt-cache depends` requires.
fn library(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("Depends: ")?;
    let is_library = name.starts_with("lib") || name.starts_with("zlib");
    (is_library && !name.starts_with("libc6")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_required_libraries_are_fetched() {
        let lines = [
            "nginx",
            "  Depends: libc6",
            "  Depends: libcrypt1",
            "  Depends: libssl3",
            "  Depends: zlib1g",
            "  Depends: nginx-common",
            "  Depends: <nginx-abi>",
            "  Suggests: libnginx-mod-mail",
        ];
        let found: Vec<_> = lines.into_iter().filter_map(library).collect();
        assert_eq!(found, ["libcrypt1", "libssl3", "zlib1g"]);
    }
}
