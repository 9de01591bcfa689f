//! Numbers compared by value, exactly: no floating point, no expansion of exponents.

use crate::limits::{NUMBER_BYTES, NUMBER_EXPONENT};
use alloc::string::{String, ToString};
use core::cmp::Ordering;
use core::fmt;

/// A JSON number (RFC 8259, section 6), normalised so that equal values are equal: `1e2`, `100` and `100.0` are one.
///
/// Its value is `0.d₁d₂d₃… × 10^point`, negated if `negative`. The digits neither begin nor end with a zero, and zero has none;
/// so comparing sign, point and digits, in this order, compares values, whatever the exponent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    point: i64,
    digits: String,
}

/// Values whose decimal point stands within these places are written without an exponent, as in ECMAScript (ECMA-262,
/// `Number::toString`).
const PLAIN: core::ops::RangeInclusive<i64> = -5..=21;

impl Number {
    /// Reads the JSON spelling. `None` if it is not one, if it or the canonical spelling is longer than [`NUMBER_BYTES`], or if
    /// the exponent, as written or as `d.ddde…`, is beyond ±[`NUMBER_EXPONENT`].
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
        Self::normalised(negative, whole, fraction, exponent)
    }

    /// `whole.fraction × 10^exponent`, within the limits.
    fn normalised(negative: bool, whole: &str, fraction: &str, exponent: i64) -> Option<Self> {
        let written = [whole, fraction].concat();
        let significant = written.trim_start_matches('0');
        let digits = significant.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self::zero());
        }
        let zeros = written.len() - significant.len();
        let point = exponent + i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
        let number = Self {
            negative,
            point,
            digits: digits.into(),
        };
        let bounded = (point - 1).abs() <= NUMBER_EXPONENT && number.spelling_bytes() <= NUMBER_BYTES;
        bounded.then_some(number)
    }

    fn zero() -> Self {
        Self {
            negative: false,
            point: 0,
            digits: String::new(),
        }
    }

    /// Whether the value is a whole number (`2.0` is, as in JSON Schema).
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

    /// How many zeros stand between the last digit and the point of a whole number; `None` if a digit stands behind the point.
    fn trailing_zeros(&self) -> Option<u32> {
        let digits = i64::try_from(self.digits.len()).ok()?;
        u32::try_from(self.point - digits).ok()
    }

    /// What orders numbers without regard to their sign: zero first, then by the point, then by the digits.
    fn magnitude(&self) -> (bool, i64, &str) {
        (!self.digits.is_empty(), self.point, &self.digits)
    }

    fn spelling_bytes(&self) -> usize {
        let mut count = Count(0);
        match fmt::write(&mut count, format_args!("{self}")) {
            Ok(()) => count.0,
            Err(fmt::Error) => usize::MAX,
        }
    }
}

