//! An API whose answers never end: a piece of a chunked body ten times a second, for as long as the
//! client reads.

use anyhow::Result;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Time from one piece to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// A server on loopback. Its threads go on until the process ends.
#[derive(Clone, Debug)]
pub struct DripServer {
    origin: String,
}

impl DripServer {
    /// Starts the upstream.
    ///
    /// # Errors
    /// If no address can be bound.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let origin = format!("http://{}", listener.local_addr()?);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // It ends when the client reads no more.
                thread::spawn(move || drip(stream).ok());
            }
        });
        Ok(Self { origin })
    }

    /// The origin of the upstream.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

fn drip(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line)? > 2 {
        line.clear();
    }
    let stream = stream.get_mut();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")?;
    loop {
        stream.write_all(b"8\r\ndata: x\n\r\n")?;
        thread::sleep(PAUSE);
    }
}
