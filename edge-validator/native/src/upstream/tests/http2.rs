//! HTTP/2 upstreams: each request is one stream, whatever the upstream does with it.

use crate::testing::edge::{TestEdge, trust};
use crate::testing::on_one_thread;
use crate::testing::scripted::{Line, Scripted, Seen};
use crate::testing::tls::Authority;
use h2::Reason;
use h2::server::{Connection, SendResponse, handshake};
use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use hyper::{Request, Response};
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio_rustls::server::TlsStream;

type Streams = Connection<TlsStream<TcpStream>, Bytes>;

/// What an upstream does with the first request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Answer,
    Reset(Reason),
    GoAway,
    Close,
    EndEarly,
    ShortOfItsLength,
    Endless,
}

/// Writes the request as text, and counts it.
fn execute(request: &Request<h2::RecvStream>, seen: &Seen) {
    let mut text = format!("{} {}", request.method(), request.uri());
    for (name, value) in request.headers() {
        text += &format!("\n{name}: {}", value.to_str().unwrap());
    }
    seen.execute(text);
}

fn answer(respond: &mut SendResponse<Bytes>, body: &'static str) -> Result<(), h2::Error> {
    let mut stream = respond.send_response(Response::new(()), false)?;
    stream.send_data(Bytes::from(body), true)
}

/// Begins a response of 5 bytes, and says how many more bytes the client takes without reading.
async fn begin(respond: &mut SendResponse<Bytes>, act: Act, seen: &Seen) -> Result<(), h2::Error> {
    let mut head = Response::new(());
    if act == Act::ShortOfItsLength {
        head.headers_mut().insert("content-length", 6.into());
    }
    let mut stream = respond.send_response(head, false)?;
    stream.send_data(Bytes::from("first"), act == Act::ShortOfItsLength)?;
    if act == Act::Endless {
        stream.reserve_capacity(10_000_000);
        let capacity = poll_fn(|context| stream.poll_capacity(context)).await;
        seen.say(capacity.unwrap()?);
        let reset = poll_fn(|context| stream.poll_reset(context)).await?;
        assert_eq!(reset, Reason::CANCEL);
        seen.say(0);
    }
    stream.send_reset(Reason::INTERNAL_ERROR);
    Ok(())
}

/// Does `act` with the first request of all connections, and answers the others.
async fn serve(mut streams: Streams, act: Act, seen: Rc<Seen>) -> Result<(), h2::Error> {
    while let Some(accepted) = streams.accept().await {
        let (request, mut respond) = accepted?;
        let is_first = request.uri().path() == "/first";
        execute(&request, &seen);
        match act {
            Act::Reset(reason) if is_first => respond.send_reset(reason),
            Act::GoAway if is_first => streams.abrupt_shutdown(Reason::NO_ERROR),
            Act::Close if is_first => return Ok(()),
            Act::EndEarly | Act::ShortOfItsLength | Act::Endless if is_first => {
                let seen = Rc::clone(&seen);
                spawn_local(async move { begin(&mut respond, act, &seen).await });
            }
            _ => answer(&mut respond, "answer")?,
        }
    }
    Ok(())
}

async fn start(act: Act) -> (Scripted, TestEdge) {
    let authority = Authority::new();
    let acceptor = authority.acceptor("localhost", 2090, &["h2", "http/1.1"]);
    let upstream = Scripted::start(move |line: Line| {
        let acceptor = acceptor.clone();
        async move {
            let stream = acceptor.accept(line.stream).await?;
            let streams = handshake(stream).await.map_err(io::Error::other)?;
            serve(streams, act, line.seen).await.map_err(io::Error::other)
        }
    })
    .await;
    let origin = upstream.origin().replace("http://127.0.0.1", "https://localhost");
    let edge = TestEdge::with_tls(&origin, trust(authority.roots()));
    (upstream, edge)
}

#[test]
fn requests_share_a_connection_and_name_their_host_in_the_authority() {
    on_one_thread(async {
        let (upstream, edge) = start(Act::Answer).await;
        for target in ["/first?q=a%20b", "/second", "/third"] {
            let answer = edge.fetch("GET", target, b"").await.unwrap();
            assert_eq!((answer.status, &answer.body[..]), (200, &b"answer"[..]));
        }
        edge.fetch("PUT", "/first", b"{}").await.unwrap();
        assert_eq!(upstream.connections(), 1);
        let origin = upstream.origin().replace("http://127.0.0.1", "https://localhost");
        assert_eq!(
            upstream.executed()[0],
            format!("GET {origin}/first?q=a%20b\nauthorization: Key secret-of-API_KEY")
        );
        assert_eq!(
            upstream.executed()[3],
            format!(
                "PUT {origin}/first\ncontent-length: 2\ncontent-type: application/json\n\
                 authorization: Key secret-of-API_KEY"
            )
        );
    });
}

#[test]
fn a_stream_without_an_answer_is_not_repeated() {
    for act in [
        Act::Reset(Reason::REFUSED_STREAM),
        Act::Reset(Reason::CANCEL),
        Act::Reset(Reason::HTTP_1_1_REQUIRED),
        Act::GoAway,
        Act::Close,
    ] {
        on_one_thread(async {
            let (upstream, edge) = start(act).await;
            edge.fetch("GET", "/zeroth", b"").await.unwrap();
            let error = edge.fetch("GET", "/first", b"").await.unwrap_err();
            assert!(error.starts_with("no response: "), "{error}");
            let answer = edge.fetch("GET", "/second", b"").await.unwrap();
            assert_eq!(answer.body, "answer");
            let executed = upstream.executed();
            let firsts = executed.iter().filter(|request| request.contains("/first")).count();
            assert_eq!((firsts, executed.len()), (1, 3), "{act:?}");
        });
    }
}

#[test]
fn a_stream_that_ends_early_is_not_a_whole_response() {
    for act in [Act::EndEarly, Act::ShortOfItsLength] {
        on_one_thread(async {
            let (_upstream, edge) = start(act).await;
            let error = edge.fetch("GET", "/first", b"").await.unwrap_err();
            assert!(error.contains("error"), "{error}");
            assert_eq!(edge.fetch("GET", "/second", b"").await.unwrap().body, "answer");
        });
    }
}

#[test]
fn an_unread_stream_stops_its_upstream_and_its_drop_resets_it() {
    on_one_thread(async {
        let (upstream, edge) = start(Act::Endless).await;
        let mut response = edge.send("GET", "/first", b"").await.unwrap();
        let frame = response.body_mut().frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "first");
        upstream.wait_told(1).await;
        assert!(upstream.told() <= 64 * 1024, "{} bytes", upstream.told());
        drop(response);
        upstream.wait_quiet().await;
        assert_eq!(edge.fetch("GET", "/second", b"").await.unwrap().body, "answer");
        assert_eq!(upstream.connections(), 1);
    });
}
