//! Ports that no process uses.

use anyhow::{Result, bail};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};

/// The first port of the search. The range ends below 32768, where Linux starts to take ports for
/// outgoing connections, so that a port stays free between the moment it is found and the moment a
/// child binds it.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A UDP socket on the number of each port that this process has taken. The tests run in many
/// processes at once, and the kernel gives such a socket to one of them, until this process ends.
static CLAIMS: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

/// An address on loopback whose port was free a moment ago, and which this function gives to no
/// other test while this process runs.
///
/// # Errors
/// If no port of the range is free.
pub fn free() -> Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Two test processes that run side by side start to search far apart.
    let start = u16::try_from(std::process::id() % u32::from(COUNT / 100)).unwrap_or(0) * 100;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start.wrapping_add(step) % COUNT);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if let Ok(claim) = UdpSocket::bind(address)
            && TcpListener::bind(address).is_ok()
        {
            CLAIMS.lock().unwrap_or_else(PoisonError::into_inner).push(claim);
            return Ok(address);
        }
    }
    bail!("no free port from {FIRST} to {}", FIRST + COUNT - 1)
}
