//! A server that writes down what it hears, byte for byte, and answers as it is told.

use super::body::Expected;
use super::headers::{HeaderList, values};
use super::message::{HttpMessage, contains};
use anyhow::Result;
use std::io::{self, BufReader, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The time for which a connection may be silent.
const IDLE: Duration = Duration::from_secs(60);

/// A request that arrived.
#[derive(Clone, Debug, Default)]
pub struct ReceivedRequest {
    /// The method, as it was sent.
    pub method: String,
    /// The target, as it was sent.
    pub target: Vec<u8>,
    /// The headers, in order.
    pub headers: HeaderList,
    /// The body without its framing; `None` if the head announces none.
    pub body: Option<Vec<u8>>,
    /// The head as it came.
    pub head: Vec<u8>,
}

impl ReceivedRequest {
    /// Method and target, for messages.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method, String::from_utf8_lossy(&self.target))
    }

    /// The values of the headers called `name`.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<&[u8]> {
        values(&self.headers, name)
    }

    /// Whether `text` occurs anywhere in it.
    #[must_use]
    pub fn holds(&self, text: Option<&str>) -> bool {
        let body = self.body.as_deref().unwrap_or_default();
        text.is_some_and(|text| [&self.head, body].iter().any(|bytes| contains(bytes, text.as_bytes())))
    }

    fn of(message: HttpMessage) -> Self {
        let mut words = message.start.splitn(2, |byte| *byte == b' ');
        let method = String::from_utf8_lossy(words.next().unwrap_or_default()).into_owned();
        let rest = words.next().unwrap_or_default();
        let end = rest.iter().rposition(|byte| *byte == b' ').unwrap_or(rest.len());
        Self {
            method,
            target: rest.get(..end).unwrap_or_default().to_vec(),
            headers: message.headers,
            body: message.body,
            head: message.head,
        }
    }
}

/// The response of a server.
#[derive(Clone, Debug, Default)]
pub struct ServerReply {
    /// The status.
    pub status: u16,
    /// The headers, but for the framing.
    pub headers: HeaderList,
    /// The body.
    pub body: Vec<u8>,
    /// The time that the server waits before it answers.
    pub delay: Duration,
    /// Bytes to write instead of all this; the connection ends after them.
    pub raw: Option<Vec<u8>>,
}

impl ServerReply {
    /// A JSON answer.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), b"application/json".to_vec())],
            body: body.to_string().into_bytes(),
            ..Self::default()
        }
    }

    fn bytes(&self, to_head: bool) -> Vec<u8> {
        let mut out = format!("HTTP/1.1 {} x\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            out.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        let framed =
            values(&self.headers, "content-length").len() + values(&self.headers, "transfer-encoding").len() > 0;
        let bodiless = matches!(self.status, 100..200 | 204 | 304);
        if !framed && !bodiless {
            out.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        if !to_head && !bodiless {
            out.extend_from_slice(&self.body);
        }
        out
    }
}

/// A stream that a connection is spoken over: plain, or with TLS around it.
pub trait ByteStream: Read + Write + Send {}
impl<T: Read + Write + Send> ByteStream for T {}

type Responder = dyn Fn(&ReceivedRequest) -> ServerReply + Send + Sync;
type Wrap = dyn Fn(TcpStream) -> io::Result<Box<dyn ByteStream>> + Send + Sync;

/// A server on loopback. Its threads go on until the process ends.
#[derive(Clone, Debug)]
pub struct LoopbackServer {
    address: SocketAddr,
    arrivals: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl LoopbackServer {
    /// Starts a server that answers with `answer`.
    ///
    /// # Errors
    /// If no address can be bound.
    pub fn start(answer: impl Fn(&ReceivedRequest) -> ServerReply + Send + Sync + 'static) -> Result<Self> {
        Self::start_over(answer, |stream| Ok(Box::new(stream)))
    }

    /// As [`Self::start`], with `wrap` around every connection.
    ///
    /// # Errors
    /// If no address can be bound.
    pub fn start_over(
        answer: impl Fn(&ReceivedRequest) -> ServerReply + Send + Sync + 'static,
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn ByteStream>> + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let server = Self {
            address: listener.local_addr()?,
            arrivals: Arc::default(),
        };
        let (answer, wrap): (Arc<Responder>, Arc<Wrap>) = (Arc::new(answer), Arc::new(wrap));
        let of_thread = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (server, answer, wrap) = (of_thread.clone(), Arc::clone(&answer), Arc::clone(&wrap));
                // A connection that breaks has told what it had to tell.
                std::thread::spawn(move || server.serve(stream, &*answer, &*wrap).ok());
            }
        });
        Ok(server)
    }

    /// The address at which the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The origin of the server.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that have arrived since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<ReceivedRequest> {
        mem::take(&mut *self.lock())
    }

    /// The requests that have arrived. They stay.
    #[must_use]
    pub fn arrivals(&self) -> Vec<ReceivedRequest> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<ReceivedRequest>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream, answer: &Responder, wrap: &Wrap) -> io::Result<()> {
        stream.set_read_timeout(Some(IDLE))?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(wrap(stream)?);
        while let Some(mut message) = HttpMessage::head(&mut stream)? {
            // What breaks off in the body has arrived all the same.
            let whole = message.read_body(&mut stream, Expected::Announced);
            let arrival = ReceivedRequest::of(message);
            self.lock().push(arrival.clone());
            whole?;
            let to_head = arrival.method == "HEAD";
            let reply = answer(&arrival);
            std::thread::sleep(reply.delay);
            stream
                .get_mut()
                .write_all(reply.raw.as_ref().unwrap_or(&reply.bytes(to_head)))?;
            stream.get_mut().flush()?;
            if reply.raw.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }
}
