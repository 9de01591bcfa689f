//! An upstream that does on each connection what a script says, and counts what it executes.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::spawn_local;

/// An upstream, as its test sees it.
#[derive(Clone)]
pub(crate) struct Scripted {
    origin: String,
    seen: Rc<Seen>,
}

/// What an upstream has seen.
#[derive(Default)]
pub(crate) struct Seen {
    connections: Cell<usize>,
    /// The heads and bodies of the requests that arrived whole.
    executed: RefCell<Vec<String>>,
    changed: Notify,
    /// What the script and the test say to each other.
    pub(crate) told: Cell<usize>,
}

/// One connection to the upstream.
pub(crate) struct Line<S = TcpStream> {
    pub(crate) stream: S,
    /// The place of the connection, from 0.
    pub(crate) place: usize,
    pub(crate) seen: Rc<Seen>,
    unread: Vec<u8>,
}

impl Scripted {
    /// Starts an upstream that runs `script` on each connection.
    pub(crate) async fn start<F: Future<Output = io::Result<()>>>(
        script: impl Fn(Line) -> F + Clone + 'static,
    ) -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    /// Starts an upstream that holds few bytes that it has not read.
    pub(crate) async fn start_with_small_buffer<F: Future<Output = io::Result<()>>>(
        script: impl Fn(Line) -> F + Clone + 'static,
    ) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Self::serve(socket.listen(8).unwrap(), script)
    }

    fn serve<F: Future<Output = io::Result<()>>>(
        listener: TcpListener,
        script: impl Fn(Line) -> F + Clone + 'static,
    ) -> Self {
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Rc::new(Seen::default());
        let listened = Rc::clone(&seen);
        spawn_local(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let place = listened.connections.get();
                listened.connections.set(place + 1);
                listened.changed.notify_waiters();
                let line = Line::new(stream, place, Rc::clone(&listened));
                let script = script.clone();
                spawn_local(async move { script(line).await });
            }
        });
        Self { origin, seen }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.get()
    }

    /// The requests that arrived whole.
    pub(crate) fn executed(&self) -> Vec<String> {
        self.seen.executed.borrow().clone()
    }

    /// Says a number to the script.
    pub(crate) fn say(&self, number: usize) {
        self.seen.say(number);
    }

    /// The number that the script has said.
    pub(crate) fn told(&self) -> usize {
        self.seen.told.get()
    }

    /// Waits until the script has told so many things.
    pub(crate) async fn wait_told(&self, number: usize) {
        self.seen.wait(|seen| seen.told.get() >= number).await;
    }

    /// Waits until the script says 0.
    pub(crate) async fn wait_quiet(&self) {
        self.seen.wait(|seen| seen.told.get() == 0).await;
    }

    /// Waits until so many requests have arrived whole.
    pub(crate) async fn wait_executed(&self, number: usize) {
        self.seen.wait(|seen| seen.executed.borrow().len() >= number).await;
    }
}

impl Seen {
    /// Adds one to the number of which the script and the test speak.
    pub(crate) fn tell(&self) {
        self.say(self.told.get() + 1);
    }

    /// Says a number.
    pub(crate) fn say(&self, number: usize) {
        self.told.set(number);
        self.changed.notify_waiters();
    }

    pub(crate) fn execute(&self, request: String) {
        self.executed.borrow_mut().push(request);
        self.changed.notify_waiters();
    }

    /// Waits for a condition.
    pub(crate) async fn wait(&self, is_met: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            if is_met(self) {
                return;
            }
            changed.await;
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub(crate) fn new(stream: S, place: usize, seen: Rc<Seen>) -> Self {
        Self {
            stream,
            place,
            seen,
            unread: Vec::new(),
        }
    }

    /// Reads a request to its end, and counts it. The error is the end of the connection.
    pub(crate) async fn read_request(&mut self) -> io::Result<String> {
        let head = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let text = String::from_utf8(self.unread[..head].to_vec()).unwrap();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let whole = head + length.map_or(0, |length| length.parse::<usize>().unwrap());
        while self.unread.len() < whole {
            self.read_more().await?;
        }
        let request: Vec<u8> = self.unread.drain(..whole).collect();
        let request = String::from_utf8(request).unwrap();
        self.seen.execute(request.clone());
        Ok(request)
    }

    async fn read_more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.unread).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Reads exactly so many bytes of a request, and counts nothing.
    pub(crate) async fn read_bytes(&mut self, number: usize) -> io::Result<()> {
        let mut bytes = vec![0; number];
        self.stream.read_exact(&mut bytes).await.map(drop)
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref()).await?;
        self.stream.flush().await
    }

    /// Answers each request with its target.
    pub(crate) async fn echo_paths(mut self) -> io::Result<()> {
        loop {
            let request = self.read_request().await?;
            self.echo_path(&request).await?;
        }
    }

    /// Answers a request with its target.
    pub(crate) async fn echo_path(&mut self, request: &str) -> io::Result<()> {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let length = path.len();
        self.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{path}"))
            .await
    }
}
