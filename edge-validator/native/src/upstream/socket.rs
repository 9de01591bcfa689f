//! A TCP connection to an upstream. It refuses to carry a request behind bytes that arrived before
//! the request: they are no response to it.

use rustix::net::{RecvFlags, recv};
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection, as its task reads and writes it.
#[derive(Debug)]
pub(super) struct Socket(Rc<Shared>);

/// A TCP connection, as its pool sees it. It does not keep the connection open.
#[derive(Debug)]
pub(super) struct Inspector(Weak<Shared>);

#[derive(Debug)]
struct Shared {
    tcp: RefCell<TcpStream>,
    /// Whether the next byte to write is the first of a request behind another response.
    begins: Cell<bool>,
    /// Whether the system has taken all bytes of the last write.
    is_written: Cell<bool>,
}

impl Socket {
    pub(super) fn new(tcp: TcpStream) -> Self {
        Self(Rc::new(Shared {
            tcp: RefCell::new(tcp),
            begins: Cell::new(false),
            is_written: Cell::new(true),
        }))
    }

    pub(super) fn inspector(&self) -> Inspector {
        Inspector(Rc::downgrade(&self.0))
    }
}

impl Inspector {
    /// Whether the connection is open and nothing has arrived.
    pub(super) fn is_quiet(&self) -> bool {
        self.0.upgrade().is_some_and(|shared| shared.is_quiet())
    }

    /// Whether the system has taken all bytes that were to be written.
    pub(super) fn is_written(&self) -> bool {
        self.0.upgrade().is_some_and(|shared| shared.is_written.get())
    }

    /// Says that another request begins. Its first byte is written only if the connection is quiet
    /// by then.
    pub(super) fn begin_request(&self) {
        if let Some(shared) = self.0.upgrade() {
            shared.begins.set(true);
        }
    }
}

impl Shared {
    /// Whether the connection is open and nothing has arrived. The system is asked, because the
    /// runtime may not have seen its last events.
    fn is_quiet(&self) -> bool {
        let mut byte = [0_u8; 1];
        let peeked = recv(
            &*self.tcp.borrow(),
            &mut byte[..],
            RecvFlags::PEEK | RecvFlags::DONTWAIT,
        );
        peeked.is_err_and(|error| io::Error::from(error).kind() == io::ErrorKind::WouldBlock)
    }

    fn check_first_byte(&self) -> io::Result<()> {
        match self.begins.replace(false) && !self.is_quiet() {
            true => Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the upstream sent or closed before the request was written",
            )),
            false => Ok(()),
        }
    }

    /// Writes some of `length` bytes.
    fn poll_write(
        &self,
        length: usize,
        write: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.check_first_byte()?;
        let written = self.poll(write);
        self.is_written
            .set(matches!(written, Poll::Ready(Ok(taken)) if taken == length));
        written
    }

    fn poll<T>(&self, act: impl FnOnce(Pin<&mut TcpStream>) -> T) -> T {
        act(Pin::new(&mut *self.tcp.borrow_mut()))
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.0.poll(|tcp| tcp.poll_read(context, bytes))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.poll_write(bytes.len(), |tcp| tcp.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = bytes.iter().map(|part| part.len()).sum();
        self.0.poll_write(length, |tcp| tcp.poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.0.tcp.borrow().is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll(|tcp| tcp.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll(|tcp| tcp.poll_shutdown(context))
    }
}
