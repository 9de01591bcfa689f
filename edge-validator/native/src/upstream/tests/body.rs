//! Bodies of responses: their end, their pace and their limits.

use crate::testing::edge::TestEdge;
use crate::testing::on_one_thread;
use crate::testing::scripted::{Line, Scripted};
use http_body_util::BodyExt as _;
use std::io;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::time::{pause, timeout};

/// A time in which an upstream that can write does write.
const BLOCKED: Duration = Duration::from_millis(500);
/// More than the sockets of both sides hold.
const ENDLESS: usize = 64 * 1024 * 1024;

/// The fetched body of a response, after whose bytes the upstream closes the connection.
async fn fetch_and_close(response: &'static str) -> (Result<String, String>, Vec<(String, String)>) {
    let upstream = Scripted::start(move |mut line: Line| async move {
        line.read_request().await?;
        line.write(response).await
    })
    .await;
    let edge = TestEdge::new(upstream.origin());
    match edge.fetch("GET", "/first", b"").await {
        Ok(answer) => (Ok(String::from_utf8(answer.body.to_vec()).unwrap()), answer.headers),
        Err(error) => (Err(error), Vec::new()),
    }
}

#[test]
fn a_body_that_ends_early_is_not_a_whole_one() {
    for response in [
        "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nfirst",
        "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nfirst",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
    ] {
        let (body, _) = on_one_thread(fetch_and_close(response));
        assert!(body.is_err(), "{response:?}: {body:?}");
    }
}

#[test]
fn the_end_of_the_connection_ends_a_body_without_a_length() {
    let (body, headers) = on_one_thread(fetch_and_close("HTTP/1.1 200 OK\r\nx: y\r\n\r\nfirst"));
    assert_eq!(
        (body.unwrap().as_str(), headers),
        ("first", vec![("x".into(), "y".into())])
    );
}

#[test]
fn trailers_are_dropped() {
    let response = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nx-late: y\r\n\r\n";
    on_one_thread(async {
        let upstream = Scripted::start(move |mut line: Line| async move {
            line.read_request().await?;
            line.write(response).await
        })
        .await;
        let edge = TestEdge::new(upstream.origin());
        let collected = edge
            .send("GET", "/first", b"")
            .await
            .unwrap()
            .into_body()
            .collect()
            .await;
        let collected = collected.unwrap();
        assert!(collected.trailers().is_none());
        assert_eq!(collected.to_bytes(), "first");
    });
}

/// Writes a body until the client takes no more for a while, and then to its end.
async fn write_endless(mut line: Line) -> io::Result<()> {
    line.read_request().await?;
    line.write("HTTP/1.1 200 OK\r\n\r\n").await?;
    let part = [b'a'; 64 * 1024];
    let mut written = 0;
    while written < ENDLESS {
        if timeout(BLOCKED, line.write(part)).await.is_err() {
            break;
        }
        written += part.len();
    }
    line.seen.say(written);
    // The end of the connection, by the client.
    while line.stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

#[test]
fn an_unread_body_stops_its_upstream() {
    on_one_thread(async {
        let upstream = Scripted::start(write_endless).await;
        let edge = TestEdge::new(upstream.origin());
        let mut response = edge.send("GET", "/first", b"").await.unwrap();
        upstream.wait_told(1).await;
        assert!(upstream.told() < ENDLESS / 2, "{} bytes", upstream.told());
        for _ in 0..16 {
            let frame = response.body_mut().frame().await.unwrap().unwrap();
            assert!(frame.into_data().unwrap().len() <= 64 * 1024);
        }
    });
}

#[test]
fn the_drop_of_a_body_closes_its_connection() {
    on_one_thread(async {
        let upstream = Scripted::start(|mut line: Line| async move {
            line.read_request().await?;
            line.write("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nfirst").await?;
            let _ended = line.stream.read(&mut [0; 64]).await;
            line.seen.tell();
            Ok(())
        })
        .await;
        let edge = TestEdge::new(upstream.origin());
        let mut response = edge.send("GET", "/first", b"").await.unwrap();
        let frame = response.body_mut().frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "first");
        drop(response);
        upstream.wait_told(1).await;
    });
}

