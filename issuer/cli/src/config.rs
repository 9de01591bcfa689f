//! `edgewrit config`.

use crate::document::Document;
use crate::failure::Failure;
use crate::output::{print_json, print_line};
use clap::{Args, Subcommand};
use edgewrit_edge::config as edge;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Check what an edge is configured with
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Read an edge's configuration as the edge does, and say everything that is wrong with it
    Check(Check),
}

const EXAMPLES: &str = "\
Examples:
  edgewrit config check edge.yaml
  edgewrit config check --json edge.yaml > edge.json    # what the edges themselves take";

/// Read an edge's configuration as the edge does
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// The configuration, YAML or JSON
    file: PathBuf,
    /// Print it as JSON, which is what edges take
    #[arg(long)]
    json: bool,
}

impl Config {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(check) => check.run(),
        }
    }
}

/// Stands for every secret: none is needed to see whether a configuration is one, or what it makes of requests.
const ANY_SECRET: &str = "secret";

/// An edge's configuration that was read, and its file.
pub(crate) struct Opened {
    pub(crate) document: Document,
    pub(crate) config: edge::Config,
    /// Names of the secrets that it uses.
    secrets: BTreeSet<String>,
}

/// Reads the configuration at `path` as the edge does.
pub(crate) fn open(path: &Path) -> Result<Opened, Failure> {
    read(Document::open(path)?)
}

/// Reads the configuration that `document` is as the edge does.
pub(crate) fn read(document: Document) -> Result<Opened, Failure> {
    let secrets = RefCell::new(BTreeSet::new());
    let secret = |name: &str| {
        secrets.borrow_mut().insert(name.to_owned());
        Some(ANY_SECRET.to_owned())
    };
    let config = edge::Config::read(&document.to_json(), &secret).map_err(|faults| document.faulty(&faults))?;
    Ok(Opened {
        document,
        config,
        secrets: secrets.into_inner(),
    })
}

/// The host that a request is for: as its headers say, or else one that is served.
pub(crate) fn authority<'a>(headers: &[(&str, &'a [u8])], config: &'a edge::Config) -> &'a [u8] {
    let host = headers
        .iter()
        .find(|(name, _)| *name == "host")
        .map(|(_, value)| *value);
    host.or_else(|| config.hosts().first().map(String::as_bytes))
        .unwrap_or_default()
}

impl Check {
    fn run(self) -> Result<(), Failure> {
        let Opened {
            document,
            config,
            secrets,
        } = open(&self.file)?;
        if self.json {
            return print_json(document.to_json());
        }
        print_line(format!("{}: an edge's configuration", self.file.display()))?;
        print_line(format!("issuer: {}", config.issuer()))?;
        for upstream in config.upstreams() {
            print_line(format!("upstream {}: {}", upstream.name(), upstream.origin()))?;
        }
        let secrets: Vec<_> = secrets.into_iter().collect();
        print_line(format!(
            "secrets: {}",
            if secrets.is_empty() {
                "none".to_owned()
            } else {
                secrets.join(", ")
            }
        ))?;
        // Values are known where the edge runs, which may be here.
        let here = |name: &&String| std::env::var(name).is_ok_and(|value| edge::is_too_short_to_search(&value));
        let mut short = secrets.iter().filter(here);
        short.try_for_each(|name| print_line(format!("warning: {}", edge::short_secret_warning(name))))
    }
}
