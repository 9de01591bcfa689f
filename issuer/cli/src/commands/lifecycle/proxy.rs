//! `edgewrit proxy`.

use super::running::{Log, start_log, stop_signal};
use crate::input::edge_configuration::{read_secret, read_with_secrets};
use crate::output::failure::Failure;
use crate::output::streams::print_errors;
use clap::{Args, ValueEnum};
use edgewrit_edge::forward_auth::{ForwardAuth, FrontProxy};
use edgewrit_native::{ProxyOptions, serve};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use tokio::runtime;

const EXAMPLES: &str = "\
Each `${secret:NAME}` of the configuration is the environment variable NAME, or the file DIR/NAME with `--secrets DIR`.
Each record is one line of JSON on standard output. Messages are lines of JSON on standard error.

Examples:
  TRAVEL_KEY=… EDGE_SECRET=… edgewrit proxy --config edge.yaml --listen 127.0.0.1:8000";

/// The kind of the proxy in front that sends the requests.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Front {
    /// nginx with `auth_request`
    Nginx,
    /// Traefik with `ForwardAuth`
    Traefik,
    /// Envoy with `ext_authz` over HTTP
    Envoy,
}

/// Run the edge as a reverse proxy in front of an API, until SIGTERM or Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Proxy {
    /// The edge's configuration, YAML or JSON
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Address and port; port 0 takes a free one, which is printed
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Folder with a file for each secret; without it, secrets are environment variables
    #[arg(long, value_name = "DIR")]
    secrets: Option<PathBuf>,
    /// Folder in which records wait until the issuer has them; made if it is not there
    #[arg(long, value_name = "DIR", default_value = "edgewrit-records")]
    records: PathBuf,
    /// Threads that serve requests [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Answer this proxy, which sends the requests itself, in place of sending them (docs/forward-auth.md)
    #[arg(long, value_enum, value_name = "PROXY")]
    forward_auth: Option<Front>,
    /// Give the credentials of the upstreams to the proxy in front, in the headers of answers
    #[arg(long, requires = "forward_auth")]
    forward_auth_credentials: bool,
    /// Secret that the proxy in front presents in `x-edgewrit-secret`; needed unless ADDR is on loopback
    #[arg(long, value_name = "NAME", requires = "forward_auth")]
    forward_auth_secret: Option<String>,
    /// Least severe lines of the log
    #[arg(long, value_enum, default_value = "info", env = "EDGEWRIT_LOG")]
    log: Log,
}

impl Proxy {
    pub(crate) fn run(self) -> Result<(), Failure> {
        start_log(self.log);
        let config = read_with_secrets(&self.config, self.secrets.as_deref())?;
        let forward_auth = self.read_forward_auth()?;
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let options = ProxyOptions {
            listen: self.listen,
            records: self.records,
            threads: self.threads.unwrap_or_else(cores),
            forward_auth,
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::new)?;
        let ready = |address| print_errors([format!("edgewrit proxy listens on http://{address}")]);
        runtime.block_on(async {
            let stop = stop_signal()?;
            serve(&options, config, ready, stop).await.map_err(Failure::new)
        })
    }

    /// The settings of forward auth, if the command line has them.
    fn read_forward_auth(&self) -> Result<Option<ForwardAuth>, Failure> {
        let Some(front) = self.forward_auth else {
            return Ok(None);
        };
        let secret = self.forward_auth_secret.as_deref();
        let secret = secret.map(|name| read_secret(name, self.secrets.as_deref()));
        Ok(Some(ForwardAuth {
            front: match front {
                Front::Nginx => FrontProxy::Nginx,
                Front::Traefik => FrontProxy::Traefik,
                Front::Envoy => FrontProxy::Envoy,
            },
            hands_over_credential: self.forward_auth_credentials,
            secret: secret.transpose()?,
        }))
    }
}
