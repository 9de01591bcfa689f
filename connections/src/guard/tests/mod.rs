//! The guard by itself and in front of hyper.

mod agreement;
mod chunk_rules;
mod http2;
mod rules;
mod splits;
mod time;

use super::*;
use crate::{GUARDED_HEAD_BYTES, http1_builder};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

/// A request without a body.
const REQUEST: &[u8] = b"GET /a?b=c HTTP/1.1\r\nhost: x\r\n\r\n";
/// A request with a length.
const WITH_LENGTH: &[u8] = b"POST /a HTTP/1.1\r\nHost:x\r\nContent-Length: 5 \r\n\r\nhello";
/// A request with chunks, an extension and a trailer.
const WITH_CHUNKS: &[u8] =
    b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0A\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n";
/// Longer than anything that a test sends.
const PIPE: usize = 256 * 1024;
/// Longer than a connection may rest.
const REST: Duration = Duration::from_secs(60);

/// Answers a request with its method, target and body.
async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let (status, body) = match body.collect().await {
        Ok(body) => (StatusCode::OK, body.to_bytes()),
        Err(_) => (StatusCode::UNPROCESSABLE_ENTITY, Bytes::new()),
    };
    let line = format!("[{} {} {}]", head.method, head.uri, String::from_utf8_lossy(&body));
    let mut response = Response::new(Full::new(line.into()));
    *response.status_mut() = status;
    Ok(response)
}

/// Serves one connection until it ends.
async fn serve(server: DuplexStream, faults: Arc<FaultCounts>) {
    let mut stream = GuardedStream::new(server, faults);
    if stream
        .read_version()
        .await
        .is_ok_and(|version| version == HttpVersion::Http1)
    {
        let connection =
            http1_builder(REST, GUARDED_HEAD_BYTES).serve_connection(TokioIo::new(stream), service_fn(echo));
        let _ended = connection.await;
    }
}

/// The text of everything that the server answers to `sent`.
async fn answers(sent: &[u8]) -> String {
    answers_counted(sent, &Arc::default()).await
}

/// As [`answers`], with the faults counted.
async fn answers_counted(sent: &[u8], faults: &Arc<FaultCounts>) -> String {
    let (mut client, server) = duplex(PIPE);
    tokio::spawn(serve(server, Arc::clone(faults)));
    client.write_all(sent).await.unwrap();
    let mut answer = Vec::new();
    let _broken = client.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// Follows the whole `input` at once.
fn follow(input: &[u8]) -> Progress {
    Messages::default().follow(input)
}
