//! Names and values, in queries and forms.

use super::texts::{encoded, respelled};
use super::{BodyKind, ProbeRequest, numbers};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// Names that no row knows, close to ones that a row knows.
const UNKNOWN: [&str; 24] = [
    "",
    "User",
    "user%00",
    "user%20",
    "%20user",
    "user.",
    "user%5B%5D",
    "user%5B0%5D",
    "user%5Bx%5D",
    "user.x",
    "user_",
    "filter",
    "filter%5B%5D",
    "filter%5Bowner",
    "filter%5Bowner%5D%5Bx%5D",
    "filter%5Bowner%5Dx",
    "filter.owner",
    "ids",
    "ids%5B0%5D",
    "ids%5B",
    "__proto__",
    "%5B%5D",
    "constructor%5Bprototype%5D",
    "user%5D",
];

/// Numbers of pieces around the limits of parsers.
const MANY: [usize; 10] = [2, 19, 21, 101, 255, 257, 999, 1_000, 1_001, 1_200];

/// `GET /users` with all kinds of names and values.
pub(super) fn queries() -> BoxedStrategy<ProbeRequest> {
    let others = prop_oneof![
        4 => named("name", encoded()),
        3 => named("tag", encoded()),
        3 => named("filter[owner]", encoded()),
        3 => named("ids[]", encoded()),
        2 => named("limit", numbers::whole()),
        2 => named("ratio", numbers::spelled()),
        2 => named("active", truth()),
        2 => named("p", encoded()),
        1 => named("utm_source", encoded()),
        1 => rival(&["utm.source", "user[x]", "filter", "ids"]),
    ];
    pieces("user", others.boxed(), "p")
        .prop_map(|query| ProbeRequest::bare("GET", &format!("/users?{query}")))
        .boxed()
}

/// `POST /login` with all kinds of names and values in its form, and seldom some in its query.
pub(super) fn forms() -> BoxedStrategy<ProbeRequest> {
    let others = prop_oneof![
        4 => named("name", encoded()),
        3 => named("scope", encoded()),
        3 => named("meta[plan]", encoded()),
        3 => named("ids[]", encoded()),
        2 => named("minutes", numbers::whole()),
        2 => named("ratio", numbers::spelled()),
        2 => named("active", truth()),
        2 => named("p", encoded()),
        1 => named("csrf", encoded()),
        1 => rival(&["user[x]", "meta", "ids"]),
    ];
    let content_type = select(
        &[
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded;charset=utf-8",
            "application/x-www-form-urlencoded; charset=\"UTF-8\"",
            "Application/X-WWW-Form-Urlencoded",
        ][..],
    );
    let query = weighted(0.2, named("realm", encoded()));
    (pieces("user", others.boxed(), "p"), query, content_type)
        .prop_map(|(form, query, content_type)| ProbeRequest {
            content_type: Some(content_type),
            body_kind: Some(BodyKind::Form),
            ..ProbeRequest::form(
                &query.map_or_else(|| "/login".into(), |query| format!("/login?{query}")),
                &form,
            )
        })
        .boxed()
}

/// Pieces in any order, with `required` among them, and seldom very many.
fn pieces(required: &'static str, others: BoxedStrategy<String>, ignored: &'static str) -> BoxedStrategy<String> {
    let required = prop_oneof![30 => named(required, encoded()).prop_map(Some), 1 => Just(None)];
    let unknown = select(&UNKNOWN[..]).prop_map(str::to_owned);
    let other = prop_oneof![60 => others, 1 => (unknown, value(encoded())).prop_map(|(name, value)| name + &value)];
    let many = weighted(
        0.08,
        (
            select(vec![ignored, "tag=t", "scope=s", "ids%5B%5D=1"]),
            select(&MANY[..]),
        ),
    );
    let many = many.prop_map(|many| many.map(|(piece, times)| vec![piece; times].join("&")));
    (vec(other.clone(), 0..3), many, required, vec(other, 0..3))
        .prop_map(|(before, many, required, after)| {
            let all: Vec<_> = before.into_iter().chain(many).chain(required).chain(after).collect();
            all.join("&")
        })
        .boxed()
}

/// A name in one of its spellings, and its value.
fn named(name: &'static str, text: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (respelled(name), value(text))
        .prop_map(|(name, value)| name + &value)
        .boxed()
}

/// An ignored name that some reader takes for another one of the row.
fn rival(names: &'static [&'static str]) -> BoxedStrategy<String> {
    let name = select(names).prop_flat_map(respelled);
    (name, value(encoded())).prop_map(|(name, value)| name + &value).boxed()
}

/// `=` and a value; seldom nothing.
fn value(text: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop_oneof![20 => text.prop_map(|text| format!("={text}")), 1 => Just(String::new())].boxed()
}

fn truth() -> BoxedStrategy<String> {
    let others = select(&["True", "1", "", "on", "tru%65", "false%20"][..]);
    prop_oneof![6 => Just("true"), 6 => Just("false"), 1 => others]
        .prop_map(str::to_owned)
        .boxed()
}
