//! Frames of HTTP/2, as a client writes and reads them.

use super::*;
use tokio::io::AsyncWriteExt as _;

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;
pub(super) const END_STREAM: u8 = 1;
pub(super) const ACK: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
/// `GET` of `/small` over `http` at `x`, or another path (RFC 7541, appendix A).
pub(super) fn get(path: &str) -> Vec<u8> {
    [
        &[0x82, 0x86, 0x41, 1, b'x', 0x44, u8::try_from(path.len()).unwrap()],
        path.as_bytes(),
    ]
    .concat()
}

/// A frame (RFC 9113, section 4.1).
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A frame that the proxy sent.
pub(super) struct Received {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

/// The next frame; `None` when the connection is closed.
pub(super) async fn receive(client: &mut DuplexStream) -> Option<Received> {
    let mut head = [0; 9];
    client.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    client.read_exact(&mut payload).await.ok()?;
    Some(Received {
        kind: head[3],
        flags: head[4],
        stream: u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]),
        payload,
    })
}

/// Begins a connection with these settings, and reads those of the proxy.
pub(super) async fn begin(proxy: &TestProxy, settings: &[u8]) -> (DuplexStream, Received) {
    let mut client = proxy.connect();
    let sent = [PREFACE, &frame(SETTINGS, 0, 0, settings), &frame(SETTINGS, ACK, 0, &[])].concat();
    client.write_all(&sent).await.unwrap();
    let settings = receive(&mut client).await.unwrap();
    assert_eq!((settings.kind, settings.flags), (SETTINGS, 0));
    (client, settings)
}

pub(super) async fn answer_ping(client: &mut DuplexStream, received: &Received) {
    if received.kind == PING && received.flags == 0 {
        let _closed = client.write_all(&frame(PING, ACK, 0, &received.payload)).await;
    }
}

/// Reads until the connection is closed, and answers each PING. Answers the error codes of GOAWAY,
/// and how long it took.
pub(super) async fn ended(client: &mut DuplexStream) -> (Vec<u32>, Duration) {
    let (began, mut codes) = (Instant::now(), Vec::new());
    while let Some(received) = receive(client).await {
        if received.kind == GOAWAY {
            codes.push(u32::from_be_bytes(received.payload[4..8].try_into().unwrap()));
        }
        answer_ping(client, &received).await;
    }
    (codes, began.elapsed())
}

/// A setting (RFC 9113, section 6.5.1).
pub(super) fn setting(id: u16, value: u32) -> Vec<u8> {
    [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()
}
