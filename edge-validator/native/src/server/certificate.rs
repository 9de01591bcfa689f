//! A new certificate of the listener while the proxy runs. Connections that are open keep theirs.

use super::tls::TlsFiles;
use crate::metrics::ProxyMetrics;
use crate::reload::{ReloadCause, Reloaded, WatchedInput};
use rustls::server::ServerConfig;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// The files of the certificate as an input.
pub(super) struct CertificateInput {
    files: TlsFiles,
    current: watch::Sender<Arc<ServerConfig>>,
    /// A hash of the latest reading, whether it was taken or not.
    content: u64,
    metrics: Arc<ProxyMetrics>,
}

impl CertificateInput {
    /// The input after `files` gave the value in `current`.
    pub(super) fn new(files: TlsFiles, current: watch::Sender<Arc<ServerConfig>>, metrics: Arc<ProxyMetrics>) -> Self {
        metrics.certificates.count(true);
        Self {
            content: files.hash_content(),
            files,
            current,
            metrics,
        }
    }

    /// The files that are watched.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        vec![self.files.certificate.clone(), self.files.key.clone()]
    }
}

impl WatchedInput for CertificateInput {
    async fn reload(&mut self, cause: ReloadCause) -> Reloaded {
        let reloaded = Reloaded {
            files: self.files(),
            is_worth_retry: false,
        };
        let content = self.files.hash_content();
        if cause == ReloadCause::Files && content == self.content {
            return reloaded;
        }
        self.content = content;
        let read = self.files.read();
        self.metrics.certificates.count(read.is_ok());
        match read {
            Ok(config) => {
                self.current.send_replace(config);
                tracing::info!("a new certificate is taken");
            }
            Err(error) => {
                tracing::error!(fault = %error, "the new certificate is rejected, the old one stays");
            }
        }
        reloaded
    }
}
