//! Fast comparison of short texts. Names, actions and values have a few letters and mostly differ
//! in the first letter. `==` calls the C library, which on processors with AVX-512 spends more time
//! on a masked load than on the rest of a decision.

/// Number of bytes that are compared together.
const WORD: usize = size_of::<u64>();

/// Whether two texts are equal.
#[inline]
#[must_use]
pub fn text_eq(own: &str, other: &str) -> bool {
    own.len() == other.len() && bytes_eq(own.as_bytes(), other.as_bytes())
}

/// The rest of `text` after `prefix`, if it begins with it.
#[inline]
#[must_use]
pub fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (begun, rest) = text.split_at_checked(prefix.len())?;
    bytes_eq(begun.as_bytes(), prefix.as_bytes()).then_some(rest)
}

/// The part of `text` before `suffix`, if it ends with it.
#[inline]
#[must_use]
pub fn strip_suffix<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let place = text.len().checked_sub(suffix.len())?;
    let (rest, end) = text.split_at_checked(place)?;
    bytes_eq(end.as_bytes(), suffix.as_bytes()).then_some(rest)
}

/// Whether the bytes are equal. In WebAssembly the C library compares byte by byte; this function
/// compares eight bytes at a time. The function is not inlined, because many places use it.
#[inline(never)]
#[must_use]
pub fn bytes_eq(own: &[u8], other: &[u8]) -> bool {
    let ((own, own_rest), (other, other_rest)) = (own.as_chunks::<WORD>(), other.as_chunks::<WORD>());
    own.len() == other.len()
        && own_rest.len() == other_rest.len()
        && own.iter().zip(other).all(|(own, other)| word(own) == word(other))
        && own_rest.iter().zip(other_rest).all(|(own, other)| own == other)
}

fn word(bytes: &[u8; WORD]) -> u64 {
    u64::from_ne_bytes(*bytes)
}
