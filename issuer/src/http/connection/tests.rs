//! Every way to hold a connection, with time that passes as fast as it can.

use super::*;
use axum::body::Bytes;
use axum::routing::{get, post};
use edgewrit_connections::{HEADERS, WRITE_RATE, WRITE_TIME};
use std::io;
use std::pin::pin;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep};

/// Bytes between client and issuer that neither has read.
const PIPE: usize = 4 * 1024;
const REQUEST: &[u8] = b"GET /small HTTP/1.1\r\nhost: x\r\n\r\n";
/// The head of a request whose body does not follow.
const BODILESS: &[u8] = b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
/// As long as the handler of the test waits for a body.
const BODY_TIME: Duration = Duration::from_secs(3);
const LARGE: usize = 256 * 1024;

/// Listens for connections within the process.
struct Within(Receiver<DuplexStream>);

impl Listener for Within {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A server, for as long as the value lives.
struct Serving {
    connect: Sender<DuplexStream>,
    _say_stop: tokio::sync::watch::Sender<bool>,
}

impl Serving {
    fn start() -> Self {
        let ((connect, within), (say_stop, stopping)) = (channel(1), Stopping::channel());
        let router = Router::new()
            .route("/small", get(async || "small"))
            .route("/large", get(async || vec![b'x'; LARGE]))
            .route("/unread", post(async || "unread"))
            .route(
                "/body",
                post(async |request: axum::extract::Request| {
                    let body = axum::body::to_bytes(request.into_body(), LARGE);
                    timeout(BODY_TIME, body)
                        .await
                        .map_or_else(|_| Bytes::new(), Result::unwrap_or_default)
                }),
            );
        tokio::spawn(accept_all(
            Within(within),
            CONNECTIONS,
            router,
            |()| Peer::default(),
            stopping,
        ));
        Self {
            connect,
            _say_stop: say_stop,
        }
    }

