//! Each rule for a body in chunks, in front of hyper.

use super::rules::serves;
use super::*;
use crate::HEADERS;

/// Asserts that the handler learns of a body that is not one, and that the connection ends.
async fn refuses_chunks(chunks: &[&str], fault: Fault) {
    for chunk in chunks {
        let head = "POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
        let sent = format!("{head}{chunk}");
        assert_eq!(follow(sent.as_bytes()).fault, Some(fault), "{chunk:?}");
        let answer = answers(&[sent.as_bytes(), REQUEST].concat()).await;
        assert!(answer.starts_with("HTTP/1.1 422 "), "{chunk:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{chunk:?}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn h6_a_chunk_extension_over_256_bytes_is_refused() {
    let extension = "e".repeat(255);
    let chunked =
        format!("POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1;{extension}\r\na\r\n0\r\n\r\n");
    serves(&[chunked.as_bytes()]).await;
    refuses_chunks(&[&format!("1;{extension}e\r\na\r\n0\r\n\r\n")], Fault::Extension).await;
}

#[tokio::test(start_paused = true)]
async fn chunks_that_two_readers_may_read_in_two_ways_are_refused() {
    refuses_chunks(
        &[
            "\r\n",
            "x\r\n",
            "0x1\r\na\r\n",
            "+1\r\na\r\n",
            "-1\r\na\r\n",
            " 1\r\na\r\n",
            "1 \r\na\r\n",
            "1 ;e\r\na\r\n",
            "1\na\r\n",
            "1\r\r\na\r\n",
            "1;e\na\r\n",
            "1;e\ra\r\n",
            "1;\0\r\na\r\n",
            "1\r\na0\r\n",
            "1\r\na\n0\r\n",
            "1\r\na\rb",
            "1\r\nab\r\n",
            "1\r\na\r\n\r\n",
            "10000000000000000\r\n",
            "00000000000000001\r\na\r\n",
            ";e\r\na\r\n",
        ],
        Fault::Chunk,
    )
    .await;
    refuses_chunks(
        &["0\r\nx\r\n\r\n", "0\r\n x: a\r\n\r\n", "0\r\nx : a\r\n\r\n"],
        Fault::Field,
    )
    .await;
    refuses_chunks(&["0\r\nx: a\n\r\n", "0\r\n\n"], Fault::LineEnd).await;
}

#[tokio::test(start_paused = true)]
async fn trailers_over_48_kib_or_100_lines_are_refused() {
    let trailers = format!("0\r\n{}\r\n", "x: a\r\n".repeat(HEADERS + 1));
    refuses_chunks(
        &[
            &trailers,
            &format!("0\r\nx: {}\r\n\r\n", "a".repeat(GUARDED_HEAD_BYTES)),
        ],
        Fault::TooLarge,
    )
    .await;
}
