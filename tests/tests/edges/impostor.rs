//! Envoy as shipped and the proxy connect only to a server with a certificate of the right name by
//! the right authority.

use anyhow::{Context as _, Result, bail, ensure};
use edgewrit_tests::certificates::{CertificateAuthority, wrap_in_tls};
use edgewrit_tests::clock::poll;
use edgewrit_tests::edge::envoy::Bootstrap;
use edgewrit_tests::edge::{self, EdgeProcess, HostKind, Setup};
use edgewrit_tests::http::{HttpRequest, HttpResponse, LoopbackServer, ReceivedRequest, ServerReply};
use edgewrit_tests::interposer::relay;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::upstream::Travel;
use edgewrit_tests::{ports, scenario};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);
const A_WHILE: Duration = Duration::from_secs(4);

/// The names of the API and the issuer.
struct Names {
    api: &'static str,
    issuer: &'static str,
}

impl Names {
    /// Envoy has an address for each name. The proxy looks each name up.
    const fn on(kind: HostKind) -> Self {
        match kind {
            HostKind::Proxy => Self {
                api: "localhost",
                issuer: "localhost",
            },
            HostKind::Envoy | HostKind::Worker => Self {
                api: "api.travel.example",
                issuer: "issuer.example",
            },
        }
    }
}

/// The certificate that a server shows.
#[derive(Clone, Copy, Debug)]
enum Shown {
    Right,
    OfAnotherAuthority,
    OfAnotherName,
}

/// An edge with the shipped document between an issuer and an API, both behind TLS.
struct ImpostorScene {
    edge: EdgeProcess,
    names: Names,
    api: LoopbackServer,
    request: HttpRequest,
    _issuer: IssuerProcess,
}

/// The servers that the edge connects to.
struct Servers {
    api: LoopbackServer,
    front: LoopbackServer,
    issuer: IssuerProcess,
}

impl Servers {
    /// Starts an API and an issuer that show these certificates. `authority` is the right one.
    fn start(names: &Names, authority: &CertificateAuthority, api: Shown, issuer: Shown) -> Result<Self> {
        let other = CertificateAuthority::new()?;
        let certificate = |name: &str, shown| match shown {
            Shown::Right => authority.server(name, &[]),
            Shown::OfAnotherAuthority => other.server(name, &[]),
            Shown::OfAnotherName => authority.server("api.evil.example", &[]),
        };
        let shown = wrap_in_tls(certificate(names.api, api)?);
        let api = LoopbackServer::start_over(|_| ServerReply::json(200, &json!({"flights": []})), shown)?;
        let behind = Arc::new(OnceLock::new());
        let of_front = Arc::clone(&behind);
        let shown = wrap_in_tls(certificate(names.issuer, issuer)?);
        let answer = move |arrival: &ReceivedRequest| match of_front.get() {
            Some(at) => relay(arrival, *at),
            None => ServerReply::json(503, &json!({})),
        };
        let front = LoopbackServer::start_over(answer, shown)?;
        let issuer = IssuerProcess::start_as(&origin(names.issuer, &front))?;
        behind.get_or_init(|| issuer.address());
        Ok(Self { api, front, issuer })
    }
}

/// The origin of `server` under `name`.
fn origin(name: &str, server: &LoopbackServer) -> String {
    format!("https://{name}:{}", server.address().port())
}

impl ImpostorScene {
    /// `api` and `issuer` are the certificates that the two show; the edge believes one authority.
    fn start(kind: HostKind, api: Shown, issuer: Shown) -> Result<Self> {
        let (names, authority) = (Names::on(kind), CertificateAuthority::new()?);
        let servers = Servers::start(&names, &authority, api, issuer)?;
        let ca = authority.file()?;
        let edge = match kind {
            HostKind::Envoy => start_envoy(&servers, &names, &ca)?,
            HostKind::Proxy => start_proxy(&servers, &names, &ca)?,
            HostKind::Worker => bail!("a Worker has the authorities of its platform"),
        };
        Ok(Self {
            edge,
            names,
            request: scenario::search("LHR", &writ(&servers.issuer)?),
            api: servers.api,
            _issuer: servers.issuer,
        })
    }

    /// The first answer of which `right` is true.
    fn answers(&self, wait: Duration, right: impl Fn(&HttpResponse) -> bool) -> Option<HttpResponse> {
        poll(wait, || {
            self.edge.send(&self.request).ok().filter(|answer| right(answer))
        })
    }
}

/// The document of the shipped configuration with the edge's registration, and nothing else changed.
fn introduce(plugin: &mut Value, issuer: &IssuerProcess, api: &str) -> Result<Setup> {
    let registration = issuer.add_edge("edge-7", "https://travel.example", api)?;
    let mut secrets = BTreeMap::from([("TRAVEL_KEY".to_owned(), Travel::KEY.to_owned())]);
    let document = plugin
        .pointer_mut("/edge")
        .context("the shipped configuration has no edge")?;
    registration.enter(document, &mut secrets);
    Ok(Setup {
        document: document.clone(),
        secrets,
    })
}

