//! `edgewrit try`.

use super::running::{Log, parse_address, proxy_signals, start_log};
use super::serve::CONFIG_FILE;
use crate::input::document::Document;
use crate::input::edge_configuration::{EdgeConfiguration, complete_document};
use crate::openapi::{Servers, TableDraft};
use crate::output::failure::Failure;
use crate::output::streams::print_lines;
use clap::Args;
use edgewrit_edge::config::Config;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::origin::{Origin, expected_origin};
use edgewrit_native::{CONNECTIONS, ListenAddresses, ProxyOptions, ProxySignal, read_fixed, serve};
use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use tokio::runtime;
use tokio::sync::mpsc;

mod api;
mod credential;
mod folder;
mod guide;
mod issuer;
mod registration;
mod sample;

use api::{ApiDescription, describe};
use credential::CredentialHeader;
use folder::{EDGE_CONFIGURATION, RECORDS, TryFolder};
use guide::Guide;
use issuer::RunningIssuer;
use registration::{EDGE_KEY, TryEdge, mint, register_client, register_edge};
use sample::Samples;

const EXAMPLES: &str = "\
The table of operations is made of FILE, or of the OpenAPI 3 document that the API serves (`/openapi.json` and other usual places), or of
the operations that are named. The folder has the edge's configuration, a task and a login, and is removed at the end without `--data`.

Examples:
  edgewrit try --upstream http://127.0.0.1:3000
  API_KEY=… edgewrit try --upstream https://api.travel.example --openapi openapi.yaml --credential 'x-api-key: API_KEY'
  edgewrit try --upstream http://127.0.0.1:3000 --operation 'GET /users' --operation 'GET /users/{id}?fields'";

/// The name of the upstream in the table.
const UPSTREAM: &str = "api";
/// Threads of the proxy.
const THREADS: usize = 2;

/// Try Edgewrit: run an issuer and a proxy in front of an API on this machine, until Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FirstTry {
    /// The origin of the API: https, or http on loopback
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// An OpenAPI document of the API, 3.0 or 3.1, YAML or JSON
    #[arg(long, value_name = "FILE", conflicts_with = "operation")]
    openapi: Option<PathBuf>,
    /// An operation of the API without a body, with the names of its query
    #[arg(long, value_name = "METHOD /PATH[?NAME&..]")]
    operation: Vec<String>,
    /// Header with the credential of the API: the value is taken from the environment variable
    #[arg(long, value_name = "NAME: [SCHEME ]VARIABLE")]
    credential: Vec<String>,
    /// Address and port of the proxy, on loopback; port 0 takes a free one
    #[arg(long, value_name = "ADDR", value_parser = parse_address, default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    listen: SocketAddr,
    /// Folder that stays, new or empty [default: a temporary folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Least severe lines of the log
    #[arg(long, value_enum, default_value = "error", env = "EDGEWRIT_LOG")]
    log: Log,
}

/// The API and its table of operations, before anything runs.
struct Plan {
    upstream: Origin,
    api: ApiDescription,
    draft: TableDraft,
    samples: Samples,
}

