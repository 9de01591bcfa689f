//! Connections with HTTP/1.1. The guard has tests of its own.

use super::super::connection::{END_TIME, REST_TIME};
use super::*;
use edgewrit_connections::{HEAD_TIME, WRITE_TIME};
use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn h6_a_head_has_10_seconds() {
    locally(async {
        let proxy = TestProxy::new(None);
        for begun in [
            b"".as_slice(),
            b"GET /small HTTP/1.1\r\nhost",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r",
        ] {
            let mut client = proxy.connect();
            client.write_all(begun).await.unwrap();
            let (answer, took) = closed(&mut client).await;
            assert!(answer.is_empty() && takes(took, HEAD_TIME), "{answer} after {took:?}");
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_at_rest_is_closed() {
    locally(async {
        let proxy = TestProxy::new(None);
        let mut client = proxy.connect();
        for _ in 0..3 {
            client.write_all(REQUEST).await.unwrap();
            sleep(REST_TIME - Duration::from_secs(1)).await;
        }
        let (answer, took) = closed(&mut client).await;
        assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
        assert!(takes(took, Duration::from_secs(1)), "{took:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_not_taken_is_given_up_in_time() {
    locally(async {
        let proxy = TestProxy::new(None);
        let mut client = proxy.connect();
        client
            .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        sleep(WRITE_TIME + Duration::from_secs(1)).await;
        let (answer, took) = closed(&mut client).await;
        assert!(
            answer.len() <= PIPE && took.is_zero(),
            "{} after {took:?}",
            answer.len()
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_holds_no_connection() {
    locally(async {
        let proxy = TestProxy::new(None);
        for (path, limit) in [("/small", Duration::ZERO), ("/body", BODY_TIME)] {
            let mut client = proxy.connect();
            let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1234");
            client.write_all(head.as_bytes()).await.unwrap();
            let mut answer = vec![0; 12];
            let began = Instant::now();
            client.read_exact(&mut answer).await.unwrap();
            assert_eq!(answer, b"HTTP/1.1 200", "{path}");
            assert!(takes(began.elapsed(), limit), "{path}: {:?}", began.elapsed());
            // The rest of the body has a second to come, so that the client gets the answer.
            let (_, took) = closed(&mut client).await;
            assert!(took <= Duration::from_secs(2), "{path}: {took:?}");
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_after_its_request_when_the_process_stops() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (mut silent, mut resting, mut busy) = (proxy.connect(), proxy.connect(), proxy.connect());
        resting.write_all(REQUEST).await.unwrap();
        busy.write_all(b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\na")
            .await
            .unwrap();
        sleep(Duration::from_secs(1)).await;
        proxy.say_stop.send_replace(true);
        for client in [&mut silent, &mut resting] {
            let (_, took) = closed(client).await;
            assert!(took.is_zero(), "{took:?}");
        }
        busy.write_all(b"b").await.unwrap();
        let (answer, took) = closed(&mut busy).await;
        assert!(answer.contains("\r\n2\r\nab\r\n"), "{answer}");
        assert!(took < END_TIME, "{took:?}");
    })
    .await;
}
