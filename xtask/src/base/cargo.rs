//! Calling cargo.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::base::progress::{self, Progress};
use crate::base::project::Project;

/// The cargo that runs us, in the project's folder.
pub(crate) fn cargo(project: &Project) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(project.root());
    command
}

/// Builds the single binary or wasm module that `args` select. Returns where cargo left it.
pub(crate) fn build(project: &Project, what: &str, args: &[&str]) -> Result<PathBuf> {
    let mut command = cargo(project);
    command
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(args);
    if progress::watched() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let output = {
        let _progress = Progress::start(what);
        progress::output(&mut command)?
    };
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        bail!("{what}: `cargo build {}` failed", args.join(" "));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut products = messages.lines().filter_map(product);
    products
        .next_back()
        .with_context(|| format!("`cargo build {}` made neither a program nor a module", args.join(" ")))
}

/// The program or wasm module that one of cargo's messages announces.
fn product(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message.pointer("/reason")? != "compiler-artifact" {
        return None;
    }
    if let Some(program) = message.pointer("/executable").and_then(Value::as_str) {
        return Some(PathBuf::from(program));
    }
    let files = message.pointer("/filenames")?.as_array()?;
    let module = files
        .iter()
        .filter_map(Value::as_str)
        .find(|file| file.ends_with(".wasm"))?;
    Some(PathBuf::from(module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found() {
        let message = r#"{"reason":"compiler-artifact","executable":"/t/edgewrit","filenames":["/t/edgewrit"]}"#;
        assert_eq!(product(message), Some(PathBuf::from("/t/edgewrit")));
    }

    #[test]
    fn a_module_is_found() {
        let message = r#"{"reason":"compiler-artifact","executable":null,"filenames":["/t/a.d","/t/a.wasm"]}"#;
        assert_eq!(product(message), Some(PathBuf::from("/t/a.wasm")));
    }

    #[test]
    fn a_library_is_no_product() {
        let message = r#"{"reason":"compiler-artifact","executable":null,"filenames":["/t/liba.rlib"]}"#;
        assert_eq!(product(message), None);
    }
}
