//! The attacks that pass a forward auth without these rules, against nginx with the shipped
//! configuration.

use crate::stand::{PATIENCE, Stand, h2_fields};
use anyhow::Result;
use edgewrit_tests::front::{FrontKind, FrontProxy, HOST, NginxRecipe};
use edgewrit_tests::http::{ClientConnection, HttpRequest, ServerReply};
use edgewrit_tests::upstream::Recorder;

const UNSAFE: &str = "forward_auth_unsafe";

/// A request as bytes, with more lines of its head.
fn bytes(stand: &Stand, line: &str, more: &str, body: &str) -> Vec<u8> {
    let writ = &stand.writ;
    format!("{line} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {writ}\r\n{more}\r\n{body}").into_bytes()
}

#[test]
fn a_body_is_seen_and_refused() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    let delete = "DELETE /projects/7";
    let chunked = "transfer-encoding: chunked\r\n";
    for (more, body) in [
        ("content-length: 5\r\n", "admin"),
        (chunked, "5\r\nadmin\r\n0\r\n\r\n"),
        (chunked, "0\r\n\r\n"),
    ] {
        stand.refused(&bytes(&stand, delete, more, body), 403, Some(UNSAFE))?;
    }
    // The bytes behind a request without framing are the next request.
    let arrived = stand.permitted(&stand.request("DELETE", "/projects/7"))?;
    assert_eq!(arrived.line(), "DELETE /projects/7");
    let empty = stand.request("DELETE", "/projects/7").header("content-length", "0");
    assert_eq!(stand.permitted(&empty)?.line(), "DELETE /projects/7");
    Ok(())
}

#[test]
fn a_path_with_two_readings_is_refused() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    for (target, label) in [
        ("/projects/..%2Fadmin", "target_encoding"),
        ("/projects/group%2Fapp", "target_encoding"),
        ("/projects/%2e%2e/admin", "target_encoding"),
        ("/projects/7/../../admin", "target_segment"),
        ("/projects//7", "target_segment"),
        ("/projects/a%3Fb", UNSAFE),
        ("/projects?user=u%5d", UNSAFE),
        ("/projects?user=u%5D=x", UNSAFE),
        ("/projects?user=u+v", UNSAFE),
        ("/admin", "no_operation"),
        ("/edgewrit/verdict/", "no_operation"),
    ] {
        stand.refused_request(&stand.request("GET", target), 403, label)?;
    }
    // The location of the questions is internal.
    stand.refused(&bytes(&stand, "GET /edgewrit/verdict", "", ""), 404, None)
}

#[test]
fn the_client_does_not_state_the_request() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    let admin = stand.request("GET", "/admin");
    let twice = |name: &str, value: &str| admin.clone().header(name, value).header(name, value);
    for (name, value) in [
        ("x-original-uri", "/projects/7"),
        ("X-Original-URI", "/projects/7"),
        ("x-original-method", "GET"),
        ("x-original-host", HOST),
        ("x-original-content-length", "none"),
    ] {
        stand.refused_request(&admin.clone().header(name, value), 403, "no_operation")?;
        stand.refused_request(&twice(name, value), 403, "no_operation")?;
    }
    for (name, value) in [
        ("x-original-url", "/projects/7"),
        ("x-rewrite-url", "/projects/7"),
        ("x-forwarded-uri", "/projects/7"),
        ("x-forwarded-method", "GET"),
        ("x-forwarded-host", HOST),
        ("x-edgewrit-body", "forwarded"),
    ] {
        let request = stand.request("GET", "/projects/7").header(name, value);
        stand.refused_request(&request, 403, "forward_auth_headers")?;
        stand.refused_request(&twice(name, value), 403, "forward_auth_headers")?;
    }
    let body = stand
        .request("DELETE", "/projects/7")
        .header("x-original-content-length", "none")
        .header("content-length", "5");
    let body = HttpRequest {
        body: Some(b"admin".to_vec()),
        ..body
    };
    stand.refused_request(&body, 403, UNSAFE)
}

#[test]
fn another_host_and_another_form_of_the_target_are_refused() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    for host in ["other.example", "user@edge.example", "edge.example:80", "edge.example."] {
        let request = stand.request("GET", "/projects/7").header("host", host);
        stand.refused(&request.bytes(HOST), 403, Some("host_unknown"))?;
    }
    for line in [
        "GET http://edge.example/projects/7",
        "GET http://user@edge.example/projects/7",
        "GET https://other.example/projects/7",
    ] {
        stand.refused(&bytes(&stand, line, "", ""), 400, None)?;
    }
    stand.refused(
        &bytes(&stand, "GET /projects/7", "host: edge.example\r\n", ""),
        400,
        None,
    )
}

