//! Certificates of authorities that only the tests have, and servers that show them.

use crate::http::ByteStream;
use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

/// An authority that signs certificates.
#[derive(Debug)]
pub struct CertificateAuthority {
    signer: rcgen::Issuer<'static, KeyPair>,
    pem: String,
}

impl CertificateAuthority {
    /// Makes an authority.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Without a name of its own it has the same as its certificates, which then seem to have
        // signed themselves.
        params.distinguished_name.push(DnType::CommonName, "authority");
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            signer: rcgen::Issuer::new(params, key),
            pem,
        })
    }

    /// A new file with the certificate of the authority.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn file(&self) -> Result<PathBuf> {
        let file = crate::scratch::folder("ca")?.join("ca.pem");
        fs::write(&file, &self.pem)?;
        Ok(file)
    }

    /// The configuration of a server that shows a certificate for `name` and speaks these
    /// `protocols`, by their names in the handshake.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn server(&self, name: &str, protocols: &[&str]) -> Result<Arc<ServerConfig>> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &self.signer)?;
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = config.with_no_client_auth().with_single_cert(chain, key)?;
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(Arc::new(config))
    }
}

/// Puts TLS around the connections of a server.
pub fn wrap_in_tls(config: Arc<ServerConfig>) -> impl Fn(TcpStream) -> io::Result<Box<dyn ByteStream>> {
    move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        Ok(Box::new(StreamOwned::new(connection, stream)))
    }
}
