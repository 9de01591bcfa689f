//! Accepted and refused JSON, and the boundary of every limit.

use super::{EscapedInput, Json, JsonError, Quoted, members_as_written, parse};
use crate::json::number::Number;
use crate::limits::{JSON_DEPTH, JSON_VALUES, NUMBER_BYTES, NUMBER_EXPONENT};
use proptest::prelude::*;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

fn read(text: &str) -> Result<Json, JsonError> {
    parse(text.as_bytes(), JSON_VALUES)
}

fn number(text: &str) -> Json {
    Json::Number(Number::parse(text).unwrap())
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

#[test]
fn every_kind_of_value_is_read_in_order() {
    let members = [
        ("z", Json::Null),
        ("a", Json::List(Vec::from([Json::Bool(true), Json::Bool(false)]))),
        ("n", number("-1.50e3")),
        ("s", text("x\n\u{1F600}é/\"\\")),
        ("o", Json::Object(Vec::new())),
        ("l", Json::List(Vec::new())),
    ];
    let expected = Json::Object(members.map(|(name, value)| (name.to_owned(), value)).to_vec());
    let document = r#" { "z" : null , "\u0061":[true,false],"n":-1.50e3,
        "s":"x\n\uD83D\ude00é\/\"\\","o":{ },"l":[ ] } "#;
    assert_eq!(read(document), Ok(expected));
}

