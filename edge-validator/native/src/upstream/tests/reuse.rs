//! A connection serves another request only if nothing lies behind its last response.

use crate::testing::edge::TestEdge;
use crate::testing::scripted::{Line, Scripted};
use crate::testing::{on_one_thread, poll_once};
use std::io;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::sync::mpsc;
use std::thread;
use tokio::task::yield_now;

const FORGED: &str = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged";

/// The first response of an upstream.
struct Case {
    method: &'static str,
    response: &'static str,
    /// Status and body for the client; `None` if the response is refused.
    expected: Option<(u16, &'static str)>,
}

const fn case(method: &'static str, response: &'static str, expected: Option<(u16, &'static str)>) -> Case {
    Case {
        method,
        response,
        expected,
    }
}

const CASES: [Case; 22] = [
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst",
        Some((200, "first")),
    ),
    case("GET", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Some((200, ""))),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        Some((200, "first")),
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;ext=\"a\"\r\nfirst\r\n0;a\r\nx: y\r\n\r\n",
        Some((200, "first")),
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        Some((200, "first")),
    ),
    case("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", Some((200, ""))),
    case(
        "HEAD",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        Some((200, "")),
    ),
    case("GET", "HTTP/1.1 204 No Content\r\n\r\n", Some((204, ""))),
    case(
        "GET",
        "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n",
        Some((204, "")),
    ),
    case(
        "GET",
        "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
        Some((304, "")),
    ),
    case(
        "GET",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst",
        Some((200, "first")),
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nfirst",
        Some((200, "first")),
    ),
    case(
        "GET",
        "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nfirst",
        Some((200, "first")),
    ),
    case(
        "GET",
        "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 5\r\n\r\nfirst",
        Some((200, "first")),
    ),
    case(
        "GET",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
        Some((101, "")),
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\ncontent-length: 5\n\nfirst",
        Some((200, "first")),
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        None,
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nfirst",
        None,
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 0\r\n\r\nfirst",
        None,
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
        None,
    ),
    case(
        "GET",
        "HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 5\r\n\r\nfirst",
        None,
    ),
    case("GET", "HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nfirst", None),
];

/// Answers `/first` with the response of `case` and bytes behind it, in two writes, which are cut
/// at the number that the test has said. Echoes other paths.
async fn serve(mut line: Line, case: &'static Case, behind: &'static str) -> io::Result<()> {
    loop {
        let request = line.read_request().await?;
        if !request.contains(" /first ") {
            line.echo_path(&request).await?;
            continue;
        }
        let bytes = [case.response, behind].concat();
        let (before, after) = bytes.split_at(line.seen.told.get());
        line.write(before).await?;
        for _ in 0..3 {
            yield_now().await;
        }
        // The client may have closed the connection by now.
        let _ = line.write(after).await;
        line.seen.tell();
    }
}

async fn check_case(case: &'static Case, behind: &'static str, from: usize) {
    let upstream = Scripted::start(move |line| serve(line, case, behind)).await;
    let edge = TestEdge::new(upstream.origin());
    let length = case.response.len() + behind.len();
    for split in from..length {
        upstream.say(split);
        let first = edge.fetch(case.method, "/first", b"").await;
        upstream.wait_told(split + 1).await;
        let second = edge.fetch("GET", "/second", b"").await.unwrap();
        let context = format!("{} {behind:?} at {split}: {first:?}", case.response);
        assert_eq!((second.status, &second.body[..]), (200, &b"/second"[..]), "{context}");
        let first = first.as_ref().ok();
        let first = first.map(|answer| (answer.status, str::from_utf8(&answer.body).unwrap()));
        assert_eq!(first, case.expected, "{context}");
        assert_eq!(upstream.executed().len(), 2 * (split - from + 1), "{context}");
    }
}

#[test]
fn bytes_behind_a_response_never_become_a_response() {
    for case in &CASES {
        on_one_thread(check_case(case, FORGED, 0));
        for behind in ["\r\n", "x"] {
            on_one_thread(check_case(case, behind, case.response.len() - 1));
        }
    }
}

/// An upstream on a thread of its own. It answers one request on each of two connections, and says
/// more on the first one when the test says so. It fails if a second request reaches the first one.
struct Talkative {
    origin: String,
    say: mpsc::Sender<()>,
    told: mpsc::Receiver<()>,
    thread: thread::JoinHandle<()>,
}

impl Talkative {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (say, heard) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut first = accept_and_answer(&listener);
            heard.recv().unwrap();
            first.write_all(FORGED.as_bytes()).unwrap();
            tell.send(()).unwrap();
            assert!(!matches!(first.read(&mut [0; 4096]), Ok(1..)), "a request was written");
            accept_and_answer(&listener);
        });
        Self {
            origin,
            say,
            told,
            thread,
        }
    }

    /// Waits until the upstream has said more. The runtime of the test rests meanwhile.
    fn say_more(&self) {
        self.say.send(()).unwrap();
        self.told.recv().unwrap();
    }
}

fn accept_and_answer(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().unwrap();
    let _head = stream.read(&mut [0; 4096]).unwrap();
    stream.write_all(CASES[0].response.as_bytes()).unwrap();
    stream
}

/// The runtime learns of events between two of its tasks. Here it has no time to learn of the bytes
/// before the next request is sent.
#[test]
fn bytes_that_the_runtime_has_not_seen_never_become_a_response() {
    let upstream = Talkative::start();
    on_one_thread(async {
        let edge = TestEdge::new(&upstream.origin);
        edge.fetch("GET", "/first", b"").await.unwrap();
        upstream.say_more();
        assert_eq!(edge.fetch("GET", "/second", b"").await.unwrap().body, "first");
    });
    upstream.thread.join().unwrap();
}

#[test]
fn bytes_before_the_first_byte_of_a_request_fail_it_unwritten() {
    let upstream = Talkative::start();
    on_one_thread(async {
        let edge = TestEdge::new(&upstream.origin);
        edge.fetch("GET", "/first", b"").await.unwrap();
        let mut second = pin!(edge.fetch("GET", "/second", b""));
        // The client has chosen the connection, whose task has not run.
        assert!(poll_once(&mut second).await.is_pending());
        upstream.say_more();
        let error = second.await.unwrap_err();
        assert!(error.contains("before the request was written"), "{error}");
        assert_eq!(edge.fetch("GET", "/third", b"").await.unwrap().body, "first");
    });
    upstream.thread.join().unwrap();
}
