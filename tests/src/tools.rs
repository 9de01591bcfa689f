//! The paths of the programs under test. `cargo xtask test` and `cargo xtask demo` install or build
//! them and say so in the environment. One that is missing is a failure, never a test that is
//! skipped.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// The repository.
#[must_use]
pub fn repository() -> &'static Path {
    const TESTS: &str = env!("CARGO_MANIFEST_DIR");
    Path::new(TESTS).parent().unwrap_or(Path::new(TESTS))
}

/// The program `supervise` of this package, which cargo builds beside the tests and the demo.
#[must_use]
pub fn supervisor() -> PathBuf {
    const NAME: &str = "supervise";
    let own = std::env::current_exe().unwrap_or_default();
    // A test program lies in the folder `deps` below the programs.
    let mut places = own.ancestors().skip(1).take(2).map(|folder| folder.join(NAME));
    places.find(|path| path.is_file()).unwrap_or_else(|| NAME.into())
}

/// The Envoy binary.
///
/// # Errors
/// If it is not there.
pub fn envoy() -> Result<PathBuf> {
    existing("EDGEWRIT_ENVOY_BIN", None)
}

/// The program `nginx`.
///
/// # Errors
/// If it is not there.
pub fn nginx() -> Result<PathBuf> {
    existing("EDGEWRIT_NGINX_BIN", Some(repository().join(".tools/nginx/nginx")))
}

/// The workerd binary.
///
/// # Errors
/// If it is not there.
pub fn workerd() -> Result<PathBuf> {
    existing("EDGEWRIT_WORKERD_BIN", None)
}

/// The program `wrangler`.
///
/// # Errors
/// If it is not there.
pub fn wrangler() -> Result<PathBuf> {
    existing("EDGEWRIT_WRANGLER_BIN", None)
}

/// The folder of the SDK of AgentWrit and of what it needs.
///
/// # Errors
/// If it is not there.
pub fn agentwrit_sdk() -> Result<PathBuf> {
    existing("EDGEWRIT_AGENTWRIT_SDK", None)
}

/// The folder in which the real readers are installed, each in a folder of its own.
///
/// # Errors
/// If it is not there.
pub fn readers() -> Result<PathBuf> {
    existing("EDGEWRIT_READERS", Some(repository().join(".tools")))
}

/// A file or folder of `dist/`: `edgewrit`, `edgewrit-envoy.wasm`, `worker`.
///
/// # Errors
/// If it is not there.
pub fn dist(name: &str) -> Result<PathBuf> {
    let folder = existing("EDGEWRIT_DIST", Some(repository().join("dist")))?;
    let path = folder.join(name);
    if !path.exists() {
        bail!(
            "`{}` is missing: run `cargo xtask test`, which builds it",
            path.display()
        );
    }
    Ok(path)
}

fn existing(variable: &str, default: Option<PathBuf>) -> Result<PathBuf> {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from).or(default) else {
        bail!("`{variable}` is not set: run `cargo xtask test`, which sees to it");
    };
    if !path.exists() {
        bail!(
            "`{}` (from `{variable}`) is missing: run `cargo xtask test`",
            path.display()
        );
    }
    Ok(path)
}
