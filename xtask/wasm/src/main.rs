//! The acts of `cargo xtask` on a finished .wasm: it makes the bindings of the Worker, and looks
//! inside.
//!
//! The bindings are made by the library behind wasm-bindgen's command. It compiles in half a minute
//! where the command takes four, and Cargo itself keeps it equal to the `wasm-bindgen` that the
//! Worker was compiled with: the two share one `wasm-bindgen-shared`, of which a lock file can hold
//! only one.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Parser, Payload};

const USAGE: &str = "usage: xtask-wasm bindings INPUT.wasm OUT_DIR | xtask-wasm imports FILE.wasm";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<()> {
    match words {
        [verb, input, out_dir] if verb == "bindings" => bindings(Path::new(input), Path::new(out_dir)),
        [verb, file] if verb == "imports" => print_imports(Path::new(file)),
        _ => bail!("{USAGE}"),
    }
}

/// Writes `index.js` and `index_bg.wasm` to `out_dir`: an ES module that instantiates itself, as
/// workerd wants it.
///
/// The two switches are what the `worker` crate's recovery rests on: after a panic the next call
/// finds the instance marked as terminated and starts a fresh one.
fn bindings(input: &Path, out_dir: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(input)
        .out_name("index")
        .module(true)?
        .typescript(false)
        .reset_state_function(true)
        .force_enable_abort_handler(true)
        .generate(out_dir)
        .with_context(|| format!("making the bindings of `{}`", input.display()))
}

/// Prints what `file` imports, one `module.name` a line.
fn print_imports(file: &Path) -> Result<()> {
    let module = fs::read(file).with_context(|| format!("reading `{}`", file.display()))?;
    for payload in Parser::new(0).parse_all(&module) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                println!("{}.{}", import.module, import.name);
            }
        }
    }
    Ok(())
}
