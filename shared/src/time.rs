//! Time as an argument. No library of this workspace reads a clock.

/// Seconds since 1970-01-01T00:00:00Z without leap seconds (the `NumericDate` of RFC 7519, section
/// 2, as an integer).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u64);

impl UnixSeconds {
    /// The time `seconds` after this one, at most the last that the type can represent.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Whole seconds from `earlier` to this time, 0 if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