#[test]
fn an_early_response_ends_a_connection_whose_request_is_not_written() {
    let body = format!(r#"{{"a": "{}"}}"#, "a".repeat(900_000));
    on_one_thread(async {
        let upstream = Scripted::start_with_small_buffer(|mut line: Line| async move {
            if line.place > 0 {
                return line.echo_paths().await;
            }
            line.read_bytes(100).await?;
            line.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nearly").await?;
            line.seen.wait(|seen| seen.told.get() > 0).await;
            let mut rest = Vec::new();
            let _reset = line.stream.read_to_end(&mut rest).await;
            line.seen.say(1 + rest.len());
            Ok(())
        })
        .await;
        let edge = TestEdge::new(upstream.origin());
        let early = edge.fetch("PUT", "/first", body.as_bytes()).await.unwrap();
        assert_eq!(early.body, "early");
        let second = edge.fetch("GET", "/second", b"").await.unwrap();
        assert_eq!((&second.body[..], upstream.connections()), (&b"/second"[..], 2));
        upstream.say(1);
        upstream.wait_told(2).await;
        assert!(upstream.told() < body.len(), "{} bytes", upstream.told());
    });
}

#[test]
fn a_response_has_a_time_to_its_head() {
    on_one_thread(async {
        let upstream = Scripted::start(|mut line: Line| async move {
            line.read_request().await?;
            line.write("HTTP/1.1 200 OK\r\ncontent-").await?;
            let _ended = line.stream.read(&mut [0; 64]).await;
            line.seen.tell();
            Ok(())
        })
        .await;
        let edge = TestEdge::new(upstream.origin());
        let pausing = async {
            upstream.wait_executed(1).await;
            pause();
        };
        let (answer, ()) = tokio::join!(edge.fetch("GET", "/first", b""), pausing);
        assert_eq!(answer.unwrap_err(), "no response within 60 s");
        upstream.wait_told(1).await;
    });
}

#[test]
fn a_silent_body_ends() {
    for head in ["content-length: 6", "transfer-encoding: chunked"] {
        on_one_thread(async {
            let upstream = Scripted::start(move |mut line: Line| async move {
                line.read_request().await?;
                line.write(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n5\r\n")).await?;
                let _ended = line.stream.read(&mut [0; 64]).await;
                line.seen.tell();
                Ok(())
            })
            .await;
            let edge = TestEdge::new(upstream.origin());
            let response = edge.send("GET", "/first", b"").await.unwrap();
            pause();
            let error = response.into_body().collect().await.unwrap_err();
            assert_eq!(error.to_string(), "nothing of the body in 300 s");
            upstream.wait_told(1).await;
        });
    }
}

/// Writes `start`, and then `part` without end.
async fn fetch_endless(start: &'static str, part: &'static str) -> Result<(), String> {
    let upstream = Scripted::start(move |mut line: Line| async move {
        line.read_request().await?;
        line.write(start).await?;
        loop {
            line.write(part.repeat(100)).await?;
        }
    })
    .await;
    let edge = TestEdge::new(upstream.origin());
    edge.fetch("GET", "/first", b"").await.map(drop)
}

#[test]
fn heads_and_extensions_without_end_are_refused() {
    for (start, part) in [
        ("HTTP/1.1 200 OK\r\nx: ", "aaaaaaaaaa"),
        ("HTTP/1.1 200 OK\r\n", "x: y\r\n"),
        ("HTTP/1.1 200 ", "OK"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            "1;aaaaaaaaaaaa\r\na\r\n",
        ),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;", "aaaaaaaaaa"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "x: y\r\n"),
        ("", "\r\n"),
    ] {
        let fetched = on_one_thread(fetch_endless(start, part));
        assert!(fetched.is_err(), "{start:?} {part:?}");
    }
}
