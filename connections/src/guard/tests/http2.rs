//! Resets of streams.

use super::frames::{RESET_TIME, RESETS};
use super::*;

/// A frame that resets a stream.
const RESET: &[u8] = b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";
/// A frame without a payload, and one with a payload that looks like a reset.
const OTHERS: &[u8] = b"\0\0\0\x04\x01\0\0\0\0\0\0\x0d\0\0\0\0\0\x01\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";

fn frames() -> Frames {
    let mut frames = Frames::behind(PREFACE);
    assert_eq!(frames.follow(PREFACE).fault, None);
    frames
}

#[tokio::test(start_paused = true)]
async fn h6_a_connection_with_more_than_1024_resets_a_minute_ends() {
    assert_eq!((RESETS, RESET_TIME.as_secs()), (1_024, 60));
    for size in [1, 4, RESET.len(), 1_000] {
        let mut frames = frames();
        let sent = [OTHERS, RESET].concat().repeat(1_024);
        for piece in sent.chunks(size) {
            let all = Progress {
                pass: piece.len(),
                fault: None,
            };
            assert_eq!(frames.follow(piece), all);
        }
        assert_eq!(frames.follow(OTHERS).fault, None);
        assert_eq!(frames.follow(RESET).fault, Some(Fault::Resets));
    }
}

#[tokio::test(start_paused = true)]
async fn resets_are_counted_anew_after_a_minute() {
    let mut frames = frames();
    for _ in 0..3 {
        for _ in 0..RESETS {
            assert_eq!(frames.follow(RESET).fault, None);
        }
        tokio::time::advance(RESET_TIME).await;
    }
}
