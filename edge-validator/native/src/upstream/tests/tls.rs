//! TLS to upstreams.

use crate::testing::edge::{TestEdge, trust};
use crate::testing::on_one_thread;
use crate::testing::scripted::{Line, Scripted};
use crate::testing::tls::Authority;
use std::io;
use tokio_rustls::TlsAcceptor;

/// A year in which no certificate of a test has ended.
const LATER: i32 = 2090;

async fn echo_over_tls(line: Line, acceptor: TlsAcceptor) -> io::Result<()> {
    let stream = acceptor.accept(line.stream).await?;
    Line::new(stream, line.place, line.seen).echo_paths().await
}

/// The result of two requests over TLS, and the number of connections for them.
async fn fetch_two(authority: &Authority, acceptor: TlsAcceptor, host: &str) -> (Result<String, String>, usize) {
    let upstream = Scripted::start(move |line| echo_over_tls(line, acceptor.clone())).await;
    let origin = upstream
        .origin()
        .replace("http://127.0.0.1", &format!("https://{host}"));
    let edge = TestEdge::with_tls(&origin, trust(authority.roots()));
    let fetched = async {
        edge.fetch("GET", "/first", b"").await?;
        let second = edge.fetch("GET", "/second", b"").await?;
        Ok(String::from_utf8(second.body.to_vec()).unwrap())
    };
    let fetched = fetched.await;
    assert_eq!(upstream.executed().len(), if fetched.is_ok() { 2 } else { 0 });
    (fetched, upstream.connections())
}

#[test]
fn a_connection_over_tls_serves_several_requests() {
    for protocols in [&["http/1.1"][..], &[]] {
        let authority = Authority::new();
        let acceptor = authority.acceptor("localhost", LATER, protocols);
        let fetched = on_one_thread(fetch_two(&authority, acceptor, "localhost"));
        assert_eq!(fetched, (Ok("/second".into()), 1));
    }
}

#[test]
fn a_certificate_that_is_not_valid_for_the_upstream_fails_the_request() {
    let authority = Authority::new();
    let cases = [
        (authority.acceptor("other.example", LATER, &[]), "not valid for name"),
        (authority.acceptor("localhost", 2020, &[]), "expired"),
        (
            Authority::new().acceptor("localhost", LATER, &[]),
            "invalid peer certificate",
        ),
    ];
    for (acceptor, cause) in cases {
        let (fetched, _) = on_one_thread(fetch_two(&authority, acceptor, "localhost"));
        let error = fetched.unwrap_err();
        assert!(error.starts_with("no TLS: ") && error.contains(cause), "{error}");
    }
}

#[test]
fn an_upstream_without_tls_fails_the_request() {
    on_one_thread(async {
        let upstream =
            Scripted::start(|mut line: Line| async move { line.write("HTTP/1.1 200 OK\r\n\r\n").await }).await;
        let origin = upstream.origin().replace("http://127.0.0.1", "https://localhost");
        let edge = TestEdge::new(&origin);
        let error = edge.fetch("GET", "/first", b"").await.unwrap_err();
        assert!(error.starts_with("no TLS: "), "{error}");
    });
}
