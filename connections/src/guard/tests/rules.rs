//! Each rule for a request with HTTP/1.1, in front of hyper.

use super::*;
use crate::HEADERS;

/// Asserts that a head is refused with `status` in its turn, and that nothing behind it is read.
async fn refuses_head(head: &str, fault: Fault, status: u16) {
    let progress = follow(head.as_bytes());
    assert_eq!(
        progress,
        Progress {
            pass: 0,
            fault: Some(fault)
        },
        "{head:?}"
    );
    let sent = [REQUEST, head.as_bytes(), REQUEST].concat();
    let answer = answers(&sent).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{head:?}: {answer}");
    assert_eq!(answer.matches("[GET").count(), 1, "{head:?}: {answer}");
    let refusal = answer.split("[GET /a?b=c ]").nth(1).unwrap();
    assert!(
        refusal.starts_with(&format!("HTTP/1.1 {status} ")),
        "{head:?}: {answer}"
    );
    assert!(refusal.contains("connection: close\r\n"), "{head:?}: {answer}");
}

/// Asserts that a head with each of these lines in place of a header is refused.
async fn refuses_lines(lines: &[&str], fault: Fault) {
    for line in lines {
        refuses_head(&format!("POST /a HTTP/1.1\r\nhost: x\r\n{line}\r\n\r\n"), fault, 400).await;
    }
}

