//! `edgewrit serve`.

use super::running::{Log, parse_address, start_log, stop_signal};
use crate::input::document::Document;
use crate::input::group_readable::GroupReadable;
use crate::output::failure::Failure;
use crate::output::streams::print_line;
use clap::{Args, ValueEnum};
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::config;
use edgewrit_issuer::config::settings::{DAYS_EXPECTED, Settings, parse_days};
use edgewrit_issuer::files::{Provided, read_provided};
use edgewrit_issuer::serve::serve;
use edgewrit_shared::secret::Secret;
use std::env;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use tokio::runtime;
use zeroize::Zeroizing;

const EXAMPLES: &str = "\
The first start makes keys and database in the data directory; keep a copy of both (`edgewrit backup`). Logs are JSON lines on standard error.
Settings come from the flags, then from the environment, then from DIR/edgewrit.yaml (`edgewrit init` writes one), then from defaults.

The operator's secret of the AgentWrit API is in EDGEWRIT_ADMIN_SECRET or in the file `--admin-secret-file`: at least 16 bytes.

Examples:
  edgewrit serve --data ./data --listen 127.0.0.1:8080
  edgewrit serve --data /var/lib/edgewrit --listen 0.0.0.0:8080 --issuer https://issuer.example --behind-tls-proxy";

/// Run the issuer until SIGTERM or Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Data directory, with the keys and the database; made if it is not there
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA")]
    data: PathBuf,
    /// Configuration file [default: DIR/edgewrit.yaml, if it is there]
    #[arg(long, value_name = "FILE", env = "EDGEWRIT_CONFIG")]
    config: Option<PathBuf>,
    /// Address and port [default: 127.0.0.1:8080]; port 0 takes a free one, which is printed and
    /// written to DIR/listening
    #[arg(long, value_name = "ADDR", env = "EDGEWRIT_LISTEN", value_parser = parse_address)]
    listen: Option<SocketAddr>,
    /// Origin under which clients and edges know the issuer [default on loopback: http://ADDR]
    #[arg(long, value_name = "URL", env = "EDGEWRIT_ISSUER")]
    issuer: Option<String>,
    /// SPIFFE trust domain of the agents [default: the issuer's host]
    #[arg(long, value_name = "NAME", env = "EDGEWRIT_TRUST_DOMAIN")]
    trust_domain: Option<String>,
    /// Listen without TLS although others can reach the address: something in front of it encrypts
    #[arg(long, env = "EDGEWRIT_BEHIND_TLS_PROXY", num_args = 0..=1, default_missing_value = "true")]
    behind_tls_proxy: Option<bool>,
    /// Proxies whose `x-forwarded-for` says where a request comes from
    #[arg(
        long,
        value_name = "ADDR,..",
        env = "EDGEWRIT_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    trusted_proxies: Option<Vec<IpAddr>>,
    /// Audience of clients registered through the AgentWrit API [default: agentwrit]
    #[arg(long, value_name = "NAME", env = "EDGEWRIT_DEFAULT_AUDIENCE")]
    default_audience: Option<String>,
    /// File with the operator's secret of the AgentWrit API, unless it is in EDGEWRIT_ADMIN_SECRET
    #[arg(long, value_name = "FILE", env = "EDGEWRIT_ADMIN_SECRET_FILE")]
    admin_secret_file: Option<PathBuf>,
    /// Failures of a client to show its secret that are answered at once, for each source; then one
    /// a second [default: 10]
    #[arg(long, value_name = "N", env = "EDGEWRIT_CLIENT_FAILURES")]
    client_failures: Option<u64>,
    /// Address and port where Prometheus reads metrics [default: nowhere]
    #[arg(long, value_name = "ADDR", env = "EDGEWRIT_METRICS", value_parser = parse_address)]
    metrics: Option<SocketAddr>,
    /// File to which the audit's lines are written too, for shippers; `-` is standard output
    /// [default: nowhere]
    #[arg(long, value_name = "FILE", env = "EDGEWRIT_AUDIT_LOG")]
    audit_log: Option<PathBuf>,
    /// Time for which events of the audit are kept, such as `90d`; older ones go to the archive
    /// [default: for ever]
    #[arg(long, value_name = "DAYS", env = "EDGEWRIT_AUDIT_KEEP", value_parser = parse_keep)]
    audit_keep: Option<u64>,
    /// Folder of the archive, to which events are written before they are pruned
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_AUDIT_ARCHIVE")]
    audit_archive: Option<PathBuf>,
    #[command(flatten)]
    group: GroupReadable,
    /// File in another place to which is appended how far the audit reached; the next start, and
    /// `edgewrit audit verify`, must find it there
    #[arg(long, value_name = "FILE", env = "EDGEWRIT_WITNESS")]
    witness: Option<PathBuf>,
    /// Start although the database is behind the head that is kept outside of it, or has another
    /// history: it is the original, and what is kept outside is wrong. A copy or a backup is
    /// started after `edgewrit restore`
    #[arg(long)]
    this_is_the_original: bool,
    /// Least severe lines of the log [default: info]
    #[arg(long, value_enum, env = "EDGEWRIT_LOG")]
    log: Option<Log>,
}