#[test]
fn limited_uses_and_foreign_writs_are_refused() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    stand.refused_request(&stand.request("POST", "/projects/7/run"), 403, UNSAFE)?;
    let without = HttpRequest::new("GET", "/projects/7");
    stand.refused_request(&without, 401, "token_missing")?;
    stand.refused_request(&without.bearer("x"), 401, "token_malformed")?;
    let twice = stand.request("GET", "/projects/7").bearer(&stand.writ);
    stand.refused(&twice.bytes(HOST), 400, None)
}

/// The API has two servers, and each closes the connection in place of an answer.
#[test]
fn a_request_whose_answer_fails_is_sent_once() -> Result<()> {
    let other = Recorder::start()?;
    let stand = Stand::start(FrontKind::Nginx, &[], |edge, upstream| {
        let servers = format!(
            "upstream api {{ server {upstream} max_fails=0; server {} max_fails=0; }}",
            other.address()
        );
        NginxRecipe::shipped(edge, upstream)?
            .replace(&format!("proxy_pass http://{upstream};"), "proxy_pass http://api;")?
            .replace("    server {\n", &format!("    {servers}\n    server {{\n"))?
            .start()
    })?;
    for upstream in [&stand.upstream, &other] {
        upstream.answer(ServerReply {
            raw: Some(Vec::new()),
            ..ServerReply::default()
        });
    }
    let _ready = other.take();
    for (method, target) in [
        ("PUT", "/projects/7/star"),
        ("GET", "/projects/7"),
        ("DELETE", "/projects/7"),
    ] {
        let answer = stand.front.send(&stand.request(method, target))?;
        let arrived = stand.upstream.take().len() + other.take().len();
        assert_eq!((answer.status, arrived), (502, 1), "{method} {target}");
    }
    Ok(())
}

/// The recipe of the documentation of nginx: without the framing, a body is invisible.
#[test]
fn a_question_without_the_framing_is_refused() -> Result<()> {
    for header in [
        "X-Original-Content-Length $edgewrit_length",
        "X-Original-Transfer-Encoding $edgewrit_coding",
    ] {
        let stand = Stand::start(FrontKind::Nginx, &[], FrontProxy::nginx)?;
        let recipe = NginxRecipe::shipped(stand.edge.address(), stand.upstream.address())?;
        let changed = recipe.replace(&format!("proxy_set_header {header};"), "")?.start()?;
        for name in ["x-none", "x-original-content-length", "x-original-transfer-encoding"] {
            let request = stand.request("GET", "/projects/7").header(name, "x");
            let answer = changed.send(&request)?;
            let label = stand.edge.label(&answer);
            assert!(
                matches!(label.as_deref(), Some("forward_auth_headers" | UNSAFE)),
                "{header}: {label:?}"
            );
        }
        assert!(stand.upstream.take().is_empty());
    }
    Ok(())
}

#[test]
fn the_secret_is_required_and_does_not_pass() -> Result<()> {
    const SECRET: &str = "0123456789abcdef";
    let named = |value: &str| format!(r#"proxy_set_header X-Edgewrit-Secret "{value}";"#);
    let front = |value: &'static str| {
        move |edge, upstream| {
            let recipe = NginxRecipe::shipped(edge, upstream)?;
            recipe
                .replace(r#"# proxy_set_header X-Edgewrit-Secret "...";"#, &named(value))?
                .start()
        }
    };
    // The test shares the key of the API, which is long enough.
    let stand = Stand::start(
        FrontKind::Nginx,
        &["--forward-auth-secret", "API_KEY"],
        front(crate::stand::KEY),
    )?;
    let arrived = stand.permitted(&stand.request("GET", "/projects/7").header("x-edgewrit-secret", SECRET))?;
    assert!(arrived.values("x-edgewrit-secret").is_empty());
    let wrong = front(SECRET)(stand.edge.address(), stand.upstream.address())?;
    let answer = wrong.send(
        &stand
            .request("GET", "/projects/7")
            .header("x-edgewrit-secret", crate::stand::KEY),
    )?;
    assert_eq!(answer.status, 403);
    assert_eq!(stand.edge.label(&answer).as_deref(), Some("forward_auth_headers"));
    assert!(stand.upstream.take().is_empty());
    Ok(())
}

/// Over HTTP/2 a body needs no header that announces it, and nginx does not tell the edge.
#[test]
fn a_body_without_an_announcement_is_not_sent() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    let recipe = NginxRecipe::shipped(stand.edge.address(), stand.upstream.address())?;
    let front = recipe.speak_http2()?.start()?;
    let mut connection = ClientConnection::open(front.address(), PATIENCE)?;
    let answer = connection.post_h2(&h2_fields("DELETE", "/projects/7", &stand.writ), b"admin")?;
    let arrived = stand.upstream.take();
    let bodies: Vec<_> = arrived
        .iter()
        .map(|arrived| arrived.body.as_deref().unwrap_or_default())
        .collect();
    assert_eq!((answer.status, bodies), (200, vec![&b""[..]]));
    Ok(())
}
