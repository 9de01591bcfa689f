//! The shipped `envoy.yaml` connects only to a server with a certificate of the right name by the
//! right authority.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::envoy::Bootstrap;
use edgewrit_tests::http::{HttpRequest, HttpResponse, LoopbackServer, ReceivedRequest, ServerReply};
use edgewrit_tests::interposer::relay;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::process::RunningProgram;
use edgewrit_tests::upstream::Travel;
use edgewrit_tests::{ports, scenario, scratch};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);
const A_WHILE: Duration = Duration::from_secs(4);

const API: &str = "api.travel.example";
const ISSUER: &str = "issuer.example";

/// An authority that signs certificates.
struct CertificateAuthority {
    signer: rcgen::Issuer<'static, KeyPair>,
    pem: String,
}

impl CertificateAuthority {
    fn new() -> Result<Self> {
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

    /// The document that a server called `name` serves.
    fn server(&self, name: &str) -> Result<Arc<ServerConfig>> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &self.signer)?;
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(Arc::new(config.with_no_client_auth().with_single_cert(chain, key)?))
    }
}

/// A server that answers with `answer` behind TLS.
fn tls(
    config: Arc<ServerConfig>,
    answer: impl Fn(&ReceivedRequest) -> ServerReply + Send + Sync + 'static,
) -> Result<LoopbackServer> {
    LoopbackServer::start_over(answer, move |stream: TcpStream| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
        Ok(Box::new(StreamOwned::new(connection, stream)))
    })
}

/// The shipped Envoy between an issuer and an API, both behind TLS.
struct ImpostorScene {
    envoy: RunningProgram,
    address: SocketAddr,
    api: LoopbackServer,
    request: HttpRequest,
    _issuer: IssuerProcess,
}

impl ImpostorScene {
    /// `api` and `issuer` are what the two show; Envoy believes `authority`.
    fn start(
        authority: &CertificateAuthority,
        api: Arc<ServerConfig>,
        issuer_shows: Arc<ServerConfig>,
    ) -> Result<Self> {
        let issuer = IssuerProcess::start_as(&format!("https://{ISSUER}"))?;
        let at = issuer.address();
        let front = tls(issuer_shows, move |arrival| relay(arrival, at))?;
        let api = tls(api, |_| ServerReply::json(200, &json!({"flights": []})))?;
        let ca = scratch::folder("ca")?.join("ca.pem");
        fs::write(&ca, &authority.pem)?;

        let address = ports::free()?;
        let mut bootstrap = Bootstrap::shipped(address)?;
        bootstrap.lead("travel", api.address(), &ca.to_string_lossy())?;
        bootstrap.lead("edgewrit_issuer", front.address(), &ca.to_string_lossy())?;
        let secrets = introduce(&mut bootstrap, &issuer)?;
        let mut envoy = bootstrap.spawn(&secrets)?;
        envoy.wait_for("listen", SOON, || TcpStream::connect(address).ok())?;
        Ok(Self {
            envoy,
            address,
            api,
            request: scenario::search("LHR", &writ(&issuer)?),
            _issuer: issuer,
        })
    }

    /// The first answer of which `right` is true.
    fn answers(&self, wait: Duration, right: impl Fn(&HttpResponse) -> bool) -> Option<HttpResponse> {
        poll(wait, || {
            self.request.send(self.address).ok().filter(|answer| right(answer))
        })
    }
}

/// Writes the edge's registration into the shipped configuration, and nothing else.
fn introduce(bootstrap: &mut Bootstrap, issuer: &IssuerProcess) -> Result<BTreeMap<String, String>> {
    let registration = issuer.add_edge("edge-7", "https://travel.example", &format!("https://{API}"))?;
    let mut plugin = bootstrap.plugin()?;
    let mut secrets = BTreeMap::from([("TRAVEL_KEY".to_owned(), Travel::KEY.to_owned())]);
    let document = plugin
        .pointer_mut("/edge")
        .context("the shipped configuration has no edge")?;
    registration.enter(document, &mut secrets);
    bootstrap.set_plugin(&plugin)?;
    Ok(secrets)
}

