//! The nearest double of a number, as a floating-point reader (JavaScript, and most readers of
//! JSON) reads it.
//!
//! Such a reader reads `1.0000000000000000000001` as 1, so a verdict on the exact value alone would
//! be about another value. A second reading compares nearest doubles, of the request and of the
//! rule alike: a rule about `0.1` means the double with this spelling, not the exact decimal of
//! that double. If both numbers are the shortest decimals of their doubles, the two readings agree,
//! because rounding keeps the order, and no two doubles share a shortest decimal. So the readings
//! differ only about numbers that a floating-point reader changes.

use super::Number;
use alloc::format;
use core::cmp::Ordering;

/// Digits that every double keeps (`DBL_DIG`): a decimal with so many digits survives the
/// conversion to its nearest double and back.
const DIGITS: usize = 15;
/// Range of the point of such a decimal. In this range it is no integer beyond 2^53-1, and not
/// among the smallest doubles, which keep fewer digits.
const POINTS: core::ops::RangeInclusive<i32> = -290..=15;

/// A double (IEEE 754, binary64) as an integer. These integers have the order of the doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Double(i64);

impl Double {
    /// The double of both zeros.
    pub(super) const ZERO: Self = Self(0);
    const INFINITE: Self = Self(f64::INFINITY.to_bits().cast_signed());

    /// The double nearest to a number in JSON spelling, of two the even one; infinite beyond the
    /// largest.
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
    /// Whether a floating-point reader reads the number without change, and reads no other number
    /// as it. This is true of every number of at most 15 digits below 10^15 that is not very close
    /// to zero. For other numbers the answer `false` may be wrong.
    #[must_use]
    pub fn is_kept_by_doubles(&self) -> bool {
        self.digits.is_empty() || (self.digits.len() <= DIGITS && POINTS.contains(&self.point))
    }

    /// Whether a floating-point reader reads something else than a number.
    #[must_use]
    pub fn is_beyond_doubles(&self) -> bool {
        self.nearest.magnitude() >= Double::INFINITE
    }

    /// Compares two numbers as a floating-point reader does.
    #[must_use]
    pub fn compare_as_double(&self, other: &Self) -> Ordering {
        self.nearest.cmp(&other.nearest)
    }

    /// The number that a floating-point reader writes: the shortest decimal of the nearest double
    /// (ECMA-262, `Number::toString`). `None` if the double is infinite.
    #[must_use]
    pub fn as_double(&self) -> Option<Self> {
        let Double(place) = self.nearest.magnitude();
        let value = f64::from_bits(place.cast_unsigned());
        let sign = if self.nearest < Double::ZERO { "-" } else { "" };
        Self::parse(&format!("{sign}{value:e}"))
    }
}
