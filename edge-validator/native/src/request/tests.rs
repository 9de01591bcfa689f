//! Exchanges whose client or upstream ends too early.

use crate::testing::on_one_thread;
use crate::testing::proxy::{PLACES, TestProxy};
use crate::testing::scripted::{Line, Scripted};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Reads a request, writes `start`, and waits for the end of the connection.
async fn wait_for_end(mut line: Line, start: &str) -> io::Result<()> {
    line.read_request().await?;
    line.write(start).await?;
    let _ended = line.stream.read(&mut [0; 64]).await;
    line.seen.tell();
    Ok(())
}

#[test]
fn a_client_that_is_gone_before_the_response_aborts_its_request() {
    on_one_thread(async {
        let upstream = Scripted::start(|line| wait_for_end(line, "")).await;
        let proxy = TestProxy::start(upstream.origin()).await;
        let client = proxy.begin("GET", "/first").await;
        upstream.wait_executed(1).await;
        drop(client);
        upstream.wait_told(1).await;
        proxy.wait_idle().await;
        proxy.wait_for_record(r#""outcome":"aborted""#).await;
        assert_eq!(upstream.connections(), 1);
    });
}

#[test]
fn a_request_that_outlasts_the_end_of_the_process_has_a_record() {
    on_one_thread(async {
        let upstream = Scripted::start(|line| wait_for_end(line, "")).await;
        let proxy = TestProxy::start(upstream.origin()).await;
        let _client = proxy.begin("GET", "/first").await;
        upstream.wait_executed(1).await;
        // All is quiet, so the time for an orderly end passes at once.
        tokio::time::pause();
        proxy.end().await;
        tokio::time::resume();
        assert_eq!(proxy.open_requests(), 0);
        upstream.wait_told(1).await;
        proxy.wait_for_record(r#""outcome":"aborted""#).await;
    });
}

#[test]
fn requests_in_progress_are_bounded() {
    on_one_thread(async {
        let upstream = Scripted::start(|line| wait_for_end(line, "")).await;
        let proxy = TestProxy::start(upstream.origin()).await;
        let mut clients = Vec::new();
        for place in 1..=PLACES {
            clients.push(proxy.begin("GET", "/first").await);
            upstream.wait_executed(place).await;
        }
        let refused = proxy.fetch("GET", "/first", "}").await;
        assert!(
            refused.starts_with("HTTP/1.1 503") && refused.contains(":busy"),
            "{refused}"
        );
        assert_eq!(upstream.connections(), PLACES);
        drop(clients);
        upstream.wait_told(PLACES).await;
        proxy.wait_idle().await;
    });
}

#[test]
fn a_client_that_is_gone_in_the_middle_of_a_response_aborts_it() {
    for head in [
        "content-length: 6",
        "content-length: 600000",
        "transfer-encoding: chunked",
    ] {
        on_one_thread(async {
            let start = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n5\r\n");
            let upstream = Scripted::start(move |line| {
                let start = start.clone();
                async move { wait_for_end(line, &start).await }
            })
            .await;
            let proxy = TestProxy::start(upstream.origin()).await;
            let mut client = proxy.begin("GET", "/first").await;
            assert!(client.read(&mut [0; 64]).await.unwrap() > 0);
            drop(client);
            upstream.wait_told(1).await;
            proxy.wait_idle().await;
        });
    }
}

/// Writes a body until the end of the connection.
async fn write_without_end(mut line: Line) -> io::Result<()> {
    line.read_request().await?;
    line.write("HTTP/1.1 200 OK\r\n\r\n").await?;
    while line.write([b'a'; 64 * 1024]).await.is_ok() {}
    line.seen.tell();
    Ok(())
}

#[test]
fn a_cut_closes_the_upstream_of_a_client_that_reads_nothing() {
    on_one_thread(async {
        let upstream = Scripted::start(write_without_end).await;
        let proxy = TestProxy::start(upstream.origin()).await;
        let mut client = proxy.begin("GET", "/first").await;
        upstream.wait_executed(1).await;
        let now = crate::clock::now();
        proxy.set_revocations(vec![Revocation {
            target: Target::of(Level::Lineage("lineage-1")),
            cut: now,
            expires: now.plus(600),
        }]);
        upstream.wait_told(1).await;
        proxy.wait_for_record(r#""outcome":"cut""#).await;
        proxy.wait_idle().await;
        let mut rest = Vec::new();
        let _reset = client.read_to_end(&mut rest).await;
        assert!(!rest.ends_with(b"0\r\n\r\n"), "the response looks whole");
        client.shutdown().await.unwrap_or_default();
    });
}

/// What the client gets for a response, after which the upstream closes the connection.
fn fetch(method: &'static str, response: &'static str, last: &'static str) -> String {
    on_one_thread(async {
        let upstream = Scripted::start(move |mut line: Line| async move {
            line.read_request().await?;
            line.write(response).await
        })
        .await;
        let proxy = TestProxy::start(upstream.origin()).await;
        let fetched = proxy.fetch(method, "/first", last).await;
        proxy.wait_idle().await;
        fetched
    })
}

#[test]
fn a_response_that_ends_early_does_not_look_whole() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    let fetched = fetch("GET", chunked, "");
    assert!(fetched.contains("first") && !fetched.contains("\r\n0\r\n"), "{fetched}");
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nfirst";
    let fetched = fetch("GET", short, "");
    assert!(
        fetched.contains("content-length: 6\r\n") && fetched.ends_with("\r\n\r\nfirst"),
        "{fetched}"
    );
}

/// A 304 has no length: the library omits the field, which is optional there (RFC 9110, section
/// 8.6).
#[test]
fn a_response_keeps_its_length() {
    for (method, response, status, length) in [
        (
            "GET",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst",
            "200 OK",
            Some("5"),
        ),
        (
            "GET",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "200 OK",
            Some("0"),
        ),
        (
            "HEAD",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
            "200 OK",
            Some("5"),
        ),
        ("HEAD", "HTTP/1.1 200 OK\r\n\r\n", "200 OK", None),
        (
            "GET",
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
            "304 Not Modified",
            None,
        ),
        ("GET", "HTTP/1.1 304 Not Modified\r\n\r\n", "304 Not Modified", None),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n", "204 No Content", None),
        (
            "GET",
            "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n",
            "204 No Content",
            None,
        ),
        (
            "GET",
            "HTTP/1.0 200 Fine\r\ncontent-length: 5\r\n\r\nfirst",
            "200 OK",
            Some("5"),
        ),
    ] {
        let body = response.split_once("\r\n\r\n").unwrap().1;
        let last = if body.is_empty() { "\r\n\r\n" } else { body };
        let fetched = fetch(method, response, last);
        let lengths: Vec<_> = fetched
            .lines()
            .filter_map(|line| line.strip_prefix("content-length: "))
            .collect();
        assert_eq!(lengths, Vec::from_iter(length), "{response}\n{fetched}");
        assert!(fetched.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{fetched}");
        assert!(!fetched.contains("transfer-encoding"), "{fetched}");
    }
}

#[test]
fn a_response_without_a_length_is_chunked() {
    let fetched = fetch("GET", "HTTP/1.1 200 OK\r\n\r\nfirst", "0\r\n\r\n");
    assert!(fetched.ends_with("\r\n\r\n5\r\nfirst\r\n0\r\n\r\n"), "{fetched}");
}

#[test]
fn a_failure_of_the_upstream_is_a_502_with_its_record() {
    on_one_thread(async {
        let upstream = Scripted::start(|mut line: Line| async move { line.read_request().await.map(drop) }).await;
        let proxy = TestProxy::start(upstream.origin()).await;
        let fetched = proxy.fetch("GET", "/first", "}").await;
        assert!(fetched.starts_with("HTTP/1.1 502 "), "{fetched}");
        proxy.wait_for_record(r#""outcome":"failed""#).await;
        assert_eq!(upstream.executed().len(), 1);
        proxy.wait_idle().await;
    });
}
