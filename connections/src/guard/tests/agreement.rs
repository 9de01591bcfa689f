//! Guard and hyper agree on where each request ends.

use super::*;
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Pieces of requests, of which hyper accepts more than the guard does.
const PARTS: [&str; 48] = [
    "GET /a HTTP/1.1\r\n",
    "POST /b HTTP/1.1\r\n",
    "HEAD /c HTTP/1.1\r\n",
    "GET http://x/ HTTP/1.1\r\n",
    "GET / HTTP/1.0\r\n",
    "CONNECT x HTTP/1.1\r\n",
    "GET /a#b HTTP/1.1\r\n",
    "GET  /a HTTP/1.1\r\n",
    "host: x\r\n",
    "host: x\r\n\r\n",
    "Host:y\n",
    "content-length: 5\r\n",
    "content-length: 5\r\n\r\nhello",
    "content-length: 0\r\n\r\n",
    "Content-Length: 3\r\n",
    "content-length : 4\r\n",
    "content-length: 5, 5\r\n",
    "transfer-encoding: chunked\r\n",
    "transfer-encoding: chunked\r\n\r\n",
    "transfer-encoding: gzip, chunked\r\n",
    "Transfer-Encoding:\tCHUNKED\r\n",
    "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "5\r\nhello\r\n",
    "5;e=f\r\nhello\r\n",
    "005 \r\nhello\r\n",
    "5\nhello\n",
    "0\r\n\r\n",
    "0\r\nx: a\r\n\r\n",
    "0\r\n",
    "A\r\n0123456789\r\n",
    "x: a\r\n",
    "x: a\r\n b\r\n",
    "x : a\r\n",
    "connection: close\r\n",
    "connection: keep-alive\r\n",
    "expect: 100-continue\r\n",
    "upgrade: h2c\r\nconnection: upgrade\r\n",
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    "\0",
    ":",
    "hello",
    "PRI * HTTP/2.0\r\n\r\n",
    "ffffffffffffffff\r\n",
    "x: \u{ff}\r\n",
];

/// Strict requests.
const REQUESTS: [&[u8]; 3] = [REQUEST, WITH_LENGTH, WITH_CHUNKS];
/// Beginnings of a connection.
const BEGINNINGS: [&str; 3] = ["GET /a HTTP/1.1\r\nhost: x\r\n", "POST /a HTTP/1.1\r\nhost: x\r\n", ""];

/// Bytes that end something, or begin something.
const MARKS: &[u8] = b"\r\n \t:;,05aF\0#_";

fn input() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![assembled(), edited()]
}

/// Parts in any order.
fn assembled() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        20 => prop::sample::select(&PARTS[..]).prop_map(|part| part.as_bytes().to_vec()),
        4 => prop::sample::select(&REQUESTS[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    (
        prop::sample::select(&BEGINNINGS[..]),
        prop::collection::vec(part, 1..12),
    )
        .prop_map(|(head, parts)| [head.as_bytes(), &parts.concat()].concat())
}

/// Strict requests of which a few bytes are replaced by another number of bytes.
fn edited() -> impl Strategy<Value = Vec<u8>> {
    let requests = prop::collection::vec(prop::sample::select(&REQUESTS[..]), 1..4);
    let mark = prop::collection::vec(prop::sample::select(MARKS), 0..3);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..3, mark), 0..3);
    (requests, edits).prop_map(|(requests, edits)| {
        let mut bytes = requests.concat();
        for (at, removed, marks) in edits {
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + removed);
            bytes.splice(at..end, marks);
        }
        bytes
    })
}

/// Where the messages that pass end.
fn ends(input: &[u8]) -> Vec<usize> {
    let (mut messages, mut ends, mut passed) = (Messages::default(), Vec::new(), 0);
    for end in 1..=input.len() {
        let progress = messages.follow(&input[passed..end]);
        passed += progress.pass;
        if progress.pass > 0 && messages.is_in_head() {
            ends.push(passed);
        }
        if progress.fault.is_some() {
            break;
        }
    }
    ends
}

/// Serves `input` with hyper and without the guard. Answers the bodies of the requests, with `None`
/// for one that is not whole.
async fn read_by_hyper(input: &[u8]) -> Vec<Option<usize>> {
    let bodies = Rc::new(RefCell::new(Vec::new()));
    let (mut client, server) = duplex(PIPE);
    client.write_all(input).await.unwrap();
    client.shutdown().await.unwrap();
    let service = service_fn(|request: Request<Incoming>| {
        let bodies = Rc::clone(&bodies);
        async move {
            let body = request.into_body().collect().await;
            let length = body.ok().map(|body| body.to_bytes().len());
            bodies.borrow_mut().push(length);
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::new())))
        }
    });
    let _ended = http1_builder(REST, GUARDED_HEAD_BYTES)
        .serve_connection(TokioIo::new(server), service)
        .await;
    bodies.take()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn guard_and_hyper_agree_on_where_each_request_ends(input in input()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut start = 0;
            for end in ends(&input) {
                // One message that passes is one request, or none if hyper refuses its target.
                let message = &input[start..end];
                let read = read_by_hyper(message).await;
                assert!(read.is_empty() || matches!(read[..], [Some(_)]), "{:?}: {read:?}", String::from_utf8_lossy(message));
                // Without its last byte, hyper has no whole request.
                let cut = read_by_hyper(&message[..message.len() - 1]).await;
                assert!(cut.is_empty() || cut == [None], "{:?}: {cut:?}", String::from_utf8_lossy(message));
                start = end;
            }
        });
    }

    #[test]
    fn what_passes_is_what_came(input in input(), sizes in prop::collection::vec(1_usize..40, 1..20)) {
        let whole = follow(&input);
        let (mut messages, mut start, mut end) = (Messages::default(), 0, 0);
        for size in sizes.into_iter().chain([GUARDED_HEAD_BYTES]) {
            end = input.len().min(end + size);
            let progress = messages.follow(&input[start..end]);
            start += progress.pass;
            if progress.fault.is_some() {
                assert_eq!(progress.fault, whole.fault);
                break;
            }
        }
        assert_eq!(start, whole.pass);
    }
}
