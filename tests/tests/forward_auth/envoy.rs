//! Envoy with the shipped configuration of `ext_authz`.

use crate::never::{OF_THE_CLIENT, never_headers};
use crate::stand::{KEY, PATIENCE, Stand, h2_fields};
use anyhow::{Result, ensure};
use edgewrit_tests::front::{FrontKind, FrontProxy};
use edgewrit_tests::http::{ClientConnection, HttpRequest, ServerReply};

const UNSAFE: &str = "forward_auth_unsafe";

fn stand(arguments: &[&str]) -> Result<Stand> {
    Stand::start(FrontKind::Envoy, arguments, FrontProxy::envoy)
}

#[test]
fn envoy_sends_only_headers_of_the_permit() -> Result<()> {
    let stand = stand(&["--forward-auth-credentials"])?;
    let request = stand
        .request("GET", "/projects/7")
        .header("accept", "text/plain")
        .header("accept", "text/html")
        .header("if-match", "\"a\"")
        .header("user-agent", "agent/1")
        .header("x-unknown", OF_THE_CLIENT);
    let request = HttpRequest {
        target: b"/projects/a%20b".to_vec(),
        ..never_headers(request, &["x-original-host", "x-original-uri"])
    };
    let arrived = stand.permitted(&request)?;
    let names: Vec<_> = arrived
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    ensure!(
        !arrived.holds(Some(OF_THE_CLIENT)),
        "headers of the client were sent: {names:?}"
    );
    assert_eq!(String::from_utf8_lossy(&arrived.target), "/projects/a%20b");
    assert_eq!(arrived.values("host"), [b"api.travel.example"]);
    assert_eq!(arrived.values("authorization"), [format!("Bearer {KEY}").as_bytes()]);
    assert_eq!(arrived.values("if-match"), [b"\"a\""]);
    let known = ["accept", "authorization", "host", "if-match", "user-agent"];
    let surplus: Vec<_> = names.iter().filter(|name| !known.contains(&name.as_str())).collect();
    ensure!(surplus.is_empty(), "{surplus:?}");
    Ok(())
}

#[test]
fn envoy_shows_the_edge_every_body() -> Result<()> {
    let stand = stand(&[])?;
    let delete = stand.request("DELETE", "/projects/7");
    let with = |name: &str, value: &str, body: &str| HttpRequest {
        body: Some(body.into()),
        ..delete.clone().header(name, value)
    };
    for request in [
        with("content-length", "5", "admin"),
        with("transfer-encoding", "chunked", "5\r\nadmin\r\n0\r\n\r\n"),
    ] {
        stand.refused_request(&request, 400, UNSAFE)?;
    }
    let arrived = stand.permitted(&delete)?;
    assert_eq!(arrived.line(), "DELETE /projects/7");
    assert!(
        arrived.values("authorization").is_empty(),
        "neither the writ nor the key"
    );

    // Over HTTP/2 a body needs no header that announces it.
    let mut connection = ClientConnection::open(stand.front.address(), PATIENCE)?;
    let answer = connection.post_h2(&h2_fields("DELETE", "/projects/7", &stand.writ), b"admin")?;
    assert_eq!(answer.status, 400);
    assert!(stand.upstream.take().is_empty());
    Ok(())
}

#[test]
fn envoy_refuses_what_the_edge_refuses() -> Result<()> {
    let stand = stand(&[])?;
    for (target, status, label) in [
        ("/projects/..%2Fadmin", 400, "target_encoding"),
        ("/projects/7/../../admin", 400, "target_segment"),
        ("/projects//7", 400, "target_segment"),
        ("/projects/a%3Fb", 400, UNSAFE),
        ("/projects?user=u%5D=x", 400, UNSAFE),
        ("/admin", 404, "no_operation"),
    ] {
        stand.refused_request(&stand.request("GET", target), status, label)?;
    }
    stand.refused_request(&stand.request("POST", "/projects/7/run"), 400, UNSAFE)?;
    let other = stand.request("GET", "/projects/7").header("host", "other.example");
    stand.refused_request(&other, 421, "host_unknown")?;
    for name in ["x-original-uri", "x-forwarded-uri", "x-original-url"] {
        let request = stand.request("GET", "/projects/7").header(name, "/projects/8");
        stand.refused_request(&request, 400, "forward_auth_headers")?;
    }
    stand.refused_request(&HttpRequest::new("GET", "/projects/7"), 401, "token_missing")?;
    // Envoy states this header itself.
    let stated = stand.request("GET", "/projects/7").header("x-edgewrit-body", "none");
    stand.permitted(&stated).map(drop)
}

#[test]
fn envoy_sends_a_request_whose_answer_fails_once() -> Result<()> {
    let stand = stand(&[])?;
    stand.upstream.answer(ServerReply {
        raw: Some(Vec::new()),
        ..ServerReply::default()
    });
    let answer = stand.front.send(&stand.request("PUT", "/projects/7/star"))?;
    assert_eq!((answer.status, stand.upstream.take().len()), (503, 1));
    Ok(())
}

#[test]
fn envoy_removes_response_headers() -> Result<()> {
    stand(&[])?.assert_response_headers_are_removed()
}
