//! The HTTP client of the commands.

use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// Whether requests go through the proxy that the environment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvironmentProxy {
    /// They go through it, if there is one.
    Used,
    /// They go to the origin itself.
    Ignored,
}

/// A client that trusts the certificates of the system, for requests that take at most `time`.
///
/// The client follows no redirect: a redirect would carry a secret to another server.
pub(crate) fn new_agent(time: Duration, proxy: EnvironmentProxy) -> Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(time));
    match proxy {
        EnvironmentProxy::Used => config.build().new_agent(),
        EnvironmentProxy::Ignored => config.proxy(None).build().new_agent(),
    }
}
