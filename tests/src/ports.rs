//! Ports that nobody uses.

use anyhow::{Result, bail};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Where the search starts. The range ends below 32768, where Linux starts to take ports for outgoing connections, so that a
/// port stays free between the moment it is found and the moment a child binds it.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// An address on loopback whose port was free a moment ago and is not handed out again by this process.
///
/// # Errors
/// If no port of the range is free.
pub fn free() -> Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Two test programs that run side by side start to search far apart.
    let start = u16::try_from(std::process::id() % u32::from(COUNT / 100)).unwrap_or(0) * 100;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start.wrapping_add(step) % COUNT);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("no free port from {FIRST} to {}", FIRST + COUNT - 1)
}
