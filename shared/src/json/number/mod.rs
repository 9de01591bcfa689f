//! Exact numbers: compared by value, without floating point and without expansion of exponents.
//! Each number also has its nearest double, for the floating-point reading.

use crate::limits::{NUMBER_BYTES, NUMBER_EXPONENT};
use alloc::string::{String, ToString};
use core::cmp::Ordering;
use core::fmt;
use double::Double;

mod double;
mod neighbours;
#[cfg(test)]
mod tests;

/// A JSON number (RFC 8259, section 6), normalised so that equal values are equal: `1e2`, `100` and
/// `100.0` are one number.
///
/// The value is `0.d₁d₂d₃… × 10^point`, negated if `negative`. The digits neither begin nor end
/// with a zero, and zero has no digits. So a comparison of sign, point and digits, in this order,
/// compares values, whatever the exponent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    point: i32,
    digits: String,
    /// The nearest double.
    nearest: Double,
}

/// Range of the decimal point in which a value is written without an exponent, as in ECMAScript
/// (ECMA-262, `Number::toString`).
const PLAIN: core::ops::RangeInclusive<i32> = -5..=21;

impl Number {
    /// Parses the JSON spelling. `None` if `text` is no JSON number, if it or its canonical
    /// spelling is longer than [`NUMBER_BYTES`], or if the exponent, as written or as `d.ddde…`, is
    /// beyond ±[`NUMBER_EXPONENT`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > NUMBER_BYTES {
            return None;
        }
        let (negative, magnitude) = match text.strip_prefix('-') {
            Some(magnitude) => (true, magnitude),
            None => (false, text),
        };
        let (mantissa, exponent) = match magnitude.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (magnitude, 0),
        };
        let (whole, fraction) = split_mantissa(mantissa)?;
        let exact = Self::normalised(negative, whole, fraction, exponent)?;
        let nearest = Double::of(text)?;
        Some(Self { nearest, ..exact })
    }

    /// The number `whole.fraction × 10^exponent` without its double, if it is within the limits.
    fn normalised(negative: bool, whole: &str, fraction: &str, exponent: i64) -> Option<Self> {
        let written = [whole, fraction].concat();
        let significant = written.trim_start_matches('0');
        let digits = significant.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self::zero());
        }
        let zeros = written.len() - significant.len();
        let point = exponent + i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
        Self {
            negative,
            point: i32::try_from(point).ok()?,
            digits: digits.into(),
            nearest: Double::ZERO,
        }
        .bounded()
    }

    /// The number with its nearest double, if it is within the limits.
    fn completed(self) -> Option<Self> {
        let nearest = Double::of(&self.to_string())?;
        Self { nearest, ..self }.bounded()
    }

    /// The number, if it is within the limits.
    fn bounded(self) -> Option<Self> {
        let bounded = i64::from(self.point - 1).abs() <= NUMBER_EXPONENT && self.spelling_bytes() <= NUMBER_BYTES;
        bounded.then_some(self)
    }

    fn zero() -> Self {
        Self {
            negative: false,
            point: 0,
            digits: String::new(),
            nearest: Double::ZERO,
        }
    }

    /// Whether the value is a whole number (`2.0` is one, as in JSON Schema).
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.trailing_zeros().is_some()
    }

    /// The value, if it is a whole number from 0 to `u64::MAX`.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        if self.negative {
            return None;
        }
        let scale = 10_u64.checked_pow(self.trailing_zeros()?)?;
        self.digits.parse::<u64>().ok()?.checked_mul(scale)
    }

    /// The number of zeros between the last digit and the point of a whole number; `None` if a
    /// digit is after the point.
    fn trailing_zeros(&self) -> Option<u32> {
        let digits = i32::try_from(self.digits.len()).ok()?;
        u32::try_from(self.point - digits).ok()
    }

    /// Compares numbers without their sign: zero first, then by the point, then by the digits.
    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let coarse = |number: &Self| (!number.digits.is_empty(), number.point);
        let fine = || self.digits.bytes().cmp(other.digits.bytes());
        coarse(self).cmp(&coarse(other)).then_with(fine)
    }

    fn spelling_bytes(&self) -> usize {
        let mut count = ByteCount(0);
        match fmt::write(&mut count, format_args!("{self}")) {
            Ok(()) => count.0,
            Err(fmt::Error) => usize::MAX,
        }
    }
}

/// The digits before and after the point.
fn split_mantissa(mantissa: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, fraction)) if !is_digits(fraction) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    (is_digits(whole) && !leading_zero).then_some((whole, fraction))
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_digits(digits) {
        return None;
    }
    let exponent = text.parse::<i64>().ok()?;
    (-NUMBER_EXPONENT..=NUMBER_EXPONENT)
        .contains(&exponent)
        .then_some(exponent)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        let written = value.to_string();
        let digits = written.trim_end_matches('0');
        if digits.is_empty() {
            return Self::zero();
        }
        Self {
            negative: false,
            // A `u64` has at most twenty digits.
            point: i32::try_from(written.len()).unwrap_or_default(),
            digits: digits.into(),
            nearest: Double::of(&written).unwrap_or(Double::ZERO),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl fmt::Display for Number {
    /// Writes the canonical JSON spelling. A parser reads it as an equal number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        if PLAIN.contains(&self.point) {
            self.write_plain(f)
        } else {
            self.write_scientific(f)
        }
    }
}

impl Number {
    fn write_plain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(point) = usize::try_from(self.point) else {
            let zeros = usize::try_from(self.point.unsigned_abs()).map_err(|_| fmt::Error)?;
            return write!(f, "0.{:0<zeros$}{}", "", self.digits);
        };
        match self.digits.split_at_checked(point) {
            Some(("", fraction)) => write!(f, "0.{fraction}"),
            Some((whole, "")) => f.write_str(whole),
            Some((whole, fraction)) => write!(f, "{whole}.{fraction}"),
            None => write!(f, "{:0<point$}", self.digits),
        }
    }

    fn write_scientific(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.point - 1;
        match self.digits.split_at_checked(1) {
            Some((first, "")) => write!(f, "{first}e{exponent}"),
            Some((first, rest)) => write!(f, "{first}.{rest}e{exponent}"),
            None => Err(fmt::Error),
        }
    }
}

/// Counts the bytes that are written to it.
struct ByteCount(usize);

impl fmt::Write for ByteCount {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}
