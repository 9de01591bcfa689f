//! An upstream that speaks HTTP/2 and answers every request with the same frames.

use crate::http::{ByteStream, PREFACE, frame, kind, read_frame};
use anyhow::Result;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
/// The connection preface, without the settings behind it (RFC 9113, section 3.4).
const MAGIC_BYTES: usize = 24;

/// A server on loopback. Its threads go on until the process ends.
#[derive(Clone, Debug)]
pub struct Framed {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Framed {
    /// Starts one that answers with these frames: kind, by name, flags, payload. `wrap` is put
    /// around every connection.
    ///
    /// # Errors
    /// If no address can be bound.
    pub fn start(
        answer: Vec<(&'static str, u8, Vec<u8>)>,
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn ByteStream>> + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let framed = Self {
            address: listener.local_addr()?,
            heard: Arc::default(),
        };
        let (of_thread, answer, wrap) = (framed.clone(), Arc::new(answer), Arc::new(wrap));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (framed, answer, wrap) = (of_thread.clone(), Arc::clone(&answer), Arc::clone(&wrap));
                let serve = move || {
                    stream.set_nodelay(true)?;
                    framed.serve(wrap(stream)?, &answer)
                };
                // A connection that breaks has told what it had to tell.
                thread::spawn(move || serve().ok());
            }
        });
        Ok(framed)
    }

    /// The address at which the upstream listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of frames of the kind called `name` that have arrived.
    #[must_use]
    pub fn heard(&self, name: &str) -> usize {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().filter(|own| Some(**own) == kind(name)).count()
    }

    fn serve(&self, mut stream: Box<dyn ByteStream>, answer: &[(&'static str, u8, Vec<u8>)]) -> io::Result<()> {
        let is = |own: u8, name| Some(own) == kind(name);
        stream.read_exact(&mut [0; MAGIC_BYTES])?;
        stream.write_all(PREFACE.get(MAGIC_BYTES..).unwrap_or_default())?;
        loop {
            let (own, flags, id, payload) = read_frame(&mut stream)?;
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(own);
            if (is(own, "settings") || is(own, "ping")) && flags & ACK == 0 {
                let payload = if is(own, "ping") { &*payload } else { &[] };
                stream.write_all(&frame(own, ACK, 0, payload))?;
            }
            if (is(own, "headers") || is(own, "data")) && flags & END_STREAM != 0 {
                for (name, flags, payload) in answer {
                    stream.write_all(&frame(kind(name).unwrap_or_default(), *flags, id, payload))?;
                }
            }
        }
    }
}