/// Asserts that each request is served, and a second one behind it.
pub(super) async fn serves(requests: &[&[u8]]) {
    for request in requests {
        let answer = answers(&[request, REQUEST].concat()).await;
        assert_eq!(
            answer.matches("HTTP/1.1 200 OK\r\n").count(),
            2,
            "{request:?}: {answer}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn strict_requests_pass_as_they_are() {
    serves(&[REQUEST, WITH_LENGTH, WITH_CHUNKS]).await;
    serves(&[
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://x/a HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /a HTTP/1.1\r\nhost: x\r\nempty:\r\nblanks: \t a \t b \t \r\n\r\n",
        b"GET /a HTTP/1.1\r\nhost: x\r\nx: \xff\r\n\r\n",
        b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
        b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 0002\r\n\r\nab",
        b"POST /a HTTP/1.1\r\nhost: x\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
        b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0000000000000001\r\na\r\n00;e\r\n\r\n",
    ])
    .await;
    let answer = answers(
        &[
            WITH_LENGTH,
            WITH_CHUNKS,
            b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        ]
        .concat(),
    )
    .await;
    for part in ["[POST /a hello]", "[POST /a hello0123456789]", "[GET / ]"] {
        assert!(answer.contains(part), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn h6_no_host_or_two_hosts_are_refused() {
    refuses_head("GET /a HTTP/1.1\r\n\r\n", Fault::Host, 400).await;
    refuses_head("GET http://x/a HTTP/1.1\r\n\r\n", Fault::Host, 400).await;
    refuses_lines(&["host: x", "Host: y", "HOST:"], Fault::Host).await;
}

#[tokio::test(start_paused = true)]
async fn h6_connect_is_refused() {
    refuses_head("CONNECT x:443 HTTP/1.1\r\nhost: x:443\r\n\r\n", Fault::Connect, 400).await;
    refuses_head("CONNECT /a HTTP/1.1\r\nhost: x\r\n\r\n", Fault::Connect, 400).await;
}

#[tokio::test(start_paused = true)]
async fn h6_other_versions_are_refused() {
    for version in [
        "HTTP/1.0",
        "HTTP/1.2",
        "HTTP/2.0",
        "HTTP/0.9",
        "http/1.1",
        "HTTP/1.10",
        "HTTP/1.1 ",
    ] {
        let head = format!("GET /a {version}\r\nhost: x\r\nconnection: keep-alive\r\n\r\n");
        refuses_head(&head, Fault::RequestLine, 400).await;
    }
    refuses_head("GET /a\r\nhost: x\r\n\r\n", Fault::RequestLine, 400).await;
}

#[tokio::test(start_paused = true)]
async fn h6_a_length_with_a_transfer_encoding_is_refused() {
    refuses_lines(
        &[
            "content-length: 5\r\ntransfer-encoding: chunked",
            "transfer-encoding: chunked\r\ncontent-length: 5",
            "transfer-encoding: chunked\r\ncontent-length: 0",
        ],
        Fault::Coding,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn h6_a_transfer_encoding_other_than_chunked_is_refused() {
    let codings = [
        "gzip",
        "gzip, chunked",
        "chunked, gzip",
        "chunked, chunked",
        "identity",
        "",
        "\"chunked\"",
        "chunked;x=1",
        "xchunked",
        "chunked,",
        "chunked\r\ntransfer-encoding: chunked",
        "cow\r\ntransfer-encoding: chunked",
    ];
    for coding in codings {
        refuses_lines(&[&format!("transfer-encoding: {coding}")], Fault::Coding).await;
    }
}

#[tokio::test(start_paused = true)]
async fn lengths_that_are_no_number_or_repeated_are_refused() {
    let lengths = [
        "",
        "+5",
        "-5",
        "0x5",
        "5 5",
        "5, 5",
        "5.0",
        "5\r\ncontent-length: 5",
        "5\r\ncontent-length: 0",
        "18446744073709551616",
    ];
    for length in lengths {
        refuses_lines(&[&format!("content-length: {length}")], Fault::Length).await;
    }
}

#[tokio::test(start_paused = true)]
async fn h6_a_folded_line_is_refused() {
    refuses_lines(
        &[
            "x: a\r\n b",
            "x: a\r\n\tb",
            " x: a",
            "x:\r\n transfer-encoding: chunked",
        ],
        Fault::Field,
    )
    .await;
    refuses_head("GET /a HTTP/1.1\r\n host: x\r\n\r\n", Fault::Field, 400).await;
}

#[tokio::test(start_paused = true)]
async fn h6_a_bare_line_feed_is_refused_at_once() {
    refuses_head("GET /a HTTP/1.1\n", Fault::LineEnd, 400).await;
    refuses_head("\n", Fault::LineEnd, 400).await;
    refuses_head("GET /a HTTP/1.1\r\nhost: x\n\n", Fault::LineEnd, 400).await;
    refuses_lines(&["x: a\nb: c", "x: a\n b", "x\n: a"], Fault::LineEnd).await;
}

#[tokio::test(start_paused = true)]
async fn a_bare_carriage_return_is_refused() {
    refuses_lines(&["x: a\rb: c", "x: \r", "x\r: a", "x: a\r\r"], Fault::Field).await;
    refuses_head("GET /a\r HTTP/1.1\r\nhost: x\r\n\r\n", Fault::RequestLine, 400).await;
}

#[tokio::test(start_paused = true)]
async fn h6_a_space_before_a_colon_is_refused() {
    refuses_lines(
        &["x : a", "x\t: a", "content-length : 5", ": a", "x", "x a"],
        Fault::Field,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn h6_nul_and_other_controls_are_refused() {
    for control in (0..0x20).chain([0x7f]).filter(|control| !b"\t\r\n".contains(control)) {
        let control = char::from(control);
        refuses_lines(&[&format!("x: a{control}b"), &format!("x{control}: a")], Fault::Field).await;
        let head = format!("GET /a{control} HTTP/1.1\r\nhost: x\r\n\r\n");
        refuses_head(&head, Fault::RequestLine, 400).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_with_a_fragment_blanks_or_bytes_beyond_ascii_is_refused() {
    for target in ["", " /a", "/a ", "/a b", "/a\tb", "/a#b", "#", "/a?b#c", "/ä", "\u{a0}"] {
        let head = format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n");
        refuses_head(&head, Fault::RequestLine, 400).await;
    }
    for line in [
        "",
        " ",
        "GET",
        " /a HTTP/1.1",
        "GET\t/a HTTP/1.1",
        "G(T /a HTTP/1.1",
        "GET /a  HTTP/1.1",
    ] {
        refuses_head(&format!("{line}\r\nhost: x\r\n\r\n"), Fault::RequestLine, 400).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_over_48_kib_or_100_headers_is_answered_431() {
    let fill = |bytes: usize| {
        let head = "GET /a HTTP/1.1\r\nhost: x\r\nx: \r\n\r\n".len();
        format!("GET /a HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(bytes - head))
    };
    serves(&[fill(GUARDED_HEAD_BYTES).as_bytes()]).await;
    refuses_head(&fill(GUARDED_HEAD_BYTES + 1), Fault::TooLarge, 431).await;
    refuses_head(&fill(2 * GUARDED_HEAD_BYTES), Fault::TooLarge, 431).await;
    let headers = |count: usize| format!("GET /a HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: a\r\n".repeat(count - 1));
    serves(&[headers(HEADERS).as_bytes()]).await;
    refuses_head(&headers(HEADERS + 1), Fault::TooLarge, 431).await;
}

#[tokio::test(start_paused = true)]
async fn each_fault_is_counted_once_under_its_label() {
    let faults = Arc::default();
    let head = "GET / HTTP/1.1\r\nhost: x\r\n";
    for (sent, times) in [
        (format!("{head}x : a\r\n\r\n{head}\r\n"), 2),
        (format!("{head}host: y\r\n\r\n"), 1),
        (format!("{head}transfer-encoding: chunked\r\n\r\nx"), 3),
        (format!("{head}\r\n"), 1),
    ] {
        for _ in 0..times {
            answers_counted(sent.as_bytes(), &faults).await;
        }
    }
    let counted: Vec<_> = faults.iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counted, [(Fault::Field, 2), (Fault::Host, 1), (Fault::Chunk, 3)]);
}

#[test]
fn each_fault_has_a_place_and_a_label_of_its_own() {
    let labels: std::collections::BTreeSet<_> = Fault::ALL.map(Fault::label).into();
    assert_eq!(labels.len(), Fault::ALL.len());
    for (place, fault) in Fault::ALL.into_iter().enumerate() {
        assert_eq!(fault as usize, place, "{fault}");
    }
}
