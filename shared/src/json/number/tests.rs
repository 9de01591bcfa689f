//! Numbers: canonical spelling, order, and limits.

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
fn numbers_of_four_hundred_digits_are_compared_exactly() {
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
    // 507 digits are written `d.(506 digits)e506`, which is 512 bytes; one more is beyond the limit
    // although it is read whole.
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
fn whole_numbers_are_recognized_by_value() {
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

/// The number that a floating-point reader reads.
fn rounded(text: &str) -> Option<String> {
    number(text).as_double().map(|double| double.to_string())
}

#[test]
fn the_nearest_double_is_chosen_and_of_two_the_even_one() {
    for (text, double) in [
        ("0", "0"),
        ("-0", "0"),
        ("1.0000000000000000000001", "1"),
        ("0.1", "0.1"),
        ("19.99", "19.99"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("9007199254740991", "9007199254740991"),
        ("9007199254740992", "9007199254740992"),
        ("9007199254740993", "9007199254740992"),
        ("-9007199254740993", "-9007199254740992"),
        ("9007199254740995", "9007199254740996"),
        ("9007199254740993.0000000000000000000000001", "9007199254740994"),
        ("12345678901234567890", "12345678901234567000"),
        ("1e22", "1e22"),
        ("1e-400", "0"),
        ("-1e-400", "0"),
        ("5e-324", "5e-324"),
        ("2.4703282292062327e-324", "0"),
        ("2.4703282292062328e-324", "5e-324"),
        ("2.2250738585072011e-308", "2.225073858507201e-308"),
        ("1.7976931348623157e308", "1.7976931348623157e308"),
        ("1.7976931348623158e308", "1.7976931348623157e308"),
    ] {
        assert_eq!(rounded(text).as_deref(), Some(double), "{text}");
        assert!(!number(text).is_beyond_doubles(), "{text}");
    }
    for text in ["1.7976931348623159e308", "1e309", "-1e400", "1e9999"] {
        assert_eq!(rounded(text), None, "{text}");
        assert!(number(text).is_beyond_doubles(), "{text}");
    }
}

#[test]
fn doubles_keep_numbers_of_fifteen_digits() {
    for (text, kept) in [
        ("0", true),
        ("1", true),
        ("-999999999999999", true),
        ("1000000000000000", false),
        ("0.999999999999999", true),
        ("0.9999999999999999", false),
        ("1e-290", true),
        ("1e-300", false),
        ("1e14", true),
        ("1e15", false),
        ("1.50000000000000000000000", true),
    ] {
        assert_eq!(number(text).is_kept_by_doubles(), kept, "{text}");
    }
}

#[test]
fn the_comparison_as_doubles_keeps_the_order_and_merges_numbers() {
    let as_double = |one: &str, other: &str| number(one).compare_as_double(&number(other));
    assert_eq!(as_double("9007199254740993", "9007199254740992"), Ordering::Equal);
    assert_eq!(as_double("1.0000000000000000000001", "1"), Ordering::Equal);
    assert_eq!(as_double("1e-400", "0"), Ordering::Equal);
    assert_eq!(as_double("-1e-400", "1e-400"), Ordering::Equal);
    let ascending = [
        "-1e400", "-1e308", "-1", "-1e-300", "0", "5e-324", "1e-300", "0.1", "1", "1e308", "1e309",
    ];
    for pair in ascending.windows(2) {
        assert_eq!(as_double(pair[0], pair[1]), Ordering::Less, "{pair:?}");
    }
}

#[test]
fn computed_numbers_have_their_nearest_double() {
    let same = |made: Number| assert_eq!(made, number(&made.to_string()));
    for text in [
        "0",
        "1",
        "-1",
        "9007199254740993",
        "-0.1",
        "1.5e300",
        "18446744073709551615",
    ] {
        let one = number(text);
        one.greater().into_iter().chain(one.less()).for_each(same);
        one.between(&number("1e301")).into_iter().for_each(same);
    }
    same(Number::from(u64::MAX));
    same(Number::from(0));
}

proptest! {
    #[test]
    fn kept_numbers_survive_the_conversion_to_doubles(text in "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,17})?(e-?[0-9]{1,2})?") {
        let one = number(&text);
        let double = one.as_double().unwrap();
        prop_assert_eq!(double.as_double(), Some(double.clone()));
        prop_assert_eq!(one.compare_as_double(&double), Ordering::Equal);
        prop_assert!(!one.is_kept_by_doubles() || double == one, "{} is {}", one, double);
    }

    #[test]
    fn rounding_keeps_the_order(one in any::<f64>(), other in any::<f64>(), digits in "[0-9]{0,8}") {
        prop_assume!(one.is_finite() && other.is_finite());
        // Longer than a double: the same digits after those of each.
        let longer = |value: f64| {
            let text = format!("{value:e}");
            let (mantissa, exponent) = text.split_once('e').unwrap();
            let point = if mantissa.contains('.') { "" } else { "." };
            number(&format!("{mantissa}{point}{digits}0e{exponent}"))
        };
        let (one, other) = (longer(one), longer(other));
        let as_double = one.compare_as_double(&other);
        prop_assert!(as_double == one.cmp(&other) || as_double == Ordering::Equal);
    }

    /// For shortest decimals of doubles both readings agree, so a rule about them gives one
    /// verdict.
    #[test]
    fn both_readings_agree_on_shortest_decimals(one in any::<f64>(), other in any::<f64>()) {
        prop_assume!(one.is_finite() && other.is_finite());
        let (one, other) = (number(&format!("{one:e}")), number(&format!("{other:e}")));
        prop_assert_eq!(one.compare_as_double(&other), one.cmp(&other));
    }

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