#[test]
fn a_member_is_found_by_name_only_in_objects() {
    let object = read(r#"{"a":1,"b":2}"#).unwrap();
    assert_eq!(object.member("b"), Some(&number("2")));
    assert_eq!(object.member("c"), None);
    assert_eq!(read(r#"["a"]"#).unwrap().member("a"), None);
}

#[test]
fn numbers_keep_their_exact_value() {
    for exact in [
        "0.1",
        "9007199254740993",
        "1e400",
        "-0.00000000000000000000000000000001",
        "123456789012345678901234567890",
    ] {
        assert_eq!(read(exact), Ok(number(exact)), "{exact}");
    }
}

#[test]
fn invalid_json_is_refused_with_its_place() {
    let cases: &[(&[u8], usize)] = &[
        (b"", 0),
        (b"  ", 2),
        (b"nul", 1),
        (b"truex", 4),
        (b"True", 0),
        (b"NaN", 0),
        (b"[1,]", 3),
        (b"[1 2]", 3),
        (b"[", 1),
        (b"{\"a\"}", 4),
        (b"{\"a\":}", 5),
        (b"{\"a\":1,}", 7),
        (b"{a:1}", 1),
        (b"{1:1}", 1),
        (b"'a'", 0),
        (b"01", 1),
        (b"-", 1),
        (b"+1", 0),
        (b".5", 0),
        (b"1.", 2),
        (b"1e", 2),
        (b"1e+", 3),
        (b"0x1", 1),
        (b"1 2", 2),
        (b"{} {}", 3),
        (b"[1]\0", 3),
        (b"// c\n1", 0),
        (b"\xEF\xBB\xBF1", 0),
        (b"\"a", 2),
        (b"\"\\", 2),
        (b"\"\\x\"", 3),
        (b"\"\\u12\"", 6),
        (b"\"a\tb\"", 3),
        (b"\"a\nb\"", 3),
        (b"\"\x1f\"", 2),
        (b"\"\\ud800\"", 7),
        (b"\"\\udc00\"", 7),
        (b"\"\\ud800\\u0041\"", 13),
        (b"\"\xff\"", 2),
        (b"\"\xc3\"", 2),
        (b"\"\xed\xa0\x80\"", 4),
        (b"\xff", 0),
    ];
    for (bytes, place) in cases {
        let shown = String::from_utf8_lossy(bytes);
        match parse(bytes, JSON_VALUES) {
            Err(JsonError::Syntax { at }) => assert_eq!(at, *place, "`{shown}`"),
            other => panic!("`{shown}`: {other:?}"),
        }
    }
}

#[test]
fn a_duplicate_name_is_refused_in_any_spelling() {
    for twice in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"\u0061":3}"#,
        r#"[{"x":{"a":{},"c":1,"a":{}}}]"#,
    ] {
        assert_eq!(
            read(twice),
            Err(JsonError::Duplicate { name: "a".to_owned() }),
            "{twice}"
        );
    }
    assert!(read(r#"{"a":{"a":{"a":1}},"A":1,"":2}"#).is_ok());
    assert!(
        read(r#"{"é":1,"e\u0301":2}"#).is_ok(),
        "names are compared without normalisation"
    );
}

#[test]
fn members_as_written_have_the_text_of_their_values() {
    let document = r#" {"a" : 1e9 ,"b":{"c":[ null,"\u0061]"]},"\u0061":"x"}"#;
    let expected = [("a", "1e9"), ("b", r#"{"c":[ null,"\u0061]"]}"#), ("a", r#""x""#)];
    let members = members_as_written(document, JSON_VALUES).unwrap();
    let members: Vec<_> = members.iter().map(|(name, text)| (&**name, *text)).collect();
    assert_eq!(members, expected);
    for none in [
        "",
        "[]",
        "1",
        "{} {}",
        r#"{"a":1,}"#,
        r#"{"a":01}"#,
        r#"{"a":[}"#,
        r#"{"a":"\x"}"#,
    ] {
        assert_eq!(members_as_written(none, JSON_VALUES), None, "{none}");
    }
    let values = 7;
    assert!(members_as_written(document, values).is_some());
    assert_eq!(members_as_written(document, values - 1), None);
    let nested = |depth| format!(r#"{{"a":{}0{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(members_as_written(&nested(JSON_DEPTH - 1), JSON_VALUES).is_some());
    assert_eq!(members_as_written(&nested(JSON_DEPTH), JSON_VALUES), None);
    assert_eq!(members_as_written(&nested(1_000_000), JSON_VALUES * 1_000), None);
}

#[test]
fn nesting_is_limited_before_the_stack_overflows() {
    let nested = |depth: usize, open: &str, close: &str| format!("{}0{}", open.repeat(depth), close.repeat(depth));
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        assert!(read(&nested(JSON_DEPTH, open, close)).is_ok());
        assert_eq!(read(&nested(JSON_DEPTH + 1, open, close)), Err(JsonError::TooDeep));
        assert_eq!(read(&open.repeat(1_000_000)), Err(JsonError::TooDeep));
    }
}

#[test]
fn siblings_do_not_add_to_the_depth() {
    assert!(read(&format!("[{}[]]", "[],".repeat(JSON_DEPTH * 2))).is_ok());
}

#[test]
fn values_are_counted_all_together() {
    let document = br#"{"a":[1,"x"],"b":{"c":null}}"#;
    assert!(parse(document, 6).is_ok());
    assert_eq!(parse(document, 5), Err(JsonError::TooManyValues));
    assert_eq!(parse(b"1", 0), Err(JsonError::TooManyValues));
}

#[test]
fn numbers_beyond_the_limits_are_refused() {
    assert!(read(&format!("1{}", "0".repeat(NUMBER_BYTES - 1))).is_ok());
    assert_eq!(
        read(&format!("1{}", "0".repeat(NUMBER_BYTES))),
        Err(JsonError::NumberRange)
    );
    assert!(read(&format!("1e{NUMBER_EXPONENT}")).is_ok());
    assert_eq!(read(&format!("1e{}", NUMBER_EXPONENT + 1)), Err(JsonError::NumberRange));
    assert_eq!(read("1e-99999999999999999999"), Err(JsonError::NumberRange));
}

#[test]
fn an_object_of_very_many_members_is_read_in_bounded_time() {
    let members: Vec<String> = (0..JSON_VALUES - 1).map(|n| format!("\"{n}\":0")).collect();
    assert!(read(&format!("{{{}}}", members.join(","))).is_ok());
    let twice = format!("{{{},\"0\":0}}", members[..members.len() - 1].join(","));
    assert_eq!(read(&twice), Err(JsonError::Duplicate { name: "0".to_owned() }));
}

#[test]
fn messages_are_one_bounded_line() {
    assert_eq!(JsonError::Syntax { at: 3 }.to_string(), "not JSON at byte 3");
    let name = "a\n".repeat(41);
    let message = JsonError::Duplicate { name }.to_string();
    assert_eq!(
        message,
        format!("member `{}…` stands twice in one object", "a\\n".repeat(40))
    );
    assert_eq!(EscapedInput(&"x".repeat(80)).to_string(), "x".repeat(80));
    assert_eq!(JsonError::TooDeep.to_string(), "nested deeper than 32 levels");
    assert_eq!(JsonError::TooManyValues.to_string(), "more values than the limit");
    assert_eq!(
        JsonError::NumberRange.to_string(),
        "a number beyond the limits of length or exponent"
    );
}

#[test]
fn quoted_text_escapes_the_required_characters() {
    assert_eq!(
        Quoted("a\"\\/é\u{7f}\u{1f}\n").to_string(),
        "\"a\\\"\\\\/é\u{7f}\\u001f\\n\""
    );
}

/// The text in place of a number, because the second reader rounds numbers.
const A_NUMBER: &str = "a number";

/// The tree of the second reader.
fn convert(value: &serde_json::Value) -> Json {
    match value {
        serde_json::Value::Null => Json::Null,
        serde_json::Value::Bool(value) => Json::Bool(*value),
        serde_json::Value::Number(_) => text(A_NUMBER),
        serde_json::Value::String(value) => text(value),
        serde_json::Value::Array(items) => Json::List(items.iter().map(convert).collect()),
        serde_json::Value::Object(members) => Json::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), convert(value)))
                .collect(),
        ),
    }
}

/// Sorted members without numbers, as in the tree of the second reader.
fn comparable(value: Json) -> Json {
    match value {
        Json::Number(_) => text(A_NUMBER),
        Json::List(items) => Json::List(items.into_iter().map(comparable).collect()),
        Json::Object(members) => {
            let mut members: Vec<_> = members
                .into_iter()
                .map(|(name, value)| (name, comparable(value)))
                .collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Json::Object(members)
        }
        other => other,
    }
}

/// Pieces of JSON in any order: most documents are broken, many are not.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &[
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"b\"",
            "\"\\u0061\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            " 1 ",
            " -0.5e2 ",
            " 01 ",
            " 1e ",
            "null",
            "true",
            "fals",
            " ",
            "\t",
            "\"",
            "\\",
            "é",
            "\"\u{1}\"",
            "{\"a\":[1,{}]}",
        ][..],
    );
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, JSON_VALUES);
    }

    #[test]
    fn the_parser_agrees_with_a_second_parser(document in soup()) {
        let own = read(&document);
        let other: Result<serde_json::Value, _> = serde_json::from_str(&document);
        match (own, other) {
            (Ok(own), Ok(other)) => prop_assert_eq!(comparable(own), convert(&other)),
            (Err(JsonError::Syntax { .. }), Err(_)) => {}
            (Err(JsonError::Duplicate { .. }), _) => {}
            (own, other) => prop_assert!(false, "`{}`: {:?}, second reader {:?}", document, own, other),
        }
    }

    #[test]
    fn written_json_is_read_back_equal(document in soup()) {
        let document = format!("{{\"first\":{document},\"last\":[{document}]}}");
        let members = members_as_written(&document, JSON_VALUES);
        match read(&document) {
            Ok(Json::Object(values)) => {
                let again = members.unwrap().into_iter().map(|(name, text)| (name.into_owned(), read(text).unwrap()));
                prop_assert_eq!(again.collect::<Vec<_>>(), values);
            }
            Ok(_) | Err(JsonError::Syntax { .. } | JsonError::TooDeep | JsonError::TooManyValues) => {
                prop_assert_eq!(members, None);
            }
            Err(JsonError::Duplicate { .. } | JsonError::NumberRange) => prop_assert!(members.is_some()),
        }
    }

    #[test]
    fn quoted_text_is_read_back(own in any::<String>()) {
        prop_assert_eq!(read(&Quoted(&own).to_string()), Ok(text(&own)));
    }
}
