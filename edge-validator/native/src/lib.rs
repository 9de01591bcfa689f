//! The native host of the edge: a reverse proxy (`edgewrit proxy`) in front of APIs that know
//! nothing of writs. It translates between HTTP and the pipeline of `edgewrit_edge`, and decides
//! nothing.
//!
//! The way of a request: `server` accepts the connection, `worker` holds the state of one thread,
//! `request` takes the steps of the pipeline, `upstream` sends the permitted request, `records`
//! keeps the record of the outcome. `issuer_client` calls the issuer for bundles, spends and
//! deliveries, and `issuer` holds the snapshots.
//! `forward_auth` answers a proxy in front in place of `request`.
//! `printer` writes lines to the standard streams in place of the workers.
//! `metrics` counts, and `admin` shows the counters and the health of the process to the operator.
//! `reload` replaces the configuration while the proxy runs.

mod accept;
mod admin;
mod clock;
mod error_line;
mod forward_auth;
mod issuer;
mod issuer_client;
mod local_executor;
mod metrics;
mod printer;
mod records;
mod reload;
mod request;
mod server;
#[cfg(test)]
mod testing;
#[cfg(feature = "undecided")]
mod undecided;
mod upstream;
mod worker;

pub use forward_auth::ForwardAuthError;
pub use printer::{FLUSH_TIME, LinePrinter, PRINTER_BYTES};
pub use records::RecordsError;
pub use reload::{ConfigReading, read_fixed};
pub use server::{CONNECTIONS, ListenAddresses, ProxyError, ProxyOptions, ProxySignal, TlsError, TlsFiles, serve};
#[cfg(feature = "undecided")]
pub use undecided::decide_nothing;
