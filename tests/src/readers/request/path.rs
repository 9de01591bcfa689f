//! Paths: the routes of the table with all kinds of text in the places of captures.

use super::{ProbeRequest, numbers};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const TAKEN: [&str; 40] = [
    "a",
    "1",
    "x",
    "self",
    "new",
    "secret",
    ":delete",
    "%3Adelete",
    ":publish",
    ":all",
    "%3Aban",
    ":wipe",
    ":",
    "%3A",
    ".json",
    ".",
    "-",
    "_",
    "~",
    "%20",
    "+",
    "%2B",
    "@",
    "!",
    "$",
    "&",
    "'",
    "(",
    "*",
    ",",
    "=",
    "%C3%A9",
    "%E2%84%AA",
    "%3D",
    "%26",
    "%3B",
    "%3F",
    "%23",
    "%7B",
    "%C2%A0",
];

const REFUSED: [&str; 24] = [
    "/", "%2F", "%2f", "%5C", "\\", ";", ";x=1", "%00", "%0A", "%25", "%252F", "%2E", "%61", "%7E", "..", "%C2%85",
    "%FF", "%", "%3a", "Self", "//", "?", "#", "{id}",
];

/// A method and a path of the table, and what a capture may become.
pub(super) fn paths() -> BoxedStrategy<ProbeRequest> {
    let route = select(
        &[
            ("GET", ["/users/", ""]),
            ("DELETE", ["/users/", ""]),
            ("GET", ["/users/", "/posts/"]),
            ("GET", ["/users/", "/posts/new"]),
            ("GET", ["/users/", "/secret"]),
            ("GET", ["/users/self", ""]),
            ("POST", ["/topics/", ""]),
            ("PUT", ["/topics/", ""]),
            ("GET", ["/admin/", ""]),
        ][..],
    );
    let captures = (
        route,
        segment(),
        segment(),
        select(&["", "", "", "", "", "", "/", "?", "?p"][..]),
    );
    let captured = captures.prop_map(|((method, [first, second]), one, other, end)| {
        let other = if second.ends_with('/') { other } else { String::new() };
        ProbeRequest::bare(method, &format!("{first}{one}{second}{other}{end}"))
    });
    let number = numbers::whole().prop_map(|row| ProbeRequest::bare("GET", &format!("/rows/{row}")));
    prop_oneof![8 => captured, 1 => number].boxed()
}

fn segment() -> BoxedStrategy<String> {
    let piece = prop_oneof![60 => select(&TAKEN[..]), 1 => select(&REFUSED[..])];
    vec(piece, 1..4).prop_map(|pieces| pieces.concat()).boxed()
}
