//! The messages of a connection with HTTP/1.1, one after the other.

use crate::guard::chunks::Chunks;
use crate::guard::fault::Fault;
use crate::guard::head::{BodyFraming, check_trailers, read_head};
use crate::guard::lines::LineSearch;

/// The place of the next byte within the messages of a client.
#[derive(Debug)]
pub struct Messages(Place);

#[derive(Debug)]
enum Place {
    Head(LineSearch),
    Length(u64),
    Chunks(Chunks),
    Trailers(LineSearch),
}

/// How far bytes may pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of bytes that may pass.
    pub pass: usize,
    /// The fault of the bytes behind them.
    pub fault: Option<Fault>,
}

impl Default for Messages {
    fn default() -> Self {
        Self(Place::head())
    }
}

impl Messages {
    /// Follows `bytes`, which begin with those that did not pass in the call before. A head passes
    /// whole, and so do trailers.
    pub fn follow(&mut self, bytes: &[u8]) -> Progress {
        let mut pass = 0_usize;
        loop {
            match self.0.step(bytes.get(pass..).unwrap_or_default()) {
                Ok(0) => return Progress { pass, fault: None },
                Ok(passed) => pass = pass.saturating_add(passed),
                Err(fault) => {
                    return Progress {
                        pass,
                        fault: Some(fault),
                    };
                }
            }
        }
    }

    /// Whether the next byte that passes is the first byte of a message.
    #[must_use]
    pub const fn is_in_head(&self) -> bool {
        matches!(self.0, Place::Head(_))
    }
}

impl Place {
    fn head() -> Self {
        Self::Head(LineSearch::default())
    }

    fn behind_head(framing: BodyFraming) -> Self {
        match framing {
            BodyFraming::Length(0) => Self::head(),
            BodyFraming::Length(length) => Self::Length(length),
            BodyFraming::Chunked => Self::Chunks(Chunks::FIRST),
        }
    }

    /// Follows some of `bytes`, and answers how many; 0 if more bytes are needed.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        match self {
            Self::Head(search) => {
                let Some(end) = search.find_end(bytes)? else {
                    return Ok(0);
                };
                *self = Self::behind_head(read_head(bytes.get(..end).unwrap_or_default())?);
                Ok(end)
            }
            Self::Length(left) => {
                let passed = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left = left.saturating_sub(passed as u64);
                if *left == 0 {
                    *self = Self::head();
                }
                Ok(passed)
            }
            Self::Chunks(chunks) => {
                let passed = chunks.step(bytes)?;
                if *chunks == Chunks::Trailers {
                    *self = Self::Trailers(LineSearch::default());
                }
                Ok(passed)
            }
            Self::Trailers(search) => {
                let Some(end) = search.find_end(bytes)? else {
                    return Ok(0);
                };
                check_trailers(bytes.get(..end).unwrap_or_default())?;
                *self = Self::head();
                Ok(end)
            }
        }
    }
}