/// A writ for the search of the shipped configuration.
fn writ(issuer: &IssuerProcess) -> Result<String> {
    let grant = json!({"type": "writ", "actions": ["search"], "resources": ["flights"]});
    let ceiling = json!([{"audience": "https://travel.example", "ttl_max": "1h", "grants": [grant.clone()]}]);
    let client = issuer.add_client("client", &ceiling)?;
    let audiences = json!({"https://travel.example": {"grants": [grant]}});
    let writs = issuer.task(
        &client,
        &json!({"task_id": "t", "orch_id": "o", "audiences": audiences}),
    )?;
    writs.into_iter().next().context("no writ")
}

#[test]
fn with_the_right_certificates_the_shipped_envoy_works_as_it_stands() -> Result<()> {
    let authority = CertificateAuthority::new()?;
    let scene = ImpostorScene::start(&authority, authority.server(API)?, authority.server(ISSUER)?)?;
    let answer = scene.answers(SOON, |answer| answer.status == 200);
    ensure!(
        answer.is_some(),
        "never answered 200; Envoy said:\n{}",
        scene.envoy.log().tail(30)
    );
    let arrived = scene.api.take();
    let first = arrived.first().context("nothing arrived")?;
    assert_eq!(
        first.values("authorization"),
        [format!("Bearer {}", Travel::KEY).as_bytes()]
    );
    assert_eq!(first.values("host"), [API.as_bytes()]);
    Ok(())
}

/// The edge refuses, first and for a while, with answers of which `expected` is true, and nothing
/// reaches the API.
fn nothing_arrives(scene: &ImpostorScene, expected: impl Fn(&HttpResponse) -> bool) -> Result<()> {
    ensure!(
        scene.answers(SOON, &expected).is_some(),
        "never refused as it should; Envoy said:\n{}",
        scene.envoy.log().tail(30)
    );
    let other = scene.answers(A_WHILE, |answer| !expected(answer));
    ensure!(other.is_none(), "answered {other:?}");
    let arrived: Vec<_> = scene.api.take().iter().map(ReceivedRequest::line).collect();
    ensure!(arrived.is_empty(), "arrived at the impostor: {arrived:?}");
    Ok(())
}

/// Permitted, but Envoy reached no API: the edge itself has all it needs.
fn is_unreached(answer: &HttpResponse) -> bool {
    matches!(answer.status, 502 | 503) && !is_stale(answer)
}

fn is_stale(answer: &HttpResponse) -> bool {
    answer.status == 503 && answer.json().get("error_code") == Some(&json!("snapshot_stale"))
}

#[test]
fn an_api_with_a_certificate_of_another_authority_hears_nothing() -> Result<()> {
    let (authority, other) = (CertificateAuthority::new()?, CertificateAuthority::new()?);
    let scene = ImpostorScene::start(&authority, other.server(API)?, authority.server(ISSUER)?)?;
    nothing_arrives(&scene, is_unreached)
}

#[test]
fn an_api_with_a_certificate_of_another_name_hears_nothing() -> Result<()> {
    let authority = CertificateAuthority::new()?;
    let evil = authority.server("api.evil.example")?;
    let scene = ImpostorScene::start(&authority, evil, authority.server(ISSUER)?)?;
    nothing_arrives(&scene, is_unreached)
}

#[test]
fn an_issuer_with_a_certificate_of_another_authority_is_not_believed() -> Result<()> {
    let (authority, other) = (CertificateAuthority::new()?, CertificateAuthority::new()?);
    let scene = ImpostorScene::start(&authority, authority.server(API)?, other.server(ISSUER)?)?;
    nothing_arrives(&scene, is_stale)
}
