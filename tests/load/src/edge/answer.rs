//! The servers beside an edge: issuer and upstream with the cheapest HTTP, on the core of the
//! client.

use anyhow::Result;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;

/// A response with status 200 and this body.
pub(super) fn ok_response(body: &[u8]) -> Vec<u8> {
    response("200 OK", body)
}

/// A response with this status and this body.
pub(super) fn response(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Listens, and answers every request with what `answer` makes of it.
pub(super) async fn serve(answer: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let (address, answer) = (listener.local_addr()?, Rc::new(answer));
    spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = Rc::clone(&answer);
            spawn_local(async move { converse(stream, &*answer).await });
        }
    });
    Ok(address)
}

async fn converse(mut stream: TcpStream, answer: &dyn Fn(&[u8]) -> Vec<u8>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut heard = Vec::with_capacity(16 * 1024);
    while stream.read_buf(&mut heard).await? > 0 {
        while let Some(end) = end_of_request(&heard) {
            let answer = answer(heard.get(..end).unwrap_or_default());
            heard.drain(..end);
            stream.write_all(&answer).await?;
        }
    }
    Ok(())
}

/// The end of the first request, if the request is complete.
fn end_of_request(heard: &[u8]) -> Option<usize> {
    let head = heard.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = str::from_utf8(heard.get(..head)?).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    let length: usize = length.map_or(Some(0), |length| length.parse().ok())?;
    (heard.len() >= head + length).then_some(head + length)
}
