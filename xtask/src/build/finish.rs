//! From what rustc made to what is delivered. Nothing reaches `dist/` that did not pass the checks.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::place;
use crate::base::progress::quietly;
use crate::base::project::{Project, remove};
use crate::build::artifact;
use crate::tools;

/// The name of the filter in `dist/`.
pub(crate) const FILTER: &str = "edgewrit-envoy.wasm";
/// The name of the Worker's folder in `dist/`.
pub(crate) const WORKER: &str = "worker";

const WORKER_ENTRY: &str = include_str!("../../../edge-validator/cloudflare/src/entry.js");

/// The features that rustc assumes of wasm32-unknown-unknown, and the exceptions that
/// wasm-bindgen's glue catches. Named one by one so that a new encoding is not used before the
/// hosts understand it.
const WASM_OPT: [&str; 11] = [
    "-Oz",
    "--converge",
    "--strip-debug",
    "--strip-producers",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
    "--enable-exception-handling",
];

/// `edgewrit-envoy.wasm` from the module that rustc made.
pub(crate) fn filter(project: &Project, helper: &Path, module: &Path) -> Result<()> {
    unless_made(project, FILTER, module, || {
        let optimised = project.scratch("envoy")?.join(FILTER);
        optimise(project, "optimising the filter", module, &optimised)?;
        artifact::accept_filter(helper, &optimised)?;
        place(&optimised, &project.dist().join(FILTER))
    })
}

/// The module of `package`, optimised and nothing else, among the intermediate files.
pub(crate) fn plain(project: &Project, package: &str, module: &Path) -> Result<PathBuf> {
    let optimised = project.scratch(package)?.join("optimised.wasm");
    optimise(project, &format!("optimising {package}"), module, &optimised)?;
    Ok(optimised)
}

/// `worker/` from the module that rustc made: `index.js`, which workerd and wrangler load, and
/// `index_bg.wasm`.
pub(crate) fn worker(project: &Project, helper: &Path, module: &Path) -> Result<()> {
    unless_made(project, WORKER, module, || {
        let bound = project.scratch("bindings")?;
        let mut bindings = Command::new(helper);
        quietly(
            "making the Worker's bindings",
            bindings.arg("bindings").arg(module).arg(&bound),
        )?;
        let made = project.scratch("worker")?;
        bundle(project, &bound, &made.join("index.js"))?;
        optimise(
            project,
            "optimising the Worker",
            &bound.join("index_bg.wasm"),
            &made.join("index_bg.wasm"),
        )?;
        artifact::accept_worker(helper, &made)?;
        let to = project.dist().join(WORKER);
        remove(&to)?;
        fs::rename(&made, &to).with_context(|| format!("moving to `{}`", to.display()))
    })
}

/// One JavaScript file from the bindings, their snippets and our entry.
fn bundle(project: &Project, bound: &Path, to: &Path) -> Result<()> {
    let bindings = bound.join("index.js");
    let text = fs::read_to_string(&bindings).context("reading the bindings")?;
    // workerd hands out a compiled module for the plain import, and does not know the source phase.
    ensure!(
        text.matches("import source ").count() == 1,
        "the bindings do not import their module once"
    );
    fs::write(&bindings, text.replace("import source ", "import ")).context("writing the bindings")?;
    let entry = bound.join("entry.js");
    fs::write(&entry, WORKER_ENTRY).context("writing the Worker's entry")?;
    let mut esbuild = Command::new(tools::npm_program(project, "esbuild"));
    esbuild.arg(&entry).args([
        "--bundle",
        "--format=esm",
        "--external:./index_bg.wasm",
        "--log-level=warning",
    ]);
    quietly(
        "bundling the Worker",
        esbuild.arg(format!("--outfile={}", to.display())),
    )
    .map(drop)
}

fn optimise(project: &Project, what: &str, from: &Path, to: &Path) -> Result<()> {
    let mut wasm_opt = Command::new(tools::npm_program(project, "wasm-opt"));
    quietly(what, wasm_opt.args(WASM_OPT).arg(from).arg("-o").arg(to)).map(drop)
}

/// Calls `make` unless what is in `dist/` was made from the same bytes with the same tools.
fn unless_made(project: &Project, name: &str, module: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let made = made_from(project, name);
    let key = key(project, module)?;
    if project.dist().join(name).exists() && fs::read_to_string(&made).is_ok_and(|found| found == key) {
        return Ok(());
    }
    make()?;
    fs::write(&made, key).with_context(|| format!("writing `{}`", made.display()))
}

fn made_from(project: &Project, name: &str) -> PathBuf {
    project.dist().join(format!(".{name}.made-from"))
}

/// Tells one input from another. An attacker gains nothing by forging it.
fn key(project: &Project, module: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(module)
        .with_context(|| format!("reading `{}`", module.display()))?
        .hash(&mut hasher);
    WASM_OPT.hash(&mut hasher);
    WORKER_ENTRY.hash(&mut hasher);
    tools::npm_lock(project)?.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}
