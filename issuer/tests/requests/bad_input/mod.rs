//! Bad input at every endpoint. Each is answered by the documented problem, uses nothing up, and
//! changes nothing.

mod bodies;
mod table;

use crate::support::{Answer, Bench, Login};
use axum::body::Body;
use axum::http::Request;
use bodies::{DripBody, Torn, malformed, mistyped, too_large};
use rusqlite::Connection;
use std::collections::BTreeSet;
use table::{EndpointCase, Speaks, Takes, cases};

/// The endpoints as the router knows them, `METHOD path`. It lists its paths only for who debugs
/// it, and the methods of each where a method is refused.
async fn endpoints(bench: &Bench) -> BTreeSet<String> {
    let shown = format!("{:?}", bench.app);
    let paths = shown.split('"').filter(|text| text.starts_with('/'));
    let mut all = BTreeSet::new();
    for path in paths.filter(|path| *path != "/" && !path.contains('*')) {
        let any = path.replace(['{', '}'], "");
        let answer = bench.send(Request::trace(any).body(Body::empty()).unwrap()).await;
        let methods = answer.header("allow").split(',').filter(|method| *method != "HEAD");
        all.extend(methods.map(|method| format!("{method} {path}")));
    }
    all
}

#[tokio::test]
async fn every_endpoint_has_a_row() {
    let (bench, cases) = cases().await;
    let rows: BTreeSet<_> = cases
        .iter()
        .map(|case| format!("{} {}", case.method, case.path))
        .collect();
    assert_eq!(rows, endpoints(&bench).await);
}

/// Everything that is kept, as far as a refusal could change it: rows of each table, what was
/// spent, how far the audit reaches.
fn kept(bench: &Bench) -> Vec<(String, i64)> {
    let database = Connection::open(bench.path().join("issuer.db")).unwrap();
    let number = |sql: &str| database.query_row(sql, [], |row| row.get(0)).unwrap();
    let mut names = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut kept: Vec<_> = names
        .into_iter()
        .map(|name| {
            let rows = number(&format!("SELECT count(*) FROM {name}"));
            (name, rows)
        })
        .collect();
    kept.push(("spent".to_owned(), number("SELECT sum(spent) FROM allowances")));
    kept
}

impl EndpointCase {
    fn request(&self, login: Option<&Login>, uri: &str, body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(uri);
        if let Some(Login(login)) = login {
            request = request.header("authorization", login);
        }
        let content_type = match self.takes {
            Takes::Form(_) => "application/x-www-form-urlencoded",
            _ => "application/json",
        };
        request.header("content-type", content_type).body(body.into()).unwrap()
    }

    async fn send(&self, bench: &Bench, body: impl Into<Body>) -> Answer {
        bench.send(self.request(self.login.as_ref(), &self.uri, body)).await
    }

    /// Checks that `answer` is the problem, in the words that are spoken here.
    fn refused(&self, answer: &Answer, status: u16, code: &str, how: &str) {
        eprintln!("{} {}: {how}", self.method, self.path);
        match (self.speaks, code) {
            (Speaks::Native, _) => drop(answer.problem(status, code)),
            (Speaks::AgentWrit, "body_too_large") => drop(answer.refused(413, "payload_too_large")),
            (Speaks::AgentWrit, "unauthorized" | "not_found") => drop(answer.refused(status, code)),
            (Speaks::AgentWrit, _) => drop(answer.refused(400, "invalid_request")),
            (Speaks::OAuth, "unauthorized") => answer.refused_by_oauth(401, "invalid_client"),
            (Speaks::OAuth, "malformed_json") => answer.refused_by_oauth(400, "invalid_request"),
            (Speaks::OAuth, _) => answer.refused_by_oauth(status, "invalid_request"),
        }
    }
}

