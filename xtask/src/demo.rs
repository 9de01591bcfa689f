//! `cargo xtask demo`: installs and builds what the walk-through needs, then becomes it.

use std::os::unix::process::CommandExt;
use std::thread;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::base::cargo::cargo;
use crate::base::project::Project;
use crate::build::{self, Artifact, EVERYTHING};
use crate::test::hosts::Hosts;
use crate::tools::{self, joined};

/// The arguments with which cargo makes the program that walks through the story, and the
/// supervisor of what this program starts.
const PROGRAMS: [&str; 4] = ["--release", "--package", "edgewrit-tests", "--bins"];
/// The arguments with which cargo runs the first of them.
const DEMO: [&str; 5] = ["--release", "--package", "edgewrit-tests", "--bin", "demo"];

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// Stop after the walk-through; fail if a verdict or the book was not as expected.
    #[arg(long)]
    once: bool,
    /// One edge only.
    #[arg(long, value_enum)]
    edge: Option<DemoEdge>,
    /// Let a hostile agent loose, with valid writs and raw sockets.
    #[arg(long)]
    attack: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DemoEdge {
    /// The Worker, in workerd.
    Worker,
    /// The filter, in Envoy.
    Envoy,
    /// The proxy, `edgewrit proxy`.
    Proxy,
}

impl DemoEdge {
    /// The requirements of the demo.
    const fn parts(self) -> &'static [Artifact] {
        match self {
            Self::Worker => &[Artifact::Edgewrit, Artifact::Worker],
            Self::Envoy => &[Artifact::Edgewrit, Artifact::Envoy],
            Self::Proxy => &[Artifact::Edgewrit],
        }
    }
}

pub(crate) fn run(project: &Project, args: &DemoArgs) -> Result<()> {
    let parts = args.edge.map_or(&EVERYTHING[..], DemoEdge::parts);
    let hosts: Vec<_> = parts.iter().filter_map(|part| part.host()).collect();
    thread::scope(|scope| {
        let tools = scope.spawn(|| tools::install(project, &hosts));
        let built = build::build(project, parts, &[("building the demo", &PROGRAMS)]);
        joined(tools.join()).and(built)
    })?;
    // The walk-through takes this process over, so that Ctrl-C reaches it alone and it decides the
    // exit code.
    let mut demo = cargo(project);
    demo.args(["run", "--quiet"]).args(DEMO).arg("--").args(words(args));
    Hosts::installed(project, parts)?.tell(project, &mut demo);
    Err(demo.exec()).context("starting the demo")
}

/// The arguments as they were given to us.
fn words(args: &DemoArgs) -> Vec<&'static str> {
    let edge = match args.edge {
        Some(DemoEdge::Worker) => &["--edge", "worker"][..],
        Some(DemoEdge::Envoy) => &["--edge", "envoy"],
        Some(DemoEdge::Proxy) => &["--edge", "proxy"],
        None => &[],
    };
    let flags = [(args.once, "--once"), (args.attack, "--attack")];
    let flags = flags.into_iter().filter_map(|(given, flag)| given.then_some(flag));
    edge.iter().copied().chain(flags).collect()
}
