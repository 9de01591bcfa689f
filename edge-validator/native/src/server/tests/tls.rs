//! Handshakes, and the files of a certificate.

use super::super::tls::{HANDSHAKE_TIME, HANDSHAKES, TlsFiles};
use super::*;
use edgewrit_files::GroupRead;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::RootCertStore;
use rustls::client::ClientConfig;
use rustls::pki_types::ServerName;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::TlsConnector;

/// A certificate with its key.
fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["edge.example".to_owned()]).unwrap()
}

/// The files of a certificate, for as long as the value lives.
struct Files {
    folder: tempfile::TempDir,
    files: TlsFiles,
}

impl Files {
    fn of(made: &CertifiedKey<KeyPair>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| -> PathBuf { folder.path().join(name) };
        let files = TlsFiles {
            certificate: path("cert.pem"),
            key: path("key.pem"),
            group: GroupRead::Refused,
        };
        write_secret(&files.certificate, &made.cert.pem());
        write_secret(&files.key, &made.signing_key.serialize_pem());
        Self { folder, files }
    }

    fn fault(&self) -> String {
        let fault = self.files.read().unwrap_err().to_string();
        fault.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn write_secret(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A client that trusts the certificate and names these versions.
fn client(made: &CertifiedKey<KeyPair>, versions: &[&str]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = versions.iter().map(|version| version.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

fn name() -> ServerName<'static> {
    ServerName::try_from("edge.example").unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_the_version_that_it_names() {
    locally(async {
        let made = certificate();
        let proxy = TestProxy::new(Some(Files::of(&made).files.read().unwrap()));
        for (versions, agreed) in [
            (&["http/1.1"][..], Some("http/1.1")),
            (&["http/1.1", "h2"], Some("h2")),
            (&[], None),
        ] {
            let stream = client(&made, versions).connect(name(), proxy.connect()).await.unwrap();
            assert_eq!(
                stream.get_ref().1.alpn_protocol(),
                agreed.map(str::as_bytes),
                "{versions:?}"
            );
        }
        assert!(
            client(&made, &["spdy/3"])
                .connect(name(), proxy.connect())
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_client_speaks_the_version_that_it_agreed_on() {
    locally(async {
        let made = certificate();
        let proxy = TestProxy::new(Some(Files::of(&made).files.read().unwrap()));
        for (version, sent, answer) in [
            ("http/1.1", REQUEST, "HTTP/1.1 200 OK"),
            ("h2", REQUEST, ""),
            ("http/1.1", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", ""),
        ] {
            let mut stream = client(&made, &[version])
                .connect(name(), proxy.connect())
                .await
                .unwrap();
            stream.write_all(sent).await.unwrap();
            let mut read = Vec::new();
            let _broken = stream.read_to_end(&mut read).await;
            let read = String::from_utf8_lossy(&read).into_owned();
            assert!(
                if answer.is_empty() {
                    read.is_empty()
                } else {
                    read.starts_with(answer)
                },
                "{version}: {read}"
            );
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_10_seconds_with_its_turn() {
    assert_eq!((HANDSHAKE_TIME.as_secs(), HANDSHAKES), (10, 512));
    locally(async {
        let proxy = TestProxy::new(Some(Files::of(&certificate()).files.read().unwrap()));
        // There is one place: the second client waits for it.
        let (mut silent, mut second) = (proxy.connect(), proxy.connect());
        let (answer, took) = closed(&mut silent).await;
        assert!(
            answer.is_empty() && takes(took, HANDSHAKE_TIME),
            "{answer} after {took:?}"
        );
        let (answer, took) = closed(&mut second).await;
        assert!(
            answer.is_empty() && took < Duration::from_millis(100),
            "{answer} after {took:?}"
        );
        assert_eq!(proxy.handshakes.available_permits(), 1);
    })
    .await;
}

#[test]
fn a_broken_certificate_or_key_is_named_with_its_file() {
    let (made, other) = (certificate(), certificate());
    let pem = (made.cert.pem(), made.signing_key.serialize_pem());
    let encrypted = pem.1.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let cut = pem.0.replace("-----END CERTIFICATE-----\n", "");
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let (other_key, no_pem) = (other.signing_key.serialize_pem(), "text".to_owned());
    for (certificate, key, fault) in [
        (
            &no_pem,
            &pem.1,
            "`--tls-cert`: `cert.pem`: there is no certificate in PEM",
        ),
        (&cut, &pem.1, "`--tls-cert`: `cert.pem`: "),
        (
            &empty.to_owned(),
            &pem.1,
            "`--tls-cert`: `cert.pem`: invalid peer certificate: ",
        ),
        (
            &pem.0,
            &no_pem,
            "`--tls-key`: `key.pem`: there is no unencrypted private key in PEM",
        ),
        (
            &pem.0,
            &encrypted,
            "`--tls-key`: `key.pem`: there is no unencrypted private key in PEM",
        ),
        (&pem.0, &no_key.to_owned(), "`--tls-key`: `key.pem`: "),
        (
            &pem.0,
            &other_key,
            "`--tls-key`: `key.pem` is not the key of the certificate in `cert.pem`",
        ),
    ] {
        let files = Files::of(&made);
        write_secret(&files.files.certificate, certificate);
        write_secret(&files.files.key, key);
        let found = files.fault();
        assert!(found.starts_with(fault), "{found}, expected {fault}");
    }
}

#[test]
fn a_missing_file_and_a_key_for_everyone_are_refused() {
    let files = Files::of(&certificate());
    fs::set_permissions(&files.files.key, fs::Permissions::from_mode(0o644)).unwrap();
    let fault = files.fault();
    assert!(fault.starts_with("`--tls-key`: key.pem: "), "{fault}");
    fs::remove_file(&files.files.key).unwrap();
    assert_eq!(files.fault(), "`--tls-key`: `key.pem` does not exist");
    fs::remove_file(&files.files.certificate).unwrap();
    assert_eq!(files.fault(), "`--tls-cert`: `cert.pem` does not exist");
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_a_broken_one_is_rejected() {
    use crate::metrics::ProxyMetrics;
    use crate::reload::{ReloadCause, WatchedInput as _};
    use crate::server::certificate::CertificateInput;

    let (first, second) = (certificate(), certificate());
    let files = Files::of(&first);
    let current = watch::Sender::new(files.files.read().unwrap());
    let mut readings = current.subscribe();
    let metrics = Arc::new(ProxyMetrics::new(1));
    let mut input = CertificateInput::new(files.files.clone(), current, Arc::clone(&metrics));
    let is_behind = || metrics.certificates.is_behind();
    input.reload(ReloadCause::Files).await;
    assert!(!readings.has_changed().unwrap() && !is_behind(), "nothing has changed");
    // The key of the second certificate is not there yet.
    write_secret(&files.files.certificate, &second.cert.pem());
    input.reload(ReloadCause::Files).await;
    assert!(!readings.has_changed().unwrap() && is_behind());
    write_secret(&files.files.key, &second.signing_key.serialize_pem());
    input.reload(ReloadCause::Files).await;
    assert!(!is_behind());
    let proxy = TestProxy::new(Some(Arc::clone(&readings.borrow_and_update())));
    locally(async {
        let shaken = client(&second, &[]).connect(name(), proxy.connect()).await;
        shaken.unwrap();
    })
    .await;
    input.reload(ReloadCause::Signal).await;
    assert!(readings.has_changed().unwrap(), "a signal reads the same files again");
}

#[test]
fn the_group_may_read_the_key_only_if_the_operator_accepts_it() {
    let mut of_group = Files::of(&certificate());
    fs::set_permissions(&of_group.files.key, fs::Permissions::from_mode(0o440)).unwrap();
    assert!(of_group.fault().contains("--group-readable"), "{}", of_group.fault());
    of_group.files.group = GroupRead::Accepted;
    assert!(of_group.files.read().is_ok());
}
