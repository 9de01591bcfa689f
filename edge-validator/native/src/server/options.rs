//! What the command tells the proxy, and what the proxy tells the command.

use super::tls::{TlsError, TlsFiles};
use crate::forward_auth::ForwardAuthError;
use crate::printer::LinePrinter;
use crate::records::RecordsError;
use edgewrit_edge::forward_auth::ForwardAuth;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Connections of clients at the same time, unless the operator says another number.
pub const CONNECTIONS: usize = 4_096;

/// The options of the proxy.
#[derive(Clone, Debug)]
pub struct ProxyOptions {
    /// The address at which the proxy listens for requests.
    pub listen: SocketAddr,
    /// The certificate of the listener for requests; `None` for a listener without TLS.
    pub tls: Option<TlsFiles>,
    /// The most connections of clients at the same time. More wait to be accepted.
    pub connections: usize,
    /// The address at which the proxy shows metrics and health, if it does.
    pub admin: Option<SocketAddr>,
    /// The folder in which records wait for their delivery.
    pub records: PathBuf,
    /// The printer of the log, for its metric.
    pub log: Arc<LinePrinter>,
    /// The number of threads that serve requests.
    pub threads: usize,
    /// Whether the proxy prints the highest head of the issuer's audit once a minute.
    pub prints_audit_head: bool,
    /// The settings of forward auth; `None` if the proxy sends requests itself.
    pub forward_auth: Option<ForwardAuth>,
}

/// The addresses at which the proxy listens.
#[derive(Clone, Copy, Debug)]
pub struct ListenAddresses {
    /// The address for requests.
    pub listen: SocketAddr,
    /// The address for metrics and health.
    pub admin: Option<SocketAddr>,
}

/// A signal to the running proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxySignal {
    /// Read the configuration again.
    Reload,
    /// End in order; the second such signal ends requests in progress.
    Stop,
}

/// Why the proxy does not serve, or ended out of order.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The configuration: a line for each fault, with its place.
    #[error("{}", .0.join("\n"))]
    Config(Vec<String>),
    /// The address for requests.
    #[error("`--listen`: `{0}`: {1}")]
    Listen(SocketAddr, io::Error),
    /// The certificate of the listener.
    #[error(transparent)]
    Certificate(#[from] TlsError),
    /// The address for metrics and health.
    #[error("`--admin`: `{0}`: {1}")]
    Admin(SocketAddr, io::Error),
    /// Forward auth.
    #[error(transparent)]
    ForwardAuth(#[from] ForwardAuthError),
    /// The certificates of the system.
    #[error("the certificates that this system trusts cannot be used: {0}")]
    Tls(#[from] rustls::Error),
    /// The records.
    #[error("`--records`: {0}")]
    Records(#[from] RecordsError),
    /// A thread or its runtime.
    #[error("a thread cannot be started: {0}")]
    Thread(io::Error),
    /// The source of randomness.
    #[error("the system gives no randomness: {0}")]
    Random(#[from] getrandom::Error),
    /// A second signal.
    #[error("a second signal ended the proxy before its requests had ended")]
    Interrupted,
}
