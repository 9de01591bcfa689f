//! Accepting connections.

use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Pause after a connection that cannot be accepted, for want of files.
const PAUSE: Duration = Duration::from_millis(100);

/// The next connection.
pub(crate) async fn accept(tcp: &TcpListener) -> TcpStream {
    loop {
        match tcp.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => sleep(PAUSE).await,
        }
    }
}
