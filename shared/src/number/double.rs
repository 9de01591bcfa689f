//! The nearest double of a number, as readers in floating point have it (JavaScript, and most
//! readers of JSON).
//!
//! To such a reader `1.0000000000000000000001` is 1, so a verdict on the exact value alone would
//! not be one on what it does. A second reading compares nearest doubles, the request's and the
//! rule's alike: a rule about `0.1` means the double that is written so, not the decimal which that
//! double is. Where both numbers are the shortest decimals of their doubles, the two readings
//! agree, for rounding keeps the order, and no two doubles share a shortest decimal. So they differ
//! only about numbers that a reader in floating point changes.

use super::Number;
use alloc::format;
use core::cmp::Ordering;

/// Digits that every double keeps (`DBL_DIG`): a decimal of so many comes back from its nearest
/// double as it was.
const DIGITS: usize = 15;
/// Where the point of such a decimal may stand, so that it is no integer beyond 2^53-1, and not
/// among the smallest doubles, which keep fewer digits.
const POINTS: core::ops::RangeInclusive<i32> = -290..=15;

/// A double (IEEE 754, binary64), as the integer in its place among them: these are ordered as the
/// doubles are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Double(i64);

impl Double {
    /// Both zeros.
    pub(super) const ZERO: Self = Self(0);
    const INFINITE: Self = Self(f64::INFINITY.to_bits().cast_signed());

    /// The double that is nearest to a number in JSON's spelling, of two the even one; infinite
    /// beyond the largest.
    pub(super) fn of(text: &str) -> Option<Self> {
        let value = text.parse::<f64>().ok()?;
        let magnitude = value.abs().to_bits().cast_signed();
        Some(Self(if value.is_sign_negative() {
            -magnitude
        } else {
            magnitude
        }))
    }

    pub(super) fn opposite(self) -> Self {
        Self(-self.0)
    }

    fn magnitude(self) -> Self {
        Self(self.0.abs())
    }
}

impl Number {
    /// Whether a reader in floating point has it as it is written, and no other number of such
    /// readers for it. True of every number of at most 15 digits below 10^15 that is not all but
    /// zero; of others it may be false although they would be.
    #[must_use]
    pub fn is_kept_by_doubles(&self) -> bool {
        self.digits.is_empty() || (self.digits.len() <= DIGITS && POINTS.contains(&self.point))
    }

    /// Whether a reader in floating point has something else than a number for it.
    #[must_use]
    pub fn is_beyond_doubles(&self) -> bool {
        self.nearest.magnitude() >= Double::INFINITE
    }

    /// Compares the two as a reader in floating point does.
    #[must_use]
    pub fn compare_as_double(&self, other: &Self) -> Ordering {
        self.nearest.cmp(&other.nearest)
    }

    /// What a reader in floating point writes in its place: the shortest decimal of its nearest
    /// double (ECMA-262, `Number::toString`). `None` if that is infinite.
    #[must_use]
    pub fn as_double(&self) -> Option<Self> {
        let Double(place) = self.nearest.magnitude();
        let value = f64::from_bits(place.cast_unsigned());
        let sign = if self.nearest < Double::ZERO { "-" } else { "" };
        Self::parse(&format!("{sign}{value:e}"))
    }
}
