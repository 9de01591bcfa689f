//! One permit is one write: nothing is repeated, wherever the connection ends.

use crate::testing::edge::TestEdge;
use crate::testing::on_one_thread;
use crate::testing::scripted::{Line, Scripted};
use std::io;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// How an upstream ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Close,
    Reset,
    CloseAfterHalfAnAnswer,
    Garbage,
}

const ENDS: [End; 4] = [End::Close, End::Reset, End::CloseAfterHalfAnAnswer, End::Garbage];

/// Ends the connection.
async fn end(mut line: Line, end: End) -> io::Result<()> {
    match end {
        End::Close => {}
        End::Reset => line.stream.set_zero_linger()?,
        End::CloseAfterHalfAnAnswer => line.write("HTTP/1.1 200 OK\r\nconte").await?,
        End::Garbage => line.write("\r\n\0garbage\r\n\r\n").await?,
    }
    drop(line.stream);
    line.seen.tell();
    Ok(())
}

/// The bytes of a request, as an upstream gets them.
fn written(method: &str, body: &[u8]) -> usize {
    on_one_thread(async {
        let upstream = Scripted::start(Line::echo_paths).await;
        let edge = TestEdge::new(upstream.origin());
        edge.fetch(method, "/second", body).await.unwrap();
        upstream.executed().concat().len()
    })
}

/// Sends a request on a connection that has served another one and ends after `bytes` bytes.
async fn send_second(method: &'static str, body: &[u8], bytes: usize, whole: usize, how: End) {
    let upstream = Scripted::start(move |mut line| async move {
        if line.place > 0 {
            return line.echo_paths().await;
        }
        line.read_request().await?;
        line.write(OK).await?;
        if bytes == whole {
            line.read_request().await?;
        } else {
            line.read_bytes(bytes).await?;
        }
        end(line, how).await
    })
    .await;
    let edge = TestEdge::new(upstream.origin());
    edge.fetch("GET", "/first", b"").await.unwrap();
    if bytes == 0 {
        upstream.wait_told(1).await;
    }
    let answer = edge.fetch(method, "/second", body).await;
    let executed = upstream.executed();
    let seconds = executed.iter().filter(|request| request.contains(" /second ")).count();
    let context = format!("{how:?} after {bytes} bytes of {method}: {answer:?}");
    assert!(seconds <= 1, "{context}");
    assert_eq!(answer.is_ok(), bytes == 0, "{context}");
    assert_eq!(seconds, usize::from(bytes == 0 || bytes == whole), "{context}");
    // A connection that ended before the request is not used. After the first byte there is no
    // other connection.
    assert_eq!(upstream.connections(), 1 + usize::from(bytes == 0), "{context}");
}

#[test]
fn a_connection_that_ends_at_any_byte_executes_a_request_at_most_once() {
    for (method, body) in [("GET", &b""[..]), ("PUT", b"{\"a\": 1}")] {
        let whole = written(method, body);
        for how in ENDS {
            for bytes in 0..=whole {
                on_one_thread(send_second(method, body, bytes, whole, how));
            }
        }
    }
}

#[test]
fn a_large_body_is_written_once() {
    let body = format!(r#"{{"a": "{}"}}"#, "a".repeat(200_000));
    for how in ENDS {
        for bytes in [1, 1_000, 100_000, 199_999] {
            on_one_thread(send_second("PUT", body.as_bytes(), bytes, usize::MAX, how));
        }
    }
}

#[test]
fn a_request_on_a_new_connection_is_not_repeated() {
    for how in ENDS {
        on_one_thread(async {
            let upstream = Scripted::start(move |mut line| async move {
                line.read_request().await?;
                end(line, how).await
            })
            .await;
            let edge = TestEdge::new(upstream.origin());
            edge.fetch("GET", "/first", b"").await.unwrap_err();
            assert_eq!((upstream.executed().len(), upstream.connections()), (1, 1), "{how:?}");
        });
    }
}

#[test]
fn a_redirect_is_not_followed() {
    on_one_thread(async {
        for status in [301, 302, 303, 307, 308] {
            let upstream = Scripted::start(move |mut line| async move {
                line.read_request().await?;
                line.write(format!(
                    "HTTP/1.1 {status} Elsewhere\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
                ))
                .await?;
                line.echo_paths().await
            })
            .await;
            let edge = TestEdge::new(upstream.origin());
            let answer = edge.fetch("GET", "/first", b"").await.unwrap();
            assert_eq!((answer.status, upstream.executed().len()), (status, 1));
        }
    });
}