    async fn connect(&self) -> DuplexStream {
        let (client, server) = duplex(PIPE);
        self.connect.send(server).await.unwrap();
        client
    }
}

/// Reads until the issuer closes the connection. Answers what it sent, and how long it took.
async fn closed(mut client: DuplexStream) -> (String, Duration) {
    let (began, mut read) = (Instant::now(), Vec::new());
    let _broken = client.read_to_end(&mut read).await;
    (String::from_utf8_lossy(&read).into_owned(), began.elapsed())
}

/// Whether something took as long as `limit`, but for what timers are rounded by.
fn takes(took: Duration, limit: Duration) -> bool {
    (limit..limit + Duration::from_millis(100)).contains(&took)
}

#[test]
fn the_limits_are_those_of_the_documentation() {
    let seconds = [HEAD_TIME, WRITE_TIME, DRAIN_TIME].map(|limit| limit.as_secs());
    assert_eq!(seconds, [10, 30, 10]);
    assert_eq!(
        (OPERATOR_CONNECTIONS, CONNECTIONS, HEADERS, HEAD_BYTES, WRITE_RATE),
        (32, 8_192, 100, 32_768, 4_096)
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_whole_head_is_closed_in_time() {
    let serving = Serving::start();
    for head in [
        b"".as_slice(),
        b"G",
        b"GET /small HTTP/1.1\r\n",
        b"GET /small HTTP/1.1\r\nhost: x\r\n\r",
        b"\r\n\r\n\r\n",
    ] {
        let mut client = serving.connect().await;
        client.write_all(head).await.unwrap();
        let (answer, took) = closed(client).await;
        assert!(answer.is_empty(), "{answer}");
        assert!(takes(took, HEAD_TIME), "{head:?} took {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_has_no_more_time_than_one_that_does_not_come() {
    let serving = Serving::start();
    for interval in [1, 3, 9] {
        let client = serving.connect().await;
        let began = Instant::now();
        let (mut read, mut write) = tokio::io::split(client);
        let drip = async {
            for byte in b"GET /small HTTP/1.1\r\nx: ".iter().chain([b'x'; 1_000].iter()) {
                if write.write_all(&[*byte]).await.is_err() {
                    return;
                }
                sleep(Duration::from_secs(interval)).await;
            }
        };
        let mut answer = Vec::new();
        tokio::select! {
            () = drip => panic!("a thousand bytes were taken"),
            _ended = read.read_to_end(&mut answer) => {}
        }
        assert!(answer.is_empty(), "{answer:?}");
        assert!(takes(began.elapsed(), HEAD_TIME), "{interval}: {:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_head_has_as_long_as_the_first() {
    let serving = Serving::start();
    let began_with_the_first = [REQUEST, b"GET /small HTTP/1.1\r\nhost"].concat();
    for sent in [REQUEST, began_with_the_first.as_slice()] {
        let mut client = serving.connect().await;
        client.write_all(sent).await.unwrap();
        let (answer, took) = closed(client).await;
        assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
        assert!(takes(took, HEAD_TIME), "{took:?}");
    }
    // A head that begins just before the rest ends does not begin another rest.
    let mut client = serving.connect().await;
    client.write_all(REQUEST).await.unwrap();
    sleep(HEAD_TIME - Duration::from_secs(1)).await;
    client.write_all(b"GET /small").await.unwrap();
    let (_, took) = closed(client).await;
    assert!(takes(took, Duration::from_secs(1)), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_used_stays_open() {
    let serving = Serving::start();
    let (mut read, mut write) = tokio::io::split(serving.connect().await);
    let mut answer = Vec::new();
    for _ in 0..20 {
        write.write_all(REQUEST).await.unwrap();
        sleep(HEAD_TIME - Duration::from_secs(1)).await;
        read.read_buf(&mut answer).await.unwrap();
    }
    assert_eq!(String::from_utf8_lossy(&answer).matches("HTTP/1.1 200").count(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_its_handler_does_not_read_holds_no_connection() {
    let serving = Serving::start();
    for (path, limit) in [
        ("/unread", Duration::ZERO),
        ("/nowhere", Duration::ZERO),
        ("/body", BODY_TIME),
    ] {
        let head = String::from_utf8_lossy(BODILESS).replace("/body", path);
        for begun in ["", "1234"] {
            let mut client = serving.connect().await;
            client.write_all(format!("{head}{begun}").as_bytes()).await.unwrap();
            let (answer, took) = closed(client).await;
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
            assert!(takes(took, limit), "{path}: {took:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_not_taken_is_given_up_in_time() {
    let serving = Serving::start();
    let mut client = serving.connect().await;
    client
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    sleep(WRITE_TIME + Duration::from_secs(1)).await;
    let (answer, took) = closed(client).await;
    assert!(
        answer.len() <= PIPE && took.is_zero(),
        "{} after {took:?}",
        answer.len()
    );
}

/// Takes a large response, `bytes` every `interval`. Answers how much of it came, and how long it
/// took.
async fn take(bytes: usize, interval: Duration) -> (usize, Duration) {
    let (serving, began) = (Serving::start(), Instant::now());
    let mut client = serving.connect().await;
    client
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let (mut taken, mut buffer) = (0, vec![0; bytes]);
    loop {
        sleep(interval).await;
        let mut read = pin!(client.read(&mut buffer));
        match timeout(Duration::from_secs(1), &mut read).await {
            Ok(Ok(read)) if read > 0 => taken += read,
            _ => return (taken, began.elapsed()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_taken_in_drips_is_given_up() {
    for bytes in [1, 100, 1_400] {
        let (taken, took) = take(bytes, Duration::from_secs(5)).await;
        assert!(taken < LARGE / 2, "{bytes}: {taken}");
        // The bytes in the pipe by then can still be read, as slowly.
        let rest = Duration::from_secs(5) * u32::try_from(PIPE / bytes + 2).unwrap();
        assert!(took < WRITE_TIME * 2 + rest, "{bytes}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_taken_slowly_is_taken_whole() {
    let a_second = usize::try_from(WRITE_RATE).unwrap();
    let (taken, took) = take(a_second, Duration::from_secs(1)).await;
    assert!(taken > LARGE, "{taken} after {took:?}");
}
