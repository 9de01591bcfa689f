//! Numbers compared by value, exactly: no floating point, no expansion of exponents.

/// A JSON number (RFC 8259, section 6), normalised so that equal values are equal: `1e2`, `100` and `100.0` are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {}

impl Number {
    /// Reads the JSON spelling. `None` if it is not one, is longer than [`crate::limits::NUMBER_BYTES`] or its exponent exceeds
    /// [`crate::limits::NUMBER_EXPONENT`].
    #[must_use]
    pub fn parse(_text: &str) -> Option<Self> {
        todo!()
    }
    /// Whether the value is a whole number (`2.0` is, as in JSON Schema).
    #[must_use]
    pub fn is_integer(&self) -> bool {
        todo!()
    }
    /// The value, if it is a whole number from 0 to `u64::MAX`.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        todo!()
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, _other: &Self) -> core::cmp::Ordering {
        todo!()
    }
}

impl core::fmt::Display for Number {
    /// The canonical JSON spelling; reading it back gives an equal number.
    fn fmt(&self, _f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        todo!()
    }
}
