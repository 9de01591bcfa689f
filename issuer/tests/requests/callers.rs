//! Which caller each endpoint admits. A handler states its caller in its first argument; this table
//! says what is meant.

use crate::support::agentwrit::{App, request};
use crate::support::{Bench, Login, TRAVEL};
use axum::http::HeaderValue;
use edgewrit_issuer::{AdmittedCaller, RouteAccess, route_access};

/// Every public endpoint: method, path, caller.
const PUBLIC: [(&str, &str, AdmittedCaller); 32] = [
    ("GET", "/.well-known/jwks.json", AdmittedCaller::Unauthenticated),
    (
        "GET",
        "/.well-known/oauth-authorization-server",
        AdmittedCaller::Unauthenticated,
    ),
    ("GET", "/healthz", AdmittedCaller::Unauthenticated),
    ("GET", "/readyz", AdmittedCaller::Unauthenticated),
    ("GET", "/v1/bundle", AdmittedCaller::Unauthenticated),
    ("POST", "/v1/tasks", AdmittedCaller::Client),
    ("GET", "/v1/tasks/{task_id}", AdmittedCaller::Client),
    ("POST", "/v1/tasks/{task_id}/complete", AdmittedCaller::Client),
    ("POST", "/v1/edges/boot", AdmittedCaller::Edge),
    ("POST", "/v1/uses", AdmittedCaller::Edge),
    ("POST", "/v1/records", AdmittedCaller::Edge),
    ("POST", "/oauth/token", AdmittedCaller::FormClient),
    ("POST", "/oauth/introspect", AdmittedCaller::FormClientOrEdge),
    ("POST", "/oauth/revoke", AdmittedCaller::FormClient),
    ("GET", "/v1/challenge", AdmittedCaller::Unauthenticated),
    ("POST", "/v1/register", AdmittedCaller::Unauthenticated),
    ("GET", "/v1/health", AdmittedCaller::Unauthenticated),
    ("POST", "/v1/admin/auth", AdmittedCaller::Unauthenticated),
    ("POST", "/v1/app/auth", AdmittedCaller::Unauthenticated),
    ("POST", "/v1/admin/apps", AdmittedCaller::Operator),
    ("GET", "/v1/admin/apps", AdmittedCaller::Operator),
    ("GET", "/v1/admin/apps/{id}", AdmittedCaller::Operator),
    ("PUT", "/v1/admin/apps/{id}", AdmittedCaller::Operator),
    ("DELETE", "/v1/admin/apps/{id}", AdmittedCaller::Operator),
    ("POST", "/v1/admin/launch-tokens", AdmittedCaller::Operator),
    ("POST", "/v1/app/launch-tokens", AdmittedCaller::ClientSession),
    ("POST", "/v1/token/validate", AdmittedCaller::Unauthenticated),
    ("POST", "/v1/token/renew", AdmittedCaller::Agent),
    ("POST", "/v1/token/release", AdmittedCaller::Bearer),
    ("POST", "/v1/delegate", AdmittedCaller::Agent),
    ("POST", "/v1/revoke", AdmittedCaller::Operator),
    ("GET", "/v1/audit/events", AdmittedCaller::Operator),
];
/// Every endpoint on the socket of the operator.
const ON_SOCKET: [&str; 13] = [
    "/clients",
    "/clients/list",
    "/clients/rotate",
    "/clients/end",
    "/edges",
    "/edges/rotate",
    "/revocations",
    "/keys",
    "/keys/rotate",
    "/keys/drop",
    "/tasks/show",
    "/why",
    "/backup",
];

/// The credentials that a request can present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presented {
    Nothing,
    ClientSecret,
    EdgeCredential,
    OperatorSession,
    ClientSession,
    Writ,
}

const ALL: [Presented; 6] = [
    Presented::Nothing,
    Presented::ClientSecret,
    Presented::EdgeCredential,
    Presented::OperatorSession,
    Presented::ClientSession,
    Presented::Writ,
];

/// The credentials with which a caller of each kind is admitted.
fn admitted(caller: AdmittedCaller) -> &'static [Presented] {
    match caller {
        AdmittedCaller::Unauthenticated => &ALL,
        AdmittedCaller::Client => &[Presented::ClientSecret, Presented::ClientSession],
        AdmittedCaller::FormClient => &[Presented::ClientSecret],
        AdmittedCaller::FormClientOrEdge => &[Presented::ClientSecret, Presented::EdgeCredential],
        AdmittedCaller::Edge => &[Presented::EdgeCredential],
        AdmittedCaller::Operator => &[Presented::OperatorSession],
        AdmittedCaller::ClientSession => &[Presented::ClientSession],
        AdmittedCaller::Agent => &[Presented::Writ],
        AdmittedCaller::Bearer => &[Presented::OperatorSession, Presented::ClientSession, Presented::Writ],
        AdmittedCaller::SocketOperator => &[],
    }
}

/// An issuer with a caller of each kind.
struct Callers {
    bench: Bench,
    app: App,
    edge: Login,
}

impl Callers {
    async fn new() -> Self {
        let bench = Bench::operated().await;
        let app = bench.register_app(&["read:data:*"]).await;
        let edge = bench.edge(TRAVEL).await;
        Self { bench, app, edge }
    }

    /// The `authorization` of a request. Bearers are new each time: an endpoint may end them.
    async fn login(&self, presented: Presented) -> Option<Login> {
        let Self { bench, app, edge } = self;
        match presented {
            Presented::Nothing => None,
            Presented::ClientSecret => Some(Login::basic(&app.id, &app.secret)),
            Presented::EdgeCredential => Some(edge.clone()),
            Presented::OperatorSession => Some(bench.operator().await),
            Presented::ClientSession => Some(bench.log_in(&app.id, &app.secret).await),
            Presented::Writ => Some(bench.agent(app, "task", &["read:data:*"]).await.login()),
        }
    }

    /// The status of a request to `route` without a body.
    async fn status(&self, route: &RouteAccess, presented: Presented) -> u16 {
        let path = route.path.replace("{id}", "x").replace("{task_id}", "x");
        let kind = match route.path.starts_with("/oauth/") {
            true => "application/x-www-form-urlencoded",
            false => "application/json",
        };
        let login = self.login(presented).await;
        let mut request = request(route.method.as_str(), login.as_ref(), &path);
        request
            .headers_mut()
            .insert("content-type", HeaderValue::from_static(kind));
        self.bench.send(request).await.status.as_u16()
    }
}

#[test]
fn every_endpoint_admits_the_caller_that_is_meant() {
    let [public, on_socket] = route_access();
    let stated: Vec<_> = public
        .iter()
        .map(|route| (route.method.as_str(), route.path, route.caller))
        .collect();
    assert_eq!(stated, PUBLIC);
    let stated: Vec<_> = on_socket.iter().map(|route| route.path).collect();
    assert_eq!(stated, ON_SOCKET);
    for route in on_socket {
        assert_eq!(
            (route.method.as_str(), route.caller),
            ("POST", AdmittedCaller::SocketOperator)
        );
    }
}

#[tokio::test]
async fn every_endpoint_rejects_every_other_caller_before_it_reads_the_request() {
    let callers = Callers::new().await;
    let [public, _] = route_access();
    for route in &public {
        for presented in ALL {
            let status = callers.status(route, presented).await;
            let is_rejected = matches!(status, 401 | 403);
            let is_admitted = admitted(route.caller).contains(&presented);
            assert_eq!(is_rejected, !is_admitted, "{route:?}: {presented:?}: {status}");
        }
    }
}
