//! Every way to hold a connection, with time that passes as fast as it can.

mod frames;
mod http1;
mod http2;
mod tls;

use super::connection::{Stopping, serve};
use edgewrit_connections::{Fault, FaultCounts};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::{Request, Response};
use rustls::server::ServerConfig;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};
use tokio::sync::{Semaphore, watch};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, timeout};

/// Bytes between client and proxy that neither has read.
const PIPE: usize = 64 * 1024;
/// Bytes of the response to `/large`.
const LARGE: usize = 1024 * 1024;
/// As long as the handler of the tests waits for a body.
const BODY_TIME: Duration = Duration::from_secs(3);
const REQUEST: &[u8] = b"GET /small HTTP/1.1\r\nhost: x\r\n\r\n";

/// Bytes of a frame of a response.
const FRAME: usize = 8 * 1024;

/// A response in frames, as an upstream sends it.
struct Frames(Bytes);

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.0.len().min(FRAME);
        let frame = self.0.split_to(length);
        Poll::Ready((!frame.is_empty()).then(|| Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

/// Answers `/large` with a large response, `/body` after its body, and every other path at once.
async fn answer(request: Request<Incoming>) -> Response<Frames> {
    let body = match request.uri().path() {
        "/large" => Bytes::from(vec![b'x'; LARGE]),
        "/body" => {
            let body = timeout(BODY_TIME, request.into_body().collect()).await;
            body.map_or_else(
                |_| Bytes::new(),
                |body| body.map(|body| body.to_bytes()).unwrap_or_default(),
            )
        }
        _ => Bytes::from_static(b"small"),
    };
    Response::new(Frames(body))
}

/// A proxy, for as long as the value lives.
struct TestProxy {
    say_stop: watch::Sender<bool>,
    tls: Option<Arc<ServerConfig>>,
    handshakes: Arc<Semaphore>,
    faults: Arc<FaultCounts>,
}

impl TestProxy {
    fn new(tls: Option<Arc<ServerConfig>>) -> Self {
        Self {
            say_stop: watch::channel(false).0,
            tls,
            handshakes: Arc::new(Semaphore::new(1)),
            faults: Arc::default(),
        }
    }

    fn connect(&self) -> DuplexStream {
        let (client, server) = duplex(PIPE);
        let (tls, handshakes) = (self.tls.clone(), Arc::clone(&self.handshakes));
        let faults = Arc::clone(&self.faults);
        let stopping: Stopping = self.say_stop.subscribe();
        spawn_local(async move { serve(server, tls, &handshakes, faults, answer, stopping).await });
        client
    }
}

/// Runs a test that spawns tasks on its thread.
async fn locally(test: impl Future<Output = ()>) {
    LocalSet::new().run_until(test).await;
}

/// Reads until the proxy closes the connection. Answers what it sent, and how long it took.
async fn closed(client: &mut DuplexStream) -> (String, Duration) {
    let (began, mut read) = (Instant::now(), Vec::new());
    let _broken = client.read_to_end(&mut read).await;
    (String::from_utf8_lossy(&read).into_owned(), began.elapsed())
}

/// Whether something took as long as `limit`, but for what timers are rounded by.
fn takes(took: Duration, limit: Duration) -> bool {
    (limit..limit + Duration::from_millis(100)).contains(&took)
}
