//! A body in chunks (RFC 9112, section 7.1).

use crate::guard::fault::Fault;

/// Most digits of the size of a chunk: those of 64 bits.
const SIZE_DIGITS: u8 = 16;
/// Most bytes of the extension of one chunk.
const EXTENSION_BYTES: u16 = 256;

/// The place of the next byte within chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunks {
    Size {
        digits: u8,
        size: u64,
    },
    Extension {
        bytes: u16,
        size: u64,
    },
    SizeFeed {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataReturn,
    DataFeed,
    /// Behind the line of the last chunk.
    Trailers,
}

impl Chunks {
    /// The first byte of the first chunk.
    pub(super) const FIRST: Self = Self::Size { digits: 0, size: 0 };

    /// Follows some of `bytes`, and answers how many.
    ///
    /// # Errors
    /// [`Fault::Chunk`], [`Fault::Extension`].
    pub(super) fn step(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        if let Self::Data { left } = *self {
            let passed = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let left = left.saturating_sub(passed as u64);
            *self = if left == 0 {
                Self::DataReturn
            } else {
                Self::Data { left }
            };
            return Ok(passed);
        }
        let Some(byte) = bytes.first() else { return Ok(0) };
        *self = self.follow(*byte)?;
        Ok(1)
    }

    fn follow(self, byte: u8) -> Result<Self, Fault> {
        match (self, byte) {
            (Self::Size { digits: 1.., size }, b'\r') => Ok(Self::SizeFeed { size }),
            (Self::Size { digits: 1.., size }, b';') => Ok(Self::Extension { bytes: 1, size }),
            (Self::Size { digits, size }, _) => Self::add_digit(digits, size, byte),
            (Self::Extension { size, .. }, b'\r') => Ok(Self::SizeFeed { size }),
            (Self::Extension { bytes, size }, b'\t' | b' '..=b'~') => match bytes {
                EXTENSION_BYTES.. => Err(Fault::Extension),
                _ => Ok(Self::Extension {
                    bytes: bytes.saturating_add(1),
                    size,
                }),
            },
            (Self::SizeFeed { size: 0 }, b'\n') => Ok(Self::Trailers),
            (Self::SizeFeed { size: left }, b'\n') => Ok(Self::Data { left }),
            (Self::DataReturn, b'\r') => Ok(Self::DataFeed),
            (Self::DataFeed, b'\n') => Ok(Self::FIRST),
            _ => Err(Fault::Chunk),
        }
    }

    fn add_digit(digits: u8, size: u64, byte: u8) -> Result<Self, Fault> {
        let digit = char::from(byte).to_digit(16).ok_or(Fault::Chunk)?;
        if digits >= SIZE_DIGITS {
            return Err(Fault::Chunk);
        }
        Ok(Self::Size {
            digits: digits.saturating_add(1),
            size: size << 4 | u64::from(digit),
        })
    }
}
