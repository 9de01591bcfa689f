//! `edgewrit proxy`.

use super::running::{Log, parse_address, parse_count, proxy_signals, start_log};
use crate::input::edge_configuration::ConfigFiles;
use crate::output::failure::Failure;
use crate::output::streams::print_errors;
use clap::{Args, ValueEnum};
use edgewrit_edge::forward_auth::{ForwardAuth, FrontProxy};
use edgewrit_native::{CONNECTIONS, ListenAddresses, ProxyError, ProxyOptions, TlsFiles, serve};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread;
use tokio::runtime;

const EXAMPLES: &str = "\
Each `${secret:NAME}` of the configuration is the environment variable NAME, or the file DIR/NAME with `--secrets DIR`.
Each record is one line of JSON on standard output. Everything else is on standard error: `listening on http://ADDR` (or `https://`) once requests are answered, and the log as lines of JSON.

A changed file of the configuration, of a secret or of the certificate is taken within two seconds, and at once by SIGHUP. One with a fault is rejected, and the old one stays. A request ends under the configuration under which it began.
SIGTERM and Ctrl-C let requests in progress end, for at most 15 seconds; a second signal does not wait for them.
With `--admin`, GET /metrics is for Prometheus, /healthz answers while the process lives, and /readyz while requests can be decided.

Examples:
  EDGE_KEY=… TRAVEL_KEY=… edgewrit proxy --config edge.yaml --listen 127.0.0.1:8000
  edgewrit proxy --config edge.yaml --secrets /run/secrets/edge --listen 0.0.0.0:8000 --admin 9901
  edgewrit proxy --config edge.yaml --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem";

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
    #[arg(long, value_name = "ADDR", value_parser = parse_address)]
    listen: SocketAddr,
    /// Certificate of the listener for requests, with those between it and its authority, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM, which only the user of the process may read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Connections of clients at the same time; more wait to be accepted
    #[arg(long, value_name = "N", value_parser = parse_count, default_value_t = CONNECTIONS)]
    connections: usize,
    /// Address and port of metrics and health; a port alone is one of 127.0.0.1 [default: nowhere]
    #[arg(long, value_name = "ADDR", value_parser = parse_admin)]
    admin: Option<SocketAddr>,
    /// Folder with a file for each secret; without it, secrets are environment variables
    #[arg(long, value_name = "DIR")]
    secrets: Option<PathBuf>,
    /// Accept that the group of secrets and of the key may read these files, as Kubernetes arranges it
    #[arg(long, env = "EDGEWRIT_GROUP_READABLE", num_args = 0..=1, default_missing_value = "true")]
    group_readable: Option<bool>,
    /// Folder in which records wait until the issuer has them; made if it is not there
    #[arg(long, value_name = "DIR", default_value = "edgewrit-records")]
    records: PathBuf,
    /// Threads that serve requests [default: one for each core]
    #[arg(long, value_name = "N", value_parser = parse_count)]
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

/// Reads an address, or a port of the loopback address.
fn parse_admin(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    port.or_else(|_| text.parse())
        .map_err(|_| "expected a port, or an address and a port, such as `9901` or `0.0.0.0:9901`".into())
}

impl Proxy {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let log = start_log(self.log)?;
        let files = ConfigFiles {
            config: self.config.clone(),
            secrets: self.secrets.clone(),
            group: self.group_readable.unwrap_or_default().into(),
        };
        let forward_auth = self.read_forward_auth(&files)?;
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let options = ProxyOptions {
            listen: self.listen,
            tls: self.tls_cert.zip(self.tls_key).map(|(certificate, key)| TlsFiles {
                certificate,
                key,
                group: files.group,
            }),
            connections: self.connections,
            admin: self.admin,
            records: self.records,
            prints_audit_head: true,
            log: log.printer(),
            threads: self.threads.unwrap_or_else(cores),
            forward_auth,
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::new)?;
        let has_tls = options.tls.is_some();
        let ready = move |addresses: ListenAddresses| {
            if let Some(admin) = addresses.admin {
                print_errors([format!("metrics and health on http://{admin}")]);
            }
            let scheme = if has_tls { "https" } else { "http" };
            print_errors([format!("listening on {scheme}://{}", addresses.listen)]);
        };
        let done = runtime.block_on(async {
            let signals = proxy_signals()?;
            let mut is_read = false;
            let read = move || match std::mem::replace(&mut is_read, true) {
                false => files.read(),
                true => files.read_again(),
            };
            let served = serve(&options, read, ready, signals).await;
            served.map_err(|error| match error {
                ProxyError::Config(faults) => Failure::from_lines(faults),
                error => Failure::new(error),
            })
        });
        runtime.shutdown_background();
        done
    }

    /// The settings of forward auth, if the command line has them.
    fn read_forward_auth(&self, files: &ConfigFiles) -> Result<Option<ForwardAuth>, Failure> {
        let Some(front) = self.forward_auth else {
            return Ok(None);
        };
        let secret = self.forward_auth_secret.as_deref();
        let secret = secret.map(|name| files.read_secret(name));
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
