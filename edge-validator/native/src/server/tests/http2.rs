//! Connections with HTTP/2, with frames that no library would send.

use super::super::connection::{CHECK_TIME, END_TIME, REST_TIME, STREAMS};
use super::frames::*;
use super::*;
use edgewrit_connections::WRITE_TIME;
use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn h6_100_streams_windows_of_64_kib_and_heads_of_48_kib_are_announced() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (_client, settings) = begin(&proxy, &[]).await;
        let has = |id: u16, value: u32| settings.payload.chunks(6).any(|one| one == setting(id, value));
        // RFC 9113, section 6.5.2: 3 is the number of streams, 4 the window of a stream, 6 the size of
        // a head. 65,535 bytes are the window of the connection if nothing is said.
        assert!(
            has(3, STREAMS) && has(4, 64 * 1024) && has(6, 48 * 1024),
            "{:?}",
            settings.payload
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn h6_a_stream_beyond_100_is_refused() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (mut client, _) = begin(&proxy, &[]).await;
        let post = [&[0x83], &get("/body")[1..]].concat();
        for stream in 0..=STREAMS {
            client
                .write_all(&frame(HEADERS, END_HEADERS, 2 * stream + 1, &post))
                .await
                .unwrap();
        }
        loop {
            let received = receive(&mut client).await.expect("the stream is refused");
            if received.kind == RST_STREAM {
                // RFC 9113, section 7: REFUSED_STREAM.
                assert_eq!(
                    (received.stream, &received.payload[..]),
                    (2 * STREAMS + 1, &[0, 0, 0, 7][..])
                );
                break;
            }
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn h6_more_than_1024_resets_in_a_minute_end_the_connection() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (mut client, _) = begin(&proxy, &[]).await;
        let mut sent = 0_u32;
        // The client lets the proxy accept each stream, so that h2 does not count it.
        let failed = loop {
            let stream = 2 * sent + 1;
            let head = frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/body"));
            let reset = frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]);
            if client.write_all(&head).await.is_err() {
                break sent;
            }
            tokio::task::yield_now().await;
            if client.write_all(&reset).await.is_err() {
                break sent;
            }
            tokio::task::yield_now().await;
            sent += 1;
            let mut read = vec![0; PIPE];
            if timeout(Duration::ZERO, client.read(&mut read))
                .await
                .is_ok_and(|read| read.unwrap_or(0) == 0)
            {
                break sent;
            }
        };
        assert!((1_024..1_040).contains(&failed), "{failed}");
        let counted: Vec<_> = proxy.faults.iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counted, [(Fault::Resets, 1)]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn h6_a_flood_of_continuations_ends_the_connection() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (client, _) = begin(&proxy, &[]).await;
        let (mut read, mut write) = tokio::io::split(client);
        let send = async {
            write
                .write_all(&frame(HEADERS, END_STREAM, 1, &get("/small")))
                .await
                .unwrap();
            let mut frames = 0;
            // `x: aaaa…` as a literal without indexing.
            let field = [&[0, 1, b'x', 0x7f, 0xe1, 0x07][..], &[b'a'; 1_120]].concat();
            while write.write_all(&frame(CONTINUATION, 0, 1, &field)).await.is_ok() {
                frames += 1;
                assert!(frames < 1_000, "the flood goes on");
            }
            frames
        };
        let drain = async {
            let mut all = Vec::new();
            let _broken = read.read_to_end(&mut all).await;
        };
        let (frames, ()) = tokio::join!(send, drain);
        assert!(frames < 200, "{frames}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_streams_is_closed() {
    locally(async {
        for requests in [0, 1] {
            let proxy = TestProxy::new(None);
            let (mut client, _) = begin(&proxy, &[]).await;
            for _ in 0..requests {
                client
                    .write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/small")))
                    .await
                    .unwrap();
            }
            let (codes, took) = ended(&mut client).await;
            assert!(codes.iter().all(|code| *code == 0) && !codes.is_empty(), "{codes:?}");
            assert!((REST_TIME..=REST_TIME + CHECK_TIME).contains(&took), "{took:?}");
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_only_pings_does_not_keep_its_connection() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (mut client, _) = begin(&proxy, &[]).await;
        let began = Instant::now();
        while client.write_all(&frame(PING, 0, 0, &[7; 8])).await.is_ok() {
            sleep(Duration::from_secs(1)).await;
            let mut read = vec![0; PIPE];
            if client.read(&mut read).await.unwrap_or(0) == 0 {
                break;
            }
            assert!(began.elapsed() < REST_TIME + CHECK_TIME + END_TIME + CHECK_TIME);
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_response_without_a_window_is_given_up_in_time() {
    locally(async {
        for window in [0, 1, 1_000] {
            // 4 is the first window of a stream.
            let proxy = TestProxy::new(None);
            let (mut client, _) = begin(&proxy, &setting(4, window)).await;
            client
                .write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/large")))
                .await
                .unwrap();
            let (_, took) = ended(&mut client).await;
            assert!(
                took >= WRITE_TIME && took <= WRITE_TIME + CHECK_TIME + END_TIME,
                "{window}: {took:?}"
            );
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_window_that_opens_by_single_bytes_is_no_window() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (client, _) = begin(&proxy, &setting(4, 0)).await;
        let (mut read, mut write) = tokio::io::split(client);
        write
            .write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/large")))
            .await
            .unwrap();
        let began = Instant::now();
        let drip = async {
            while write
                .write_all(&frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1]))
                .await
                .is_ok()
            {
                sleep(Duration::from_secs(5)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut all = Vec::new();
        tokio::select! {
            () = drip => {}
            _ended = read.read_to_end(&mut all) => {}
        }
        assert!(began.elapsed() <= WRITE_TIME * 2 + END_TIME, "{:?}", began.elapsed());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_taken_slowly_is_taken_whole() {
    locally(async {
        let proxy = TestProxy::new(None);
        let (mut client, _) = begin(&proxy, &setting(4, 16 * 1024)).await;
        client
            .write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/large")))
            .await
            .unwrap();
        let mut taken = 0;
        while taken < LARGE {
            let received = receive(&mut client).await.expect("the connection is open");
            answer_ping(&mut client, &received).await;
            if received.kind != DATA || received.payload.is_empty() {
                continue;
            }
            taken += received.payload.len();
            sleep(Duration::from_secs(1)).await;
            let length = u32::try_from(received.payload.len()).unwrap().to_be_bytes();
            for stream in [0, 1] {
                client
                    .write_all(&frame(WINDOW_UPDATE, 0, stream, &length))
                    .await
                    .unwrap();
            }
        }
    })
    .await;
}
