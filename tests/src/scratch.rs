//! Temporary folders that go away with this process, however it ends.

use anyhow::{Context as _, Result, anyhow};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Removes the folder once the pipe on its input closes, and again after the children that may
/// still write to it are gone.
const REMOVE: &str = r#"read -r _; rm -rf -- "$1"; sleep 1; rm -rf -- "$1""#;

/// Shared hosts of a test program live in statics, which are never dropped; so the folder has a
/// guard outside of the process.
struct ScratchRoot {
    path: PathBuf,
    _guard: Child,
}

/// A new, empty folder.
///
/// # Errors
/// If it cannot be made.
pub fn folder(name: &str) -> Result<PathBuf> {
    static ROOT: OnceLock<Result<ScratchRoot, String>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let root = ROOT
        .get_or_init(|| root().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow!("{error}"))?;
    let path = root
        .path
        .join(format!("{name}-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    // Private, as the issuer wants its data directory.
    let mut builder = DirBuilder::new();
    builder
        .mode(0o700)
        .create(&path)
        .with_context(|| format!("cannot make `{}`", path.display()))?;
    Ok(path)
}

fn root() -> Result<ScratchRoot> {
    let path = tempfile::Builder::new().prefix("edgewrit-").tempdir()?.keep();
    let guard = Command::new("sh")
        .args(["-c", REMOVE, "sh"])
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A test runner kills the group of a test that takes too long, and this guard is for later.
        .process_group(0)
        .spawn()
        .context("cannot start `sh`")?;
    Ok(ScratchRoot { path, _guard: guard })
}
