//! The time for a head.

use super::*;
use tokio::time::Instant;

/// Asserts that the server closes the connection after [`HEAD_TIME`], without an answer to what came
/// since `began`.
async fn closes_in_time(mut client: DuplexStream, began: Instant) -> String {
    let mut answer = Vec::new();
    let _broken = client.read_to_end(&mut answer).await;
    let took = began.elapsed();
    assert!(
        (HEAD_TIME..HEAD_TIME + Duration::from_millis(100)).contains(&took),
        "{took:?}"
    );
    String::from_utf8(answer).unwrap()
}

#[tokio::test(start_paused = true)]
async fn h6_a_first_head_has_10_seconds() {
    for begun in [
        b"".as_slice(),
        b"G",
        b"PRI * HTTP/2",
        b"GET /a HTTP/1.1\r\nhost: x\r\n\r",
    ] {
        let ((mut client, server), began) = (duplex(PIPE), Instant::now());
        tokio::spawn(serve(server, Arc::default()));
        client.write_all(begun).await.unwrap();
        assert_eq!(closes_in_time(client, began).await, "", "{begun:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn h6_a_later_head_has_10_seconds_from_its_first_byte() {
    let (mut client, server) = duplex(PIPE);
    tokio::spawn(serve(server, Arc::default()));
    client.write_all(REQUEST).await.unwrap();
    sleep(REST / 2).await;
    client.write_all(b"GET /").await.unwrap();
    let answer = closes_in_time(client, Instant::now()).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn h6_a_head_that_drips_has_10_seconds() {
    let ((client, server), began) = (duplex(PIPE), Instant::now());
    tokio::spawn(serve(server, Arc::default()));
    let (mut read, mut write) = tokio::io::split(client);
    let drip = async {
        for byte in REQUEST.iter().cycle() {
            let _closed = write.write_all(&[*byte]).await;
            sleep(Duration::from_millis(900)).await;
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = drip => {}
        _ended = read.read_to_end(&mut answer) => {}
    }
    assert!(answer.is_empty());
    assert!(began.elapsed() < HEAD_TIME + Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn a_refused_client_that_goes_on_sending_gets_its_answer() {
    let ((client, server), began) = (duplex(1024), Instant::now());
    tokio::spawn(serve(server, Arc::default()));
    let (mut read, mut write) = tokio::io::split(client);
    let send = async {
        let _closed = write.write_all(b"GET / HTTP/1.0\r\n\r\n").await;
        loop {
            if write.write_all(&[b'a'; 512]).await.is_err() {
                return std::future::pending::<()>().await;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = send => {}
        _ended = read.read_to_end(&mut answer) => {}
    }
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 400 "));
    assert!(began.elapsed() <= LINGER_TIME);
}