impl FirstTry {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let log = start_log(self.log)?;
        if !self.listen.ip().is_loopback() {
            let listen = self.listen;
            return Err(Failure::new(format!(
                "`--listen`: `{listen}` found, expected an address on loopback such as `127.0.0.1:8000`"
            )));
        }
        let plan = self.plan()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::new)?;
        // From here on a signal leads to the end below, which removes the folder.
        let (sender, signals) = mpsc::channel(1);
        runtime.block_on(async { stop_at_signals(sender.clone()) })?;
        let folder = TryFolder::open(self.data.as_deref())?;
        let mut issuer = RunningIssuer::start(&folder.root(), sender)?;
        let config = plan.prepare(&folder, &issuer.origin)?;
        let guide = Guide {
            upstream: &plan.upstream,
            api: &plan.api,
            operations: (plan.draft.rows().len(), plan.draft.left_out()),
            samples: &plan.samples,
            folder: &folder,
            issuer: &issuer.origin,
        };
        let options = ProxyOptions {
            listen: self.listen,
            tls: None,
            connections: CONNECTIONS,
            records: folder.path(RECORDS),
            // The reader of the guide sees only the records of the own requests.
            prints_audit_head: false,
            log: log.printer(),
            threads: THREADS,
            admin: None,
            forward_auth: None,
        };
        let ready = |addresses: ListenAddresses| {
            // The reader of standard output may be gone; the proxy serves all the same.
            let _ignored = print_lines(guide.lines(addresses.listen));
        };
        let served = runtime.block_on(serve(&options, read_fixed(config), ready, signals));
        runtime.shutdown_background();
        let ended = issuer.end();
        let closed = folder.close();
        served.map_err(Failure::new).and(ended).and(closed)
    }

    /// Reads the arguments and the description of the API.
    fn plan(&self) -> Result<Plan, Failure> {
        // Browsers show an origin with a slash at its end.
        let origin = self.upstream.strip_suffix('/').unwrap_or(&self.upstream);
        let upstream = Origin::parse(origin).map_err(|fault| {
            let expected = expected_origin(fault);
            Failure::new(format!("`--upstream`: expected {expected}"))
        })?;
        let credential: Vec<_> = self
            .credential
            .iter()
            .map(|text| CredentialHeader::parse(text))
            .collect();
        let credential = credential.into_iter().collect::<Result<Vec<_>, _>>()?;
        let api = describe(&upstream, self.openapi.as_deref(), &self.operation)?;
        let mut servers = Servers::only_at(UPSTREAM, upstream.as_str());
        if !credential.is_empty() {
            let headers = credential.iter().map(|header| header.name.clone()).collect();
            servers = servers.with_credential(&CredentialHeader::to_yaml(&credential), headers);
        }
        let draft = TableDraft::read(&api.document, servers)?;
        if draft.is_empty() {
            return Err(draft.to_failure(&api.document));
        }
        let config = rehearsed_config(&draft)?;
        let samples = Samples::find(draft.rows(), &config, Clock::system().now().seconds())?;
        Ok(Plan {
            upstream,
            api,
            draft,
            samples,
        })
    }
}

impl Plan {
    /// Registers the client and the edge, mints the writ, and writes the files. Returns the
    /// configuration of the edge.
    fn prepare(&self, folder: &TryFolder, issuer: &str) -> Result<Config, Failure> {
        let TryEdge {
            configuration,
            credential,
        } = register_edge(folder, &self.upstream)?;
        let lines: Vec<_> = configuration.into_iter().chain(self.draft.yaml()).collect();
        let file = folder.write(EDGE_CONFIGURATION, &(lines.join("\n") + "\n"))?;
        let document = Document::open(&file)?;
        let secret = |name: &str| match name {
            EDGE_KEY => Some(credential.expose().to_owned()),
            _ => env::var(name).ok(),
        };
        let config = Config::read(&document.to_json(), &secret).map_err(|faults| document.to_failure(&faults))?;
        let login = register_client(folder, &self.upstream, self.draft.rows())?;
        mint(folder, issuer, &login, &self.upstream, &self.samples)?;
        if folder.is_kept() {
            // The origin of the issuer must stay for `edgewrit serve`.
            let address = issuer.trim_start_matches("http://");
            folder.write(CONFIG_FILE, &format!("listen: {address}\n"))?;
        }
        Ok(config)
    }
}

/// Stops the proxy at every signal to this process.
fn stop_at_signals(proxy: mpsc::Sender<ProxySignal>) -> Result<(), Failure> {
    let mut signals = proxy_signals()?;
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            if proxy.send(ProxySignal::Stop).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// The configuration with which the requests of the guide are judged before anything runs.
fn rehearsed_config(draft: &TableDraft) -> Result<Config, Failure> {
    let text = draft.yaml().join("\n");
    let document = Document::read_bytes(EDGE_CONFIGURATION.as_ref(), text.into_bytes())?;
    Ok(EdgeConfiguration::read(complete_document(document))?.config)
}
