//! `edgewrit serve`.

use crate::failure::{Failure, print};
use clap::{Args, ValueEnum};
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::serve::{Listen, serve};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

const EXAMPLES: &str = "\
The first start makes keys and database in the data folder; keep a copy of both. Logs are JSON lines on standard error.

Examples:
  edgewrit serve --data ./data --listen 127.0.0.1:8080
  edgewrit serve --data /var/lib/edgewrit --listen 0.0.0.0:8080 --issuer https://issuer.example --behind-tls-proxy";

/// Run the issuer until SIGTERM or Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Folder of keys and database; made if it is not there
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA")]
    data: PathBuf,
    /// Address and port; port 0 takes a free one, which is printed and written to DIR/listening
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Origin under which clients and edges know the issuer [default on loopback: http://ADDR]
    #[arg(long, value_name = "URL", env = "EDGEWRIT_ISSUER")]
    issuer: Option<String>,
    /// SPIFFE trust domain of the agents [default: the issuer's host]
    #[arg(long, value_name = "NAME")]
    trust_domain: Option<String>,
    /// Listen without TLS although others can reach the address: something in front of it encrypts
    #[arg(long)]
    behind_tls_proxy: bool,
    /// Least severe lines of the log
    #[arg(long, value_enum, default_value = "info")]
    log: Log,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Log {
    /// What failed
    Error,
    /// And what was refused, starts and stops
    Info,
    /// And every answer
    Debug,
}

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        log_from(self.log);
        let runtime = runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(Failure::new)?.block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Failure> {
        let listen = Listen {
            address: self.listen,
            issuer: self.issuer,
            trust_domain: self.trust_domain,
            behind_tls_proxy: self.behind_tls_proxy,
        };
        let asked = |kind| signal(kind).map_err(Failure::new);
        let stop = asked_to_stop(asked(SignalKind::interrupt())?, asked(SignalKind::terminate())?);
        let ready = |url: &str| {
            // Whoever reads this may have gone; the issuer serves all the same.
            let _unheard = print(format!("listening on {url}"));
        };
        serve(&self.data, listen, Clock::system(), ready, stop)
            .await
            .map_err(Failure::new)
    }
}

async fn asked_to_stop(mut interrupt: Signal, mut terminate: Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn log_from(least: Log) {
    let least = match least {
        Log::Error => LevelFilter::ERROR,
        Log::Info => LevelFilter::INFO,
        Log::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(least);
    // Fails only if something logs already.
    let _logging = lines.with_writer(std::io::stderr).try_init();
}
