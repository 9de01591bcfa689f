//! `cargo xtask tools`: what comes from outside, pinned by the lock files in `tools/`, installed
//! once into `.tools/`. What has to be compiled is kept outside of the checkout
//! (`tools/crates.rs`).

mod agentwrit;
mod crates;
mod debian;
mod envoy;
mod installed;
mod nginx;
mod npm;
mod pip;
mod readers;
mod rust;
mod valgrind;

pub(crate) use agentwrit::packages as agentwrit_packages;
pub(crate) use crates::program as crate_program;
pub(crate) use envoy::binary as envoy_binary;
pub(crate) use npm::{lock as npm_lock, modules as npm_modules, program as npm_program, workerd as workerd_binary};
pub(crate) use rust::{NO_STD, WASM, add_llvm, add_targets};
pub(crate) use valgrind::program as valgrind;

use std::thread;

use anyhow::{Result, anyhow};

use crate::base::project::Project;

/// Whether instructions can be counted here: the baselines are those of one kind of processor.
pub(crate) const COUNTS_INSTRUCTIONS: bool = cfg!(all(target_arch = "x86_64", target_os = "linux"));

/// A tool to install.
#[derive(Clone, Copy)]
pub(crate) enum Tool {
    /// workerd, wrangler, esbuild, binaryen, and jose, which the Worker is measured beside.
    Npm,
    /// The Envoy release binary.
    Envoy,
    /// nginx, the proxy in front in the tests of forward auth.
    Nginx,
    /// The SDK of AgentWrit, for Python.
    Agentwrit,
    /// Express, qs and PHP, which requests are read with.
    ReadersNode,
    /// Werkzeug and Starlette, which requests are read with.
    ReadersPython,
    /// The program that reads requests with Go's standard library.
    ReadersGo,
    /// Ruby and Rack, which requests are read with.
    ReadersRuby,
    /// cargo-deny.
    Deny,
    /// Valgrind, which counts instructions.
    Valgrind,
    /// cargo-nextest.
    Nextest,
    /// cargo-llvm-cov, for `cargo xtask coverage` only.
    Coverage,
    /// cargo-mutants, for the long tests only.
    Mutants,
}

/// The programs that the tests run besides those built here.
pub(crate) const FOR_TESTS: [Tool; 9] = [
    Tool::Nextest,
    Tool::Npm,
    Tool::Envoy,
    Tool::Nginx,
    Tool::Agentwrit,
    Tool::ReadersNode,
    Tool::ReadersPython,
    Tool::ReadersGo,
    Tool::ReadersRuby,
];

/// The tools of `cargo xtask readers`.
pub(crate) const READERS: [Tool; 4] = [
    Tool::ReadersNode,
    Tool::ReadersPython,
    Tool::ReadersGo,
    Tool::ReadersRuby,
];

/// Installs everything that `cargo xtask ci` needs.
pub(crate) fn run(project: &Project) -> Result<()> {
    add_targets()?;
    rust::add_components()?;
    let counts = if COUNTS_INSTRUCTIONS {
        &[Tool::Valgrind][..]
    } else {
        &[]
    };
    install(project, &[FOR_TESTS.as_slice(), &[Tool::Deny], counts].concat())
}

/// Makes sure that each of `tools` is there. Quick when they are.
pub(crate) fn install(project: &Project, tools: &[Tool]) -> Result<()> {
    thread::scope(|scope| {
        let started: Vec<_> = tools.iter().map(|tool| scope.spawn(|| tool.install(project))).collect();
        started.into_iter().try_for_each(|thread| joined(thread.join()))
    })
}

impl Tool {
    fn install(self, project: &Project) -> Result<()> {
        match self {
            Self::Npm => npm::install(project),
            Self::Envoy => envoy::install(project),
            Self::Nginx => nginx::install(project),
            Self::Agentwrit => agentwrit::install(project),
            Self::ReadersNode => readers::node(project),
            Self::ReadersPython => readers::python(project),
            Self::ReadersGo => readers::go(project),
            Self::ReadersRuby => readers::ruby(project),
            Self::Deny => crates::install(project, "cargo-deny"),
            Self::Valgrind => valgrind::install(project),
            Self::Nextest => crates::install(project, "cargo-nextest"),
            Self::Coverage => crates::install(project, "cargo-llvm-cov"),
            Self::Mutants => crates::install(project, "cargo-mutants"),
        }
    }
}

/// The result of a thread; a panic in it becomes an error.
pub(crate) fn joined<T>(thread: thread::Result<Result<T>>) -> Result<T> {
    thread.unwrap_or_else(|_| Err(anyhow!("a thread of xtask panicked")))
}