/// The digits before and behind the point.
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
        let Some(magnitude) = value.checked_ilog10() else {
            return Self::zero();
        };
        Self {
            negative: false,
            point: i64::from(magnitude) + 1,
            digits: value.to_string().trim_end_matches('0').into(),
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
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl fmt::Display for Number {
    /// The canonical JSON spelling; reading it back gives an equal number.
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
struct Count(usize);

impl fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|| panic!("`{text}` is a number"))
    }

    #[test]
    fn spellings_of_one_value_are_equal_and_have_one_canonical_form() {
        let spellings = [
            ("0", &["-0", "0.0", "0e0", "-0.000e-9999", "0E+9999"][..]),
            ("1", &["1.0", "10e-1", "0.1e1", "1e0", "1e-0", "1E+00"]),
            ("-2.5", &["-25e-1", "-0.25e1", "-2.500"]),
            ("100", &["1e2", "1.00e2", "1000e-1"]),
            ("0.1", &["1e-1", "0.10", "100e-3"]),
            ("1e400", &["10e399", "0.1e401", "1e+400"]),
            ("1.5e-300", &["15e-301"]),
        ];
        for (canonical, others) in spellings {
            assert_eq!(number(canonical).to_string(), canonical);
            for other in others {
                assert_eq!(number(other), number(canonical), "{other}");
                assert_eq!(number(other).to_string(), canonical, "{other}");
            }
        }
    }

    #[test]
    fn plain_spelling_ends_where_the_exponent_begins() {
        for (written, canonical) in [
            ("1e20", "100000000000000000000"),
            ("1e21", "1e21"),
            ("123e19", "1.23e21"),
            ("123456789012345678901.5", "123456789012345678901.5"),
            ("1e-6", "0.000001"),
            ("1e-7", "1e-7"),
            ("12e-1", "1.2"),
            ("12e-2", "0.12"),
        ] {
            assert_eq!(number(written).to_string(), canonical);
        }
    }

    #[test]
    fn values_are_ordered_without_expansion() {
        let ascending = [
            "-1e9999",
            "-1e400",
            "-100",
            "-10",
            "-9.99",
            "-1",
            "-0.11",
            "-0.1",
            "-1e-9999",
            "0",
            "1e-9999",
            "0.05",
            "0.1",
            "0.11",
            "0.2",
            "1",
            "1.0000000000000000000000000001",
            "2",
            "9.99",
            "10",
            "11",
            "99",
            "100",
            "1e400",
            "1e9999",
        ];
        for (place, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(number(left).cmp(&number(right)), place.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn four_hundred_digits_differ_in_the_last() {
        let (lower, upper) = (number(&"7".repeat(400)), number(&format!("{}8", "7".repeat(399))));
        assert!(lower < upper);
        assert_ne!(lower, upper);
    }

    #[test]
    fn other_spellings_than_the_json_grammar_are_no_numbers() {
        for text in [
            "",
            "-",
            "+1",
            "01",
            "-01",
            "00",
            "1.",
            ".1",
            "-.1",
            "1e",
            "1e+",
            "1e-",
            "e1",
            "1e1.0",
            "1e1e1",
            "1.1.1",
            "--1",
            " 1",
            "1 ",
            "0x1",
            "1_0",
            "NaN",
            "Infinity",
            "-Infinity",
            "\u{661}",
            "1e\u{661}",
            "1,0",
            "1e++1",
            "1e+-1",
        ] {
            assert_eq!(Number::parse(text), None, "`{text}`");
        }
    }

    #[test]
    fn limits_hold_at_their_boundary() {
        let long = |digits: usize| format!("0.{}", "1".repeat(digits));
        assert!(Number::parse(&long(NUMBER_BYTES - 2)).is_some());
        assert!(Number::parse(&long(NUMBER_BYTES - 1)).is_none());
        // 507 digits are written `d.(506 digits)e506`, which is 512 bytes; one more is beyond the limit although it is read whole.
        assert!(Number::parse(&"1".repeat(507)).is_some());
        assert!(Number::parse(&"1".repeat(508)).is_none());
        for (text, within) in [
            ("1e9999", true),
            ("1e10000", false),
            ("1e-9999", true),
            ("1e-10000", false),
            ("10e9999", false),
            ("0.1e-9999", false),
            ("0.1e9999", true),
            ("10e-9999", true),
            ("0e9999", true),
            ("0e10000", false),
            ("1e99999999999999999999", false),
            ("1e-99999999999999999999", false),
            ("1e00000000000000000000000001", true),
        ] {
            assert_eq!(Number::parse(text).is_some(), within, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_told_by_value() {
        for (text, whole, unsigned) in [
            ("0", true, Some(0)),
            ("-0", true, Some(0)),
            ("2.0", true, Some(2)),
            ("2.5", false, None),
            ("0.5", false, None),
            ("1e-1", false, None),
            ("120e-1", true, Some(12)),
            ("-1", true, None),
            ("1e19", true, Some(10_000_000_000_000_000_000)),
            ("1e20", true, None),
            ("1e9999", true, None),
            ("18446744073709551615", true, Some(u64::MAX)),
            ("18446744073709551616", true, None),
            ("184467440737095516.15e2", true, Some(u64::MAX)),
        ] {
            assert_eq!(number(text).is_integer(), whole, "{text}");
            assert_eq!(number(text).as_u64(), unsigned, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_u64_is_its_decimal_spelling(value: u64) {
            prop_assert_eq!(Number::from(value), number(&value.to_string()));
            prop_assert_eq!(Number::from(value).as_u64(), Some(value));
        }

        #[test]
        fn the_canonical_spelling_reads_back_as_the_same_number(text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?") {
            let value = number(&text);
            let canonical = value.to_string();
            prop_assert_eq!(number(&canonical), value);
            prop_assert_eq!(number(&canonical).to_string(), canonical);
        }

        #[test]
        fn order_is_that_of_the_expanded_values(left in (-9999_i128..9999, 0_u32..24), right in (-9999_i128..9999, 0_u32..24)) {
            let expand = |(mantissa, exponent): (i128, u32)| mantissa * 10_i128.pow(exponent);
            let write = |(mantissa, exponent): (i128, u32)| number(&format!("{mantissa}e{}", i64::from(exponent) - 12));
            prop_assert_eq!(write(left).cmp(&write(right)), expand(left).cmp(&expand(right)));
            prop_assert_eq!(write(left).is_integer(), expand(left) % 10_i128.pow(12) == 0);
        }
    }
}
