//! TLS of the listener.

use edgewrit_connections::HttpVersion;
use edgewrit_files::{FileError, GroupRead, Provided, read_provided};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ServerConfig;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Longest time for a handshake, and for its turn.
pub(super) const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Handshakes at the same time. Further ones wait for their turn.
pub(super) const HANDSHAKES: usize = 512;
/// The names of the versions in a handshake (RFC 7301, RFC 9113 section 3.1), the preferred first.
const VERSIONS: [(&[u8], HttpVersion); 2] = [(b"h2", HttpVersion::Http2), (b"http/1.1", HttpVersion::Http1)];

/// The files of the listener's certificate.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate and those between it and its authority, in PEM.
    pub certificate: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
    /// Whether the group of the files may read them.
    pub group: GroupRead,
}

/// Why the files of the certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that cannot be read.
    #[error("`{0}`: {1}")]
    File(&'static str, FileError),
    /// A file that is not there.
    #[error("`{0}`: `{1}` does not exist")]
    Missing(&'static str, PathBuf),
    /// The certificate.
    #[error("`--tls-cert`: `{0}`: {1}")]
    Certificate(PathBuf, String),
    /// The key.
    #[error("`--tls-key`: `{0}`: {1}")]
    Key(PathBuf, String),
    /// A certificate with another key.
    #[error("`--tls-key`: `{key}` is not the key of the certificate in `{certificate}`")]
    OtherKey {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        certificate: PathBuf,
    },
}

impl TlsFiles {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`] with the file that is at fault.
    pub fn read(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let (certificates, key) = (self.read_certificates()?, self.read_key()?);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(certificates, key));
        let mut config = config.map_err(|error| self.name_fault(&error))?;
        config.alpn_protocols = VERSIONS.iter().map(|(name, _)| name.to_vec()).collect();
        Ok(Arc::new(config))
    }

    /// A hash of what the files hold, which tells whether two readings differ. A file that cannot be
    /// read differs from one that can.
    pub(super) fn hash_content(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let certificate = self.read_file("--tls-cert", &self.certificate, Provided::Settings);
        let key = self.read_file("--tls-key", &self.key, Provided::Secret);
        for content in [certificate, key] {
            content.map_err(|error| error.to_string()).hash(&mut hasher);
        }
        hasher.finish()
    }

    fn read_certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let pem = self.read_file("--tls-cert", &self.certificate, Provided::Settings)?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let fault = |fault: String| TlsError::Certificate(self.certificate.clone(), fault);
        match certificates {
            Ok(certificates) if certificates.is_empty() => Err(fault("there is no certificate in PEM".to_owned())),
            Ok(certificates) => Ok(certificates),
            Err(error) => Err(fault(error.to_string())),
        }
    }

    fn read_key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let pem = self.read_file("--tls-key", &self.key, Provided::Secret)?;
        PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
            let fault = match error {
                rustls::pki_types::pem::Error::NoItemsFound => "there is no unencrypted private key in PEM".to_owned(),
                error => error.to_string(),
            };
            TlsError::Key(self.key.clone(), fault)
        })
    }

    fn read_file(&self, option: &'static str, file: &Path, what: Provided) -> Result<Vec<u8>, TlsError> {
        let content = read_provided(file, what, self.group).map_err(|error| TlsError::File(option, error))?;
        content.ok_or_else(|| TlsError::Missing(option, file.to_owned()))
    }

    fn name_fault(&self, error: &rustls::Error) -> TlsError {
        match error {
            rustls::Error::InconsistentKeys(_) => TlsError::OtherKey {
                key: self.key.clone(),
                certificate: self.certificate.clone(),
            },
            rustls::Error::InvalidCertificate(_) => TlsError::Certificate(self.certificate.clone(), error.to_string()),
            error => TlsError::Key(self.key.clone(), error.to_string()),
        }
    }
}

/// Completes the handshake of a client. `None` if it fails, or is not over in time.
pub(super) async fn shake_hands<S>(stream: S, config: Arc<ServerConfig>, turns: &Semaphore) -> Option<TlsStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let accept = async {
        let _turn = turns.acquire().await.ok()?;
        TlsAcceptor::from(config).accept(stream).await.ok()
    };
    timeout(HANDSHAKE_TIME, accept).await.ok().flatten()
}

/// The version that client and proxy agreed on in the handshake.
pub(super) fn agreed_version<S>(stream: &TlsStream<S>) -> Option<HttpVersion> {
    let name = stream.get_ref().1.alpn_protocol()?;
    VERSIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, version)| *version)
}
