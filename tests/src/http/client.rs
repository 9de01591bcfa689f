//! A client on a plain socket.

use super::body::Expected;
use super::h2;
use super::message::HttpMessage;
use super::response::HttpResponse;
use anyhow::{Context as _, Result};
use std::io::{self, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// The time for an answer, unless the caller says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to a host under test.
#[derive(Debug)]
pub struct ClientConnection {
    stream: BufReader<TcpStream>,
}

impl ClientConnection {
    /// Connects; answers may take `patience`.
    ///
    /// # Errors
    /// If no server listens.
    pub fn open(address: SocketAddr, patience: Duration) -> Result<Self> {
        let stream =
            TcpStream::connect_timeout(&address, patience).with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// If the other side has closed or takes nothing more.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Lets further answers take `patience`.
    pub fn wait(&self, patience: Duration) {
        // A connection that is gone has no more answers, however long one waits.
        let _ = self.stream.get_ref().set_read_timeout(Some(patience));
    }

    /// Ends the connection in both directions.
    pub fn close(&self) {
        // It may be closed already, which is as good.
        let _ = self.stream.get_ref().shutdown(Shutdown::Both);
    }

    /// The answers on `count` streams of a connection that began with [`h2::PREFACE`]: statuses,
    /// and blocks of fields behind bodies.
    pub fn read_h2(&mut self, count: usize) -> Vec<HttpResponse> {
        h2::answers(self.stream.get_mut(), count)
    }

    /// Sends a request with a body over HTTP/2, as fast as the other side takes it, and reads the
    /// answer's status.
    ///
    /// # Errors
    /// If the connection breaks.
    pub fn post_h2(&mut self, fields: &[u8], body: &[u8]) -> io::Result<HttpResponse> {
        h2::post(self.stream.get_mut(), fields, body)
    }

    /// The next answer that is not an interim one (1xx); `None` if the connection ends, breaks or
    /// stays silent.
    pub fn read(&mut self, to_head: bool) -> Option<HttpResponse> {
        let mut interim = Vec::new();
        loop {
            let mut message = HttpMessage::head(&mut self.stream).ok()??;
            let status = status(&message.start);
            message.read_body(&mut self.stream, expected(status, to_head)).ok()?;
            if (100..200).contains(&status) {
                interim.push(status);
            } else {
                return Some(HttpResponse {
                    interim,
                    trailers: message.trailers,
                    status,
                    headers: message.headers,
                    body: message.body.unwrap_or_default(),
                });
            }
        }
    }
}

/// Sends one request, complete as `bytes`, on a connection of its own and reads the answer.
///
/// # Errors
/// If no server listens or no answer comes.
pub fn send(address: SocketAddr, bytes: &[u8]) -> Result<HttpResponse> {
    send_within(PATIENCE, address, bytes)
}

/// As [`send`], of which the answer may take `patience`.
///
/// # Errors
/// If no server listens or no answer comes.
pub fn send_within(patience: Duration, address: SocketAddr, bytes: &[u8]) -> Result<HttpResponse> {
    let mut connection = ClientConnection::open(address, patience)?;
    // A host may refuse and close before it has read everything; its answer still counts.
    let written = connection.write(bytes);
    let answer = connection.read(bytes.starts_with(b"HEAD "));
    answer.with_context(|| format!("no answer from {address} (the request was written: {written:?})"))
}

fn status(start: &[u8]) -> u16 {
    let code = start.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    str::from_utf8(code)
        .ok()
        .and_then(|code| code.parse().ok())
        .unwrap_or(0)
}

fn expected(status: u16, to_head: bool) -> Expected {
    match status {
        100..200 | 204 | 304 => Expected::Never,
        _ if to_head => Expected::Never,
        _ => Expected::UntilClose,
    }
}
