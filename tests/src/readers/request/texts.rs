//! Pieces of encoded text: what every parser reads alike, and what some do not.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces that the edge takes in names and values, most of them read otherwise by some parser in
/// some place.
const TAKEN: [&str; 40] = [
    "a",
    "u1",
    "x",
    "%5D",
    "%5B",
    "=",
    "%3D",
    "%5D=",
    "%5B%5D=",
    "+",
    "%2B",
    "%20",
    ".",
    "_",
    "-",
    "%26",
    "%3B",
    ":",
    "/",
    "?",
    "%3F",
    "%23",
    "%25",
    "%2525",
    "%C3%A9",
    "%E2%84%AA",
    "%F0%9F%98%80",
    "%0A",
    "%0D",
    "%09",
    "%22",
    "%27",
    "%5C",
    "%7B",
    "%2C",
    ",",
    "$",
    "__proto__",
    "%5d",
    "%3d",
];

/// Pieces that the edge refuses, or that it should be seen to refuse.
const REFUSED: [&str; 22] = [
    "%00",
    "%",
    "%4",
    "%zz",
    "%u0041",
    "%FF",
    "%C0%AE",
    "%ED%A0%80",
    ";",
    "[",
    "]",
    "'",
    "\"",
    " ",
    "\\",
    "|",
    "^",
    "#",
    "\u{e9}",
    "%%",
    "%5D[",
    "]=",
];

/// Encoded text; seldom with what the edge refuses.
pub(super) fn encoded() -> BoxedStrategy<String> {
    let piece = prop_oneof![60 => select(&TAKEN[..]), 1 => select(&REFUSED[..])];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat()).boxed()
}

/// `text` with some of its characters percent-encoded.
pub(super) fn respelled(text: &'static str) -> BoxedStrategy<String> {
    let all = vec(prop_oneof![12 => Just(false), 1 => Just(true)], text.len());
    let brackets = prop_oneof![8 => Just(["%5B", "%5D"]), 2 => Just(["%5b", "%5d"]), 1 => Just(["[", "]"])];
    (all, brackets)
        .prop_map(move |(encoded, [open, close])| {
            let characters = text.chars().zip(encoded);
            let spelled = characters.map(|(character, encoded)| match character {
                '[' => open.to_owned(),
                ']' => close.to_owned(),
                _ if encoded => format!("%{:02X}", u32::from(character)),
                _ => character.to_string(),
            });
            spelled.collect()
        })
        .boxed()
}
