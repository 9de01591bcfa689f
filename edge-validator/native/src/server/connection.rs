//! One connection of a client, within limits of time, of heads and of streams.

use super::activity::{Activity, PacedBody, StreamExecutor};
use super::tls::{agreed_version, shake_hands};
use edgewrit_connections::{FaultCounts, GUARDED_HEAD_BYTES, GuardedStream, HttpVersion, PacedStream, http1_builder};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::server::ServerConfig;
use std::convert::Infallible;
use std::error::Error;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

/// Longest time for which a connection may rest between two requests.
pub(super) const REST_TIME: Duration = Duration::from_secs(60);
/// Streams of one connection at the same time.
pub(super) const STREAMS: u32 = 100;
/// Bytes of bodies that a client may send before a handler reads them: of one stream, and of all
/// streams of a connection.
const WINDOW: u32 = 64 * 1024;
/// Most streams that the proxy resets for faults of the client, in the life of a connection.
const FAULTY_STREAMS: usize = 1_024;
/// Pause between two checks of a connection with HTTP/2.
pub(super) const CHECK_TIME: Duration = Duration::from_secs(5);
/// Time after which the proxy asks a silent client with open streams whether it is there.
const PING_TIME: Duration = Duration::from_secs(60);
/// Longest time for an orderly end of a connection.
pub(super) const END_TIME: Duration = Duration::from_secs(15);

/// Why the process stops, or that it does not.
pub(super) type Stopping = watch::Receiver<bool>;

/// Waits until the process stops.
pub(super) async fn stopped(mut stopping: Stopping) {
    // Without a sender, the process is over.
    let _over = stopping.wait_for(|stopping| *stopping).await;
}

/// Serves a client that may speak TLS, until the connection ends. Counts its fault in `faults`.
pub(super) async fn serve<S, A, F, B>(
    stream: S,
    tls: Option<Arc<ServerConfig>>,
    handshakes: &Semaphore,
    faults: Arc<FaultCounts>,
    answer: A,
    stopping: Stopping,
) where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    A: Fn(Request<Incoming>) -> F + 'static,
    F: Future<Output = Response<B>> + 'static,
    B: Body + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let stream = PacedStream::new(stream);
    let Some(config) = tls else {
        return serve_http(stream, None, faults, answer, stopping).await;
    };
    let stream = tokio::select! {
        stream = shake_hands(stream, config, handshakes) => stream,
        () = stopped(stopping.clone()) => None,
    };
    if let Some(stream) = stream {
        let agreed = agreed_version(&stream);
        serve_http(stream, agreed, faults, answer, stopping).await;
    }
}

/// Serves the version that the client speaks, which must be the `agreed` one.
async fn serve_http<S, A, F, B>(
    stream: S,
    agreed: Option<HttpVersion>,
    faults: Arc<FaultCounts>,
    answer: A,
    stopping: Stopping,
) where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    A: Fn(Request<Incoming>) -> F + 'static,
    F: Future<Output = Response<B>> + 'static,
    B: Body + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut stream = GuardedStream::new(stream, faults);
    let version = tokio::select! {
        version = stream.read_version() => version,
        () = stopped(stopping.clone()) => return,
    };
    match version {
        Ok(version) if agreed.is_some_and(|agreed| agreed != version) => {}
        Ok(HttpVersion::Http1) => serve_http1(TokioIo::new(stream), answer, stopping).await,
        Ok(HttpVersion::Http2) => serve_http2(TokioIo::new(stream), answer, stopping).await,
        Err(_) => {}
    }
}

// A connection that ends in an error has no client left to tell.

async fn serve_http1<S, A, F, B>(stream: TokioIo<S>, answer: A, stopping: Stopping)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<B>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let service = service_fn(|request| {
        let answered = answer(request);
        async { Ok::<_, Infallible>(answered.await) }
    });
    let mut connection = pin!(http1_builder(REST_TIME, GUARDED_HEAD_BYTES).serve_connection(stream, service));
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = stopped(stopping) => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}

async fn serve_http2<S, A, F, B>(stream: TokioIo<S>, answer: A, stopping: Stopping)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<B>> + 'static,
    B: Body + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let activity = Activity::begin(Instant::now());
    let service = service_fn(|request| {
        let (answered, activity) = (answer(request), Rc::clone(&activity));
        async move { Ok::<_, Infallible>(answered.await.map(|body| PacedBody::new(body, activity))) }
    });
    let mut connection = pin!(http2_builder(&activity).serve_connection(stream, service));
    let mut stop = pin!(stopped(stopping));
    let mut checks = interval(CHECK_TIME);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ended = connection.as_mut() => return,
            () = stop.as_mut() => break,
            _ = checks.tick() => if activity.is_over(Instant::now(), REST_TIME) {
                break;
            },
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ended = timeout(END_TIME, connection).await;
}

fn http2_builder(activity: &Rc<Activity>) -> http2::Builder<StreamExecutor> {
    let mut builder = http2::Builder::new(StreamExecutor(Rc::clone(activity)));
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(u32::try_from(GUARDED_HEAD_BYTES).unwrap_or(u32::MAX))
        .max_send_buf_size(WINDOW as usize)
        // As many as can be reset before they are accepted.
        .max_pending_accept_reset_streams(STREAMS as usize)
        .max_local_error_reset_streams(FAULTY_STREAMS)
        .keep_alive_interval(PING_TIME);
    builder
}
