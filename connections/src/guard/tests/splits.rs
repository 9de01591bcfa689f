//! Bytes that come in pieces are the same bytes.

use super::*;

/// The bytes that come in these pieces.
struct Pieces<'b>(Vec<&'b [u8]>);

impl AsyncRead for Pieces<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Some(piece) = self.0.first_mut() else {
            return Poll::Ready(Ok(()));
        };
        let (now, later) = piece.split_at(piece.len().min(buffer.remaining()));
        buffer.put_slice(now);
        *piece = later;
        if later.is_empty() {
            self.0.remove(0);
        }
        Poll::Ready(Ok(()))
    }
}

/// Everything that passes, and whether the stream fails then.
async fn passed(pieces: Vec<&[u8]>) -> (Vec<u8>, bool) {
    let mut stream = GuardedStream::new(Pieces(pieces), Arc::default());
    let mut passed = Vec::new();
    let failed = match stream.read_version().await {
        Ok(_) => stream.read_to_end(&mut passed).await.is_err(),
        Err(_) => true,
    };
    (passed, failed)
}

const INPUTS: [&[u8]; 10] = [
    REQUEST,
    WITH_LENGTH,
    WITH_CHUNKS,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
    b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nabGET /\nhost: x\r\n\r\n",
    b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc0\r\n\r\n",
    b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3;\n\r\n",
    b"GET /a HTTP/1.1\r\nhost: x\r\nx : a\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: cow\r\n\r\n",
];

#[tokio::test(start_paused = true)]
async fn the_pieces_in_which_bytes_come_make_no_difference() {
    for input in INPUTS {
        let whole = passed(vec![input]).await;
        let bytes = input.chunks(1).collect();
        assert_eq!(passed(bytes).await, whole, "{input:?}");
        for middle in 1..input.len() {
            let (before, after) = input.split_at(middle);
            assert_eq!(passed(vec![before, after]).await, whole, "{input:?} at {middle}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn strict_bytes_pass_unchanged_whatever_the_size_of_a_read() {
    let input = [REQUEST, WITH_LENGTH, WITH_CHUNKS, REQUEST].concat();
    for size in 1..80 {
        let mut stream = GuardedStream::new(Pieces(vec![&input]), Arc::default());
        stream.read_version().await.unwrap();
        let (mut passed, mut buffer) = (Vec::new(), vec![0; size]);
        loop {
            let read = stream.read(&mut buffer).await.unwrap();
            if read == 0 {
                break;
            }
            passed.extend_from_slice(&buffer[..read]);
        }
        assert_eq!(passed, input, "{size}");
    }
}

#[test]
fn a_head_in_single_bytes_passes_with_its_last_byte() {
    let mut messages = Messages::default();
    let head = [
        b"GET /a HTTP/1.1\r\nhost: x\r\nx: ".as_slice(),
        &[b'a'; 20_000],
        b"\r\n\r\n",
    ]
    .concat();
    for end in 0..head.len() {
        assert_eq!(messages.follow(&head[..end]), Progress::default());
    }
    assert_eq!(messages.follow(&head).pass, head.len());
}