fn parse_keep(text: &str) -> Result<u64, String> {
    parse_days(text).ok_or_else(|| format!("expected {DAYS_EXPECTED}"))
}

/// The configuration file in the data directory.
pub(crate) const CONFIG_FILE: &str = "edgewrit.yaml";
/// The variable of the operator's secret, which comes before the file.
const ADMIN_SECRET: &str = "EDGEWRIT_ADMIN_SECRET";

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let data = self.data.clone();
        let settings = self.settings()?;
        let log = settings
            .log
            .as_deref()
            .map_or(Ok(Log::Info), |name| Log::from_str(name, true));
        let _log = start_log(log.map_err(|_| Failure::new("`log`: expected `error`, `info` or `debug`"))?)?;
        let secret = read_operator_secret(&settings)?;
        let runtime = runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::new)?;
        let done = runtime.block_on(serve_until_stopped(&data, &settings, secret));
        // The end does not wait for a reader of the audit's lines that has stopped reading.
        runtime.shutdown_background();
        done
    }

    /// The settings of flags and environment, and those of the configuration file where both are
    /// silent.
    fn settings(self) -> Result<Settings, Failure> {
        let (file, is_named) = match &self.config {
            Some(file) => (file.clone(), true),
            None => (self.data.join(CONFIG_FILE), false),
        };
        let written = match read_provided(&file, Provided::Settings, self.group.read()).map_err(Failure::new)? {
            Some(bytes) => Document::read_bytes(&file, bytes)?.read(Settings::read)?,
            None if is_named => return Err(missing_file(&file)),
            None => Settings::default(),
        };
        let said = Settings {
            listen: self.listen,
            issuer: self.issuer,
            trust_domain: self.trust_domain,
            behind_tls_proxy: self.behind_tls_proxy,
            trusted_proxies: self.trusted_proxies,
            default_audience: self.default_audience,
            admin_secret_file: self.admin_secret_file,
            client_failures: self.client_failures,
            metrics: self.metrics,
            audit_log: self.audit_log,
            audit_keep: self.audit_keep,
            audit_archive: self.audit_archive,
            group_readable: self.group.readable(),
            witness: self.witness,
            is_original: self.this_is_the_original,
            log: self
                .log
                .and_then(|log| Some(log.to_possible_value()?.get_name().to_owned())),
        };
        Ok(said.or(written))
    }
}

/// The operator's secret, from the environment or from the file that the settings name.
fn read_operator_secret(settings: &Settings) -> Result<Option<Secret>, Failure> {
    let text = match (env::var(ADMIN_SECRET), &settings.admin_secret_file) {
        (Ok(text), _) => Zeroizing::new(text),
        (Err(_), Some(file)) => {
            let bytes = read_provided(file, Provided::Secret, settings.group_read()).map_err(Failure::new)?;
            let text = String::from_utf8(bytes.ok_or_else(|| missing_file(file))?);
            Zeroizing::new(text.map_err(|_| Failure::new(format!("{}: not UTF-8", file.display())))?)
        }
        (Err(_), None) => return Ok(None),
    };
    config::operator_secret(&text).map(Some).map_err(Failure::new)
}

fn missing_file(file: &Path) -> Failure {
    Failure::new(format!("{}: there is no such file", file.display()))
}

async fn serve_until_stopped(data: &Path, settings: &Settings, secret: Option<Secret>) -> Result<(), Failure> {
    let stop = stop_signal()?;
    let ready = |url: &str| {
        // The reader of standard output may be gone; the issuer serves all the same.
        let _ignored = print_line(format!("listening on {url}"));
    };
    serve(data, settings, secret, Clock::system(), ready, stop)
        .await
        .map_err(Failure::new)
}
