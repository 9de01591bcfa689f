//! TLS to upstreams and the issuer, by the certificates that the system trusts.

use hyper_rustls::ConfigBuilderExt as _;
use rustls::ClientConfig;
use std::sync::Arc;

/// The authorities that the system trusts.
///
/// # Errors
/// If the system has no usable list of authorities.
pub(crate) fn system_tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.try_with_platform_verifier()?.with_no_client_auth())
}
