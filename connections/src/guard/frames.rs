//! The frames of a connection with HTTP/2 (RFC 9113, section 4.1). h2 limits what a frame holds; the
//! guard counts the resets of streams, which h2 does not limit once a stream is accepted.

use crate::guard::fault::Fault;
use crate::guard::messages::Progress;
use std::time::Duration;
use tokio::time::Instant;

/// Most streams that a client may reset in [`RESET_TIME`] (CVE-2023-44487, *rapid reset*).
pub(super) const RESETS: u32 = 1_024;
/// The time in which resets are counted.
pub(super) const RESET_TIME: Duration = Duration::from_secs(60);
/// Bytes of the head of a frame.
const FRAME_HEAD: u8 = 9;
/// The kind of a frame that resets a stream (RFC 9113, section 6.4).
const RST_STREAM: u8 = 3;

/// The place of the next byte within the frames of a client.
#[derive(Debug)]
pub(super) struct Frames {
    /// Bytes of the head of the frame that came.
    head: u8,
    /// Bytes of the frame that are to come behind its head.
    left: usize,
    kind: u8,
    resets: u32,
    /// The beginning of the time in which these resets are counted.
    since: Option<Instant>,
}

impl Frames {
    /// The frames behind a `preface`.
    pub(super) const fn behind(preface: &[u8]) -> Self {
        Self {
            head: FRAME_HEAD,
            left: preface.len(),
            kind: 0,
            resets: 0,
            since: None,
        }
    }

    /// Follows `bytes`, all of which pass unless there are too many resets.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Progress {
        let mut rest = bytes;
        while !rest.is_empty() {
            let passed = match self.step(rest) {
                Ok(passed) => passed,
                Err(fault) => {
                    return Progress {
                        pass: bytes.len().saturating_sub(rest.len()),
                        fault: Some(fault),
                    };
                }
            };
            rest = rest.get(passed..).unwrap_or_default();
        }
        Progress {
            pass: bytes.len(),
            fault: None,
        }
    }

    fn step(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        if self.head == FRAME_HEAD {
            let passed = bytes.len().min(self.left);
            self.left = self.left.saturating_sub(passed);
            if self.left == 0 {
                self.head = 0;
            }
            return Ok(passed);
        }
        let byte = bytes.first().copied().unwrap_or_default();
        match self.head {
            0..3 => self.left = self.left << 8 | usize::from(byte),
            3 => self.kind = byte,
            _ => {}
        }
        self.head = self.head.saturating_add(1);
        if self.head == FRAME_HEAD {
            if self.left == 0 {
                self.head = 0;
            }
            if self.kind == RST_STREAM {
                self.count_reset(Instant::now())?;
            }
        }
        Ok(1)
    }

    fn count_reset(&mut self, now: Instant) -> Result<(), Fault> {
        let since = *self.since.get_or_insert(now);
        if now.saturating_duration_since(since) >= RESET_TIME {
            self.since = Some(now);
            self.resets = 0;
        }
        self.resets = self.resets.saturating_add(1);
        if self.resets > RESETS {
            Err(Fault::Resets)
        } else {
            Ok(())
        }
    }
}