/// The shipped Envoy, with the addresses of the servers and the authority.
fn start_envoy(servers: &Servers, names: &Names, ca: &Path) -> Result<EdgeProcess> {
    let address = ports::free()?;
    let mut bootstrap = Bootstrap::shipped(address)?;
    bootstrap.lead("travel", servers.api.address(), &ca.to_string_lossy())?;
    bootstrap.lead("edgewrit_issuer", servers.front.address(), &ca.to_string_lossy())?;
    let mut plugin = bootstrap.plugin()?;
    let setup = introduce(&mut plugin, &servers.issuer, &format!("https://{}", names.api))?;
    bootstrap.set_plugin(&plugin)?;
    edge::start_as(&bootstrap, address, &setup, 1)
}

/// The proxy with the document that is shipped for Envoy, in front of the API's port.
fn start_proxy(servers: &Servers, names: &Names, ca: &Path) -> Result<EdgeProcess> {
    let mut plugin = Bootstrap::shipped(ports::free()?)?.plugin()?;
    let api = origin(names.api, &servers.api);
    let mut setup = introduce(&mut plugin, &servers.issuer, &api)?;
    let place = setup.document.pointer_mut("/upstreams/travel/origin");
    *place.context("no upstream")? = api.into();
    edge::start_proxy_trusting(&setup, ca)
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

fn the_right_certificates_are_believed(kind: HostKind) -> Result<()> {
    let scene = ImpostorScene::start(kind, Shown::Right, Shown::Right)?;
    let answer = scene.answers(SOON, |answer| answer.status == 200);
    ensure!(
        answer.is_some(),
        "never answered 200; {kind} said:\n{}",
        scene.edge.log().tail(30)
    );
    let arrived = scene.api.take();
    let first = arrived.first().context("nothing arrived")?;
    assert_eq!(
        first.values("authorization"),
        [format!("Bearer {}", Travel::KEY).as_bytes()]
    );
    let host = match kind {
        HostKind::Proxy => format!("{}:{}", scene.names.api, scene.api.address().port()),
        _ => scene.names.api.to_owned(),
    };
    assert_eq!(first.values("host"), [host.as_bytes()]);
    Ok(())
}

#[test]
fn with_the_right_certificates_the_shipped_envoy_works_as_it_stands() -> Result<()> {
    the_right_certificates_are_believed(HostKind::Envoy)
}

#[test]
fn with_the_right_certificates_the_proxy_works() -> Result<()> {
    the_right_certificates_are_believed(HostKind::Proxy)
}

/// The edge refuses, first and for a while, with answers of which `expected` is true, and nothing
/// reaches the API.
fn nothing_arrives(scene: &ImpostorScene, expected: impl Fn(&HttpResponse) -> bool) -> Result<()> {
    ensure!(
        scene.answers(SOON, &expected).is_some(),
        "never refused as it should; {} said:\n{}",
        scene.edge.kind(),
        scene.edge.log().tail(30)
    );
    let other = scene.answers(A_WHILE, |answer| !expected(answer));
    ensure!(other.is_none(), "answered {other:?}");
    let arrived: Vec<_> = scene.api.take().iter().map(ReceivedRequest::line).collect();
    ensure!(arrived.is_empty(), "arrived at the impostor: {arrived:?}");
    Ok(())
}

/// Permitted, but the host reached no API: the edge itself has all it needs.
fn is_unreached(answer: &HttpResponse) -> bool {
    matches!(answer.status, 502 | 503) && !is_stale(answer)
}

fn is_stale(answer: &HttpResponse) -> bool {
    answer.status == 503 && answer.json().get("error_code") == Some(&json!("snapshot_stale"))
}

/// The hosts whose authorities a test can choose.
const KINDS: [HostKind; 2] = [HostKind::Envoy, HostKind::Proxy];

#[test]
fn an_api_with_a_certificate_of_another_authority_hears_nothing() -> Result<()> {
    KINDS.into_iter().try_for_each(|kind| {
        let scene = ImpostorScene::start(kind, Shown::OfAnotherAuthority, Shown::Right)?;
        nothing_arrives(&scene, is_unreached)
    })
}

#[test]
fn an_api_with_a_certificate_of_another_name_hears_nothing() -> Result<()> {
    KINDS.into_iter().try_for_each(|kind| {
        let scene = ImpostorScene::start(kind, Shown::OfAnotherName, Shown::Right)?;
        nothing_arrives(&scene, is_unreached)
    })
}

#[test]
fn an_issuer_with_a_certificate_of_another_authority_is_not_believed() -> Result<()> {
    KINDS.into_iter().try_for_each(|kind| {
        let scene = ImpostorScene::start(kind, Shown::Right, Shown::OfAnotherAuthority)?;
        nothing_arrives(&scene, is_stale)
    })
}
