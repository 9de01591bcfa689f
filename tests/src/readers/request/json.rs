//! Bodies of JSON, written out piece by piece: a serialiser would write only what every parser
//! reads alike.

use super::{ProbeRequest, numbers};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces of strings that the edge takes.
const TAKEN: [&str; 26] = [
    "a",
    "x",
    "user",
    "\\u0061",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\b",
    "\\u0000",
    "\\u001f",
    "\\u2028",
    "\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "\u{e9}",
    "\u{1f600}",
    "\u{2028}",
    "\u{feff}",
    "\u{7f}",
    "\u{85}",
    "\\u00e9",
    "\\uFFFE",
    "\\uffff",
    "__proto__",
    "%00",
    "{",
];

/// Pieces of strings that the edge refuses, or that it should be seen to refuse.
const REFUSED: [&str; 12] = [
    "\\ud83d",
    "\\ude00",
    "\\ude00\\ud83d",
    "\\x41",
    "\\u00",
    "\\'",
    "\n",
    "\t",
    "\u{0}",
    "\u{1f}",
    "\\u{41}",
    "\\",
];

/// Blanks between the pieces.
const BLANKS: [&str; 6] = ["", "", " ", "\n", "\t", "\r\n "];

/// Names that no row knows, close to ones that a row knows.
const UNKNOWN: [&str; 12] = [
    "User",
    "USER",
    "",
    "user ",
    "user\\u0000",
    "__proto__",
    "constructor",
    "\\u017feats",
    "Seats",
    "owner.name",
    "items[]",
    "\u{feff}user",
];

/// `POST /orders` with all kinds of JSON.
pub(super) fn bodies() -> BoxedStrategy<ProbeRequest> {
    let start = prop_oneof![60 => Just(""), 1 => Just("\u{feff}")];
    let end = prop_oneof![60 => select(&BLANKS[..]), 1 => select(&["\u{0}", "}", ",", "//", "null", "\u{a0}"][..])];
    (start, document(), end)
        .prop_map(|(start, document, end)| ProbeRequest::json("/orders", format!("{start}{document}{end}").as_bytes()))
        .boxed()
}

fn document() -> BoxedStrategy<String> {
    let user = prop_oneof![30 => member("user", text()).prop_map(Some), 1 => Just(None)];
    (vec(other(), 0..4), user, vec(other(), 0..4), select(&BLANKS[..]))
        .prop_map(|(before, user, after, blank)| {
            let all: Vec<_> = before.into_iter().chain(user).chain(after).collect();
            format!("{{{blank}{}{blank}}}", all.join(&format!(",{blank}")))
        })
        .boxed()
}

fn other() -> BoxedStrategy<String> {
    let owner = prop_oneof![member("name", text()), Just(String::new())].prop_map(|inner| format!("{{{inner}}}"));
    let unknown = (select(&UNKNOWN[..]), scalar()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    prop_oneof![
        6 => member("seats", numbers::spelled()),
        6 => member("price", numbers::spelled()),
        3 => member("paid", select(&["true", "false", "null", "True", "1", "\"true\""][..]).prop_map(str::to_owned).boxed()),
        3 => member("owner", owner.boxed()),
        3 => member("roles", list(scalar())),
        3 => member("items", list(item())),
        3 => member("note", anything()),
        1 => unknown,
        1 => member("user", text()),
    ]
    .boxed()
}

fn item() -> BoxedStrategy<String> {
    let amount = weighted(0.95, member("amount", numbers::spelled()));
    let sku = weighted(0.95, member("sku", text()));
    (sku, amount)
        .prop_map(|(sku, amount)| {
            let members: Vec<_> = sku.into_iter().chain(amount).collect();
            format!("{{{}}}", members.join(","))
        })
        .boxed()
}

/// The value of an ignored member: any JSON, with names that occur twice.
fn anything() -> BoxedStrategy<String> {
    let leaf = prop_oneof![8 => scalar(), 1 => Just("null".to_owned())];
    leaf.prop_recursive(4, 16, 4, |inner| {
        let name = select(&["\"a\"", "\"user\"", "\"__proto__\"", "\"\"", "\"\\u0061\""][..]);
        let members = vec((name, inner.clone()), 0..3).prop_map(|members| {
            let members: Vec<_> = members
                .into_iter()
                .map(|(name, value)| format!("{name}:{value}"))
                .collect();
            format!("{{{}}}", members.join(","))
        });
        prop_oneof![list(inner.boxed()), members]
    })
    .boxed()
}

fn list(of: BoxedStrategy<String>) -> BoxedStrategy<String> {
    vec(of, 0..4).prop_map(|items| format!("[{}]", items.join(","))).boxed()
}

fn scalar() -> BoxedStrategy<String> {
    prop_oneof![4 => text(), 4 => numbers::spelled(), 1 => Just("true".to_owned()), 1 => Just("false".to_owned())]
        .boxed()
}

fn text() -> BoxedStrategy<String> {
    let piece = prop_oneof![100 => select(&TAKEN[..]), 1 => select(&REFUSED[..])];
    vec(piece, 0..5)
        .prop_map(|pieces| format!("\"{}\"", pieces.concat()))
        .boxed()
}

/// A member, whose name may be spelled with an escape.
fn member(name: &'static str, value: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let escaped = prop_oneof![12 => Just(false), 1 => Just(true)];
    (escaped, value, select(&BLANKS[..]))
        .prop_map(move |(escaped, value, blank)| {
            let mut rest = name.chars();
            match rest.next().filter(|_| escaped) {
                Some(first) => format!("\"\\u{:04x}{}\"{blank}:{value}", u32::from(first), rest.as_str()),
                None => format!("\"{name}\":{blank}{value}"),
            }
        })
        .boxed()
}
