//! Packages of Debian, unpacked into a folder of the project: nothing is installed for the machine.
//! No rights are needed while apt's lists of packages are up to date; `apt-get update`, which
//! renews them, needs those of root.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::base::progress::{output, silently};
use crate::base::project::remove;

/// Whether this is a Debian, or something made of it.
pub(super) fn is_here() -> bool {
    let version = output(Command::new("apt-get").arg("--version"));
    version.is_ok_and(|version| version.status.success())
}

/// Unpacks the packages that `needed` names into `folder`; `what` is what they are together.
pub(super) fn unpack(folder: &Path, what: &str, needed: impl Fn() -> Result<Vec<String>>) -> Result<()> {
    let packages = folder.join("packages");
    fs::create_dir(&packages).context("creating the folder of packages")?;
    if download(&packages, what, &needed).is_err() {
        // The lists of packages are missing, or so old that Debian has replaced what they name.
        silently(Command::new("apt-get").args(["update", "--quiet"])).with_context(|| {
            format!("renewing apt's lists of packages (run `apt-get update` as root, or install {what})")
        })?;
        // What was fetched by the old lists may be of another version.
        remove(&packages)?;
        fs::create_dir(&packages).context("creating the folder of packages")?;
        download(&packages, what, &needed)?;
    }
    for package in fs::read_dir(&packages).context("reading the folder of packages")? {
        let mut unpack = Command::new("dpkg-deb");
        silently(unpack.arg("--extract").arg(package?.path()).arg(folder))?;
    }
    remove(&packages)
}

fn download(packages: &Path, what: &str, needed: impl Fn() -> Result<Vec<String>>) -> Result<()> {
    let mut download = Command::new("apt-get");
    // apt would drop its rights, and then could not write here.
    download.args(["download", "--quiet", "-o", "APT::Sandbox::User=root"]);
    let all = silently(download.args(needed()?).current_dir(packages));
    all.with_context(|| format!("fetching {what}")).map(drop)
}

/// Writes the program `name` into `folder`.
pub(super) fn launcher(folder: &Path, name: &str, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("writing the launcher of {name}"))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("making the launcher of {name} executable"))
}
