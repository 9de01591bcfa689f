//! An API that answers each request with its number and its credential, as soon as the test lets it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// The API. Its threads end with the process of the test.
pub(super) struct HeldUpstream {
    address: SocketAddr,
    shared: Arc<UpstreamState>,
}

#[derive(Default)]
struct UpstreamState {
    requests: AtomicUsize,
    is_held: Mutex<bool>,
    changed: Condvar,
}

impl HeldUpstream {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, shared) = (listener.local_addr().unwrap(), Arc::<UpstreamState>::default());
        let accepted = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&accepted);
                thread::spawn(move || answer(stream.unwrap(), &shared));
            }
        });
        Self { address, shared }
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of requests so far.
    pub(super) fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// Holds answers back, or lets them go.
    pub(super) fn hold(&self, is_held: bool) {
        *self.shared.is_held.lock().unwrap() = is_held;
        self.shared.changed.notify_all();
    }
}

/// Answers one request, and closes the connection. A client that is gone is no fault.
fn answer(mut stream: TcpStream, shared: &UpstreamState) {
    let head = BufReader::new(stream.try_clone().unwrap()).lines();
    let head = head.map_while(Result::ok).take_while(|line| !line.is_empty());
    let head: Vec<_> = head.collect();
    if head.is_empty() {
        return;
    }
    let credential = head.iter().find_map(|line| line.strip_prefix("x-key: "));
    let number = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let held = shared.is_held.lock().unwrap();
    let _free = shared.changed.wait_while(held, |is_held| *is_held).unwrap();
    let body = match credential {
        Some(credential) => format!("{number} {credential}"),
        None => number.to_string(),
    };
    let length = body.len();
    let _gone = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
}
