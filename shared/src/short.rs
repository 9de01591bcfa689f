//! Comparing short texts in place. Names, actions and values are a few letters long and mostly differ in the first of them. `==` makes a call
//! to the C library of it, which on processors with AVX-512 spends more time on a masked load than on all the rest of a decision.

/// Up to this length texts are compared in place, in bytes.
const SHORT: usize = 32;

/// Whether two texts are the same.
#[inline]
pub(crate) fn same(own: &str, other: &str) -> bool {
    own.len() == other.len() && same_bytes(own.as_bytes(), other.as_bytes())
}

/// What follows `prefix` in `text`, if it begins with that.
#[inline]
pub(crate) fn strip<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (begun, rest) = text.split_at_checked(prefix.len())?;
    same_bytes(begun.as_bytes(), prefix.as_bytes()).then_some(rest)
}

/// What precedes `suffix` in `text`, if it ends in that.
#[inline]
pub(crate) fn strip_end<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let place = text.len().checked_sub(suffix.len())?;
    let (rest, end) = text.split_at_checked(place)?;
    same_bytes(end.as_bytes(), suffix.as_bytes()).then_some(rest)
}

#[inline]
fn same_bytes(own: &[u8], other: &[u8]) -> bool {
    if own.len() <= SHORT {
        own.iter().zip(other).all(|(own, other)| own == other)
    } else {
        own == other
    }
}
