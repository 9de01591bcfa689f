//! Traefik, which no package has: the shipped configuration is read, and the edge is asked as
//! Traefik asks with it.

use crate::never::{OF_THE_CLIENT, never_headers};
use crate::stand::{KEY, prepared};
use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::poll;
use edgewrit_tests::front::{AnsweringEdge, FrontKind, HOST};
use edgewrit_tests::http::{HttpRequest, HttpResponse};
use edgewrit_tests::tools::repository;
use edgewrit_tests::yaml;
use serde_json::{Value, json};
use std::time::Duration;

const SHIPPED: &str = "docs/forward-auth/traefik.yaml";
const SOON: Duration = Duration::from_secs(60);

fn shipped(pointer: &str) -> Result<Value> {
    let recipe = yaml::read(&repository().join(SHIPPED))?;
    recipe
        .pointer(pointer)
        .cloned()
        .with_context(|| format!("`{SHIPPED}` has nothing at `{pointer}`"))
}

/// The question about a request of a client.
fn question(writ: &str, method: &str, target: &str) -> Result<HttpRequest> {
    let own = shipped("/http/middlewares/edgewrit-question/headers/customRequestHeaders")?;
    let question = HttpRequest::new("GET", "/")
        .bearer(writ)
        .header("x-forwarded-for", "192.0.2.1")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-method", method)
        .header("x-forwarded-host", HOST)
        .header("x-forwarded-uri", target);
    let own = own.as_object().context("no headers")?.iter();
    Ok(own.fold(question, |question, (name, value)| {
        question.header(name, value.as_str().unwrap_or_default())
    }))
}

#[test]
fn the_shipped_file_states_each_request_and_sends_the_permit() -> Result<()> {
    let forward_auth = shipped("/http/middlewares/edgewrit/forwardAuth")?;
    let expected = json!({
        "address": "http://127.0.0.1:8000/",
        "trustForwardHeader": false,
        "forwardBody": true,
        "maxBodySize": 1,
        "authResponseHeadersRegex": ".*",
    });
    assert_eq!(forward_auth, expected);
    assert_eq!(
        shipped("/http/routers/travel/middlewares")?,
        json!(["edgewrit-question", "edgewrit"])
    );
    assert_eq!(
        shipped("/http/services/travel/loadBalancer/passHostHeader")?,
        json!(false)
    );
    assert_eq!(shipped("/http/serversTransports/once/maxIdleConnsPerHost")?, json!(-1));
    Ok(())
}

#[test]
fn the_answer_has_the_headers_of_the_permit_alone() -> Result<()> {
    let (issuer, fixture) = prepared("http://127.0.0.1:1")?;
    let edge = AnsweringEdge::start(FrontKind::Traefik, &fixture.setup, &["--forward-auth-credentials"])?;
    let writ = fixture.writ(&issuer, "projects")?;
    let ask = |question: &HttpRequest| question.send(edge.address());
    let read = question(&writ, "GET", "/projects/7")?;
    let is_permitted = |answer: &HttpResponse| answer.status == 200;
    poll(SOON, || ask(&read).ok().filter(is_permitted)).context("the edge got no bundle")?;

    let except = [
        "x-original-host",
        "x-original-uri",
        "x-forwarded-proto",
        "x-forwarded-for",
        "te",
        "trailer",
    ];
    let answer = ask(&never_headers(read.clone().header("accept", "text/plain"), &except))?;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let names: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    let values = || answer.headers.iter().map(|(_, value)| String::from_utf8_lossy(value));
    ensure!(values().all(|value| value != OF_THE_CLIENT), "{names:?}");
    assert_eq!(answer.header("accept"), Some("text/plain"));
    assert_eq!(answer.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    // Go's HTTP client writes the length itself.
    let known = ["accept", "authorization", "content-length", "date"];
    ensure!(names.iter().all(|name| known.contains(name)), "{names:?}");

    for (asked, status, label) in [
        (question(&writ, "GET", "/admin")?, 404, "no_operation"),
        (question(&writ, "POST", "/projects/7/run")?, 400, "forward_auth_unsafe"),
        (
            read.clone().header("x-forwarded-uri", "/projects/8"),
            400,
            "forward_auth_headers",
        ),
        (
            read.clone().header("x-original-uri", "/projects/7"),
            400,
            "forward_auth_headers",
        ),
        (
            HttpRequest {
                body: Some(b"x".to_vec()),
                ..read.clone()
            },
            400,
            "forward_auth_unsafe",
        ),
        (question("x", "GET", "/projects/7")?, 401, "token_malformed"),
    ] {
        let answer = ask(&asked)?;
        assert_eq!((answer.status, edge.label(&answer).as_deref()), (status, Some(label)));
    }
    Ok(())
}