impl Answer {
    fn refused_by_oauth(&self, status: u16, error: &str) {
        let body = self.json();
        assert_eq!(
            (self.status.as_u16(), &body["error"]),
            (status, &error.into()),
            "{body}"
        );
        assert!(body["error_description"].is_string(), "{body}");
        assert_eq!(self.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn malformed_bytes_are_refused_and_use_nothing_up() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    for case in &cases {
        for body in malformed(&case.takes) {
            let shown = String::from_utf8_lossy(&body).chars().take(80).collect::<String>();
            let answer = case.send(&bench, body).await;
            case.refused(&answer, 400, "malformed_json", &shown);
        }
    }
    assert_eq!(kept(&bench), before);
    all_still_good(&bench, cases).await;
}

#[tokio::test]
async fn values_of_another_type_are_refused_and_use_nothing_up() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    for case in &cases {
        for body in mistyped(&case.takes) {
            let answer = case.send(&bench, body.clone()).await;
            case.refused(&answer, 422, "invalid_request", &body);
        }
    }
    assert_eq!(kept(&bench), before);
    all_still_good(&bench, cases).await;
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_too_large_announced_or_not() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    for case in cases.iter().filter(|case| case.takes.a_body()) {
        for body in too_large() {
            let answer = case.send(&bench, body).await;
            case.refused(&answer, 413, "body_too_large", "too large");
        }
    }
    assert_eq!(kept(&bench), before);
    all_still_good(&bench, cases).await;
}

#[tokio::test]
async fn a_body_that_comes_by_drops_is_not_waited_for() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    tokio::time::pause();
    for case in cases.iter().filter(|case| case.takes.a_body()) {
        let answer = case.send(&bench, Body::new(DripBody::default())).await;
        case.refused(&answer, 408, "request_timeout", "drops");
    }
    tokio::time::resume();
    assert_eq!(kept(&bench), before);
    all_still_good(&bench, cases).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    for case in cases.iter().filter(|case| case.takes.a_body()) {
        // Even if what arrived would do.
        let answer = case.send(&bench, Body::new(Torn::after(case.takes.good()))).await;
        case.refused(&answer, 400, "bad_request", "torn");
    }
    assert_eq!(kept(&bench), before);
    all_still_good(&bench, cases).await;
}

#[tokio::test]
async fn a_body_of_another_type_is_refused_where_types_count() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    let typed = |case: &&EndpointCase| {
        case.speaks != Speaks::AgentWrit && matches!(case.takes, Takes::Json(_) | Takes::Form(_))
    };
    for case in cases.iter().filter(typed) {
        for content_type in ["text/plain", "", "application/jsonx", "multipart/form-data"] {
            let mut request = case.request(case.login.as_ref(), &case.uri, case.takes.good());
            request
                .headers_mut()
                .insert("content-type", content_type.parse().unwrap());
            let answer = bench.send(request).await;
            case.refused(&answer, 415, "content_type", content_type);
        }
    }
    assert_eq!(kept(&bench), before);
}

#[tokio::test]
async fn paths_and_queries_that_cannot_be_read_are_problems() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    for case in &cases {
        let place = case.path.find('{').map(|at| case.path.split_at(at));
        for segment in ["%ff", "%c3%28", "none", "%00", "a%20b"] {
            if let Some((front, rest)) = place {
                let uri = format!("{front}{segment}{}", rest.split_once('}').unwrap().1);
                let answer = bench
                    .send(case.request(case.login.as_ref(), &uri, case.takes.good()))
                    .await;
                case.refused(&answer, 404, "not_found", &uri);
            }
        }
        for query in case.bad_queries {
            let uri = format!("{}?{query}", case.path);
            let answer = bench.send(case.request(case.login.as_ref(), &uri, "")).await;
            case.refused(&answer, 400, "bad_request", &uri);
        }
    }
    assert_eq!(kept(&bench), before);
}

#[tokio::test]
async fn every_authenticated_endpoint_refuses_unauthenticated_requests() {
    let (bench, cases) = cases().await;
    let before = kept(&bench);
    for case in cases.iter().filter(|case| case.login.is_some()) {
        for login in [
            None,
            Some("Bearer x.y.z"),
            Some("Basic eDp5"),
            Some("Basic \u{e4}"),
            Some("Bearer"),
        ] {
            let login = login.map(|login| Login(login.to_owned()));
            let answer = bench
                .send(case.request(login.as_ref(), &case.uri, case.takes.good()))
                .await;
            case.refused(&answer, 401, "unauthorized", "an unauthenticated request");
        }
    }
    // Some of it is written down, which does not grow with the number of attempts.
    let (before, after): (Vec<_>, Vec<_>) = (before, kept(&bench));
    for (before, after) in before.iter().zip(&after) {
        let written = if before.0 == "audit" { 10 } else { 0 };
        assert!(
            (before.1..=before.1 + written).contains(&after.1),
            "{before:?} {after:?}"
        );
    }
    all_still_good(&bench, cases).await;
}

/// After all of it, what each case should be sent does what it always did.
async fn all_still_good(bench: &Bench, cases: Vec<EndpointCase>) {
    for case in cases {
        let answer = case.send(bench, case.takes.good()).await;
        assert!(
            answer.status.is_success(),
            "{} {}: {}",
            case.method,
            case.path,
            answer.text()
        );
    }
}
