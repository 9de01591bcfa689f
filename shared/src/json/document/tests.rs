//! Every reading function, its fault, and the place of the fault.

use super::{FAULT_BYTES, FAULTS, Faults, Node};
use crate::json::{self, Json};
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

fn json(text: &str) -> Json {
    json::parse(text.as_bytes(), 1_000).unwrap()
}

/// The value that `read` reads from a document, and the faults.
fn read<T>(text: &str, read: impl FnOnce(&Node<'_>) -> Option<T>) -> (Option<T>, Vec<String>) {
    let value = json(text);
    let faults = Faults::new();
    let result = read(&Node::root(&value, &faults));
    (result, faults.into_list().lines().collect())
}

fn fault(text: &str, reader: impl FnOnce(&Node<'_>) -> Option<()>) -> String {
    let (result, faults) = read(text, reader);
    assert_eq!(result, None);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.concat()
}

#[test]
fn scalars_are_read_by_kind() {
    assert_eq!(
        read("\"x\"", |node| node.text().map(ToOwned::to_owned)),
        (Some("x".to_owned()), Vec::new())
    );
    assert_eq!(read("true", |node| node.bool()), (Some(true), Vec::new()));
    assert_eq!(
        read("1.5", |node| node.number().map(ToString::to_string)).0,
        Some("1.5".to_owned())
    );
}

#[test]
fn a_value_of_another_kind_is_named() {
    let expected = |text: &str| fault(text, |node| node.text().map(|_| ()));
    assert_eq!(expected("null"), "/: expected a string, found null");
    assert_eq!(expected("false"), "/: expected a string, found `false`");
    assert_eq!(expected("1.50"), "/: expected a string, found the number `1.5`");
    assert_eq!(expected("[]"), "/: expected a string, found an array");
    assert_eq!(expected("{}"), "/: expected a string, found an object");
    assert_eq!(
        fault("\"x\"", |node| node.number().map(|_| ())),
        "/: expected a number, found the string `x`"
    );
    assert_eq!(
        fault("\"x\"", |node| node.bool().map(|_| ())),
        "/: expected `true` or `false`, found the string `x`"
    );
    assert_eq!(
        fault("\"x\"", |node| node.list(9).map(|_| ())),
        "/: expected an array, found the string `x`"
    );
    assert_eq!(
        fault("\"x\"", |node| node.members().map(|_| ())),
        "/: expected an object, found the string `x`"
    );
    assert_eq!(
        fault("\"x\"", |node| node.object(&[]).map(|_| ())),
        "/: expected an object, found the string `x`"
    );
}

#[test]
fn text_in_a_message_is_one_bounded_line() {
    let shown = |text: &str| fault(&format!("\"{text}\""), |node| node.bool().map(|_| ()));
    assert_eq!(
        shown("a\\nb"),
        "/: expected `true` or `false`, found the string `a\\nb`"
    );
    let most = "x".repeat(80);
    assert_eq!(
        shown(&most),
        format!("/: expected `true` or `false`, found the string `{most}`")
    );
    assert_eq!(
        shown(&format!("{most}y")),
        format!("/: expected `true` or `false`, found the string `{most}…`")
    );
}

#[test]
fn integers_outside_their_bounds_are_faults() {
    let integer = |text: &str| read(text, |node| node.integer(2, 4)).0;
    assert_eq!(["2", "3", "4", "3.0"].map(integer), [2, 3, 4, 3].map(Some));
    assert_eq!(["1", "5", "2.5", "-3", "\"3\"", "1e99"].map(integer), [None; 6]);
    let message = fault("5", |node| node.integer(2, 4).map(|_| ()));
    assert_eq!(message, "/: expected a whole number from 2 to 4, found the number `5`");
}

#[test]
fn elements_have_places_and_a_limit() {
    let places = |node: &Node<'_>| {
        Some(
            node.list(2)?
                .iter()
                .map(|item| item.place().to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        read("[1,[2]]", places).0,
        Some(Vec::from(["/0".to_owned(), "/1".to_owned()]))
    );
    assert_eq!(
        fault("[1,2,3]", |node| node.list(2).map(|_| ())),
        "/: 3 elements, the limit is 2"
    );
}

#[test]
fn members_have_places_that_are_json_pointers() {
    let places = |node: &Node<'_>| {
        Some(
            node.members()?
                .iter()
                .map(|(_, node)| node.place().to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        read(r#"{"a/b":1,"m~n":{},"":2}"#, places).0.unwrap(),
        ["/a~1b", "/m~0n", "/"]
    );
    let names = |node: &Node<'_>| {
        Some(
            node.members()?
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(read(r#"{"b":1,"a":2}"#, names).0.unwrap(), ["b", "a"]);
}

#[test]
fn places_lead_through_the_document() {
    let deep = |node: &Node<'_>| {
        let members = node.object(&["list"])?;
        members
            .required("list")?
            .list(9)?
            .last()?
            .object(&["x"])?
            .required("x")?
            .bool()
            .map(|_| ())
    };
    assert_eq!(
        fault(r#"{"list":[0,{"x":1}]}"#, deep),
        "/list/1/x: expected `true` or `false`, found the number `1`"
    );
}

#[test]
fn unknown_members_are_faults_and_the_others_are_still_read() {
    let (found, faults) = read(r#"{"x":1,"a":2,"y":3}"#, |node| {
        node.object(&["a", "b"])?.optional("a")?.integer(0, 9)
    });
    assert_eq!(found, Some(2));
    assert_eq!(
        faults,
        [
            "/x: unknown member `x`, expected one of `a`, `b`",
            "/y: unknown member `y`, expected one of `a`, `b`"
        ]
    );
}

#[test]
fn a_missing_member_is_a_fault_only_if_it_is_required() {
    let (found, faults) = read("{}", |node| node.object(&["a"])?.optional("a").map(|_| ()));
    assert_eq!((found, faults), (None, Vec::new()));
    assert_eq!(
        fault("{}", |node| node.object(&["a"])?.required("a").map(|_| ())),
        "/: missing member `a`"
    );
    assert_eq!(
        read(r#"{"a":null}"#, |node| node.object(&["a"])?.required("a").map(|_| ())),
        (Some(()), Vec::new())
    );
}

#[test]
fn members_return_their_object() {
    let value = json(r#"{"a":1}"#);
    let faults = Faults::new();
    let members = Node::at("/place", &value, &faults).object(&["a"]).unwrap();
    assert_eq!(members.node().place(), "/place");
    assert_eq!(members.node().json(), &value);
    assert_eq!(members.required("a").unwrap().place(), "/place/a");
}

#[test]
fn faults_add_up_in_the_order_in_which_they_were_found() {
    let value = json("[1,2]");
    let faults = Faults::new();
    let node = Node::root(&value, &faults);
    node.fault("first");
    for item in node.list(2).unwrap() {
        assert_eq!(item.text(), None);
    }
    let places = faults.into_list();
    assert_eq!(
        places
            .kept()
            .iter()
            .map(|fault| fault.place.as_str())
            .collect::<Vec<_>>(),
        ["", "/0", "/1"]
    );
    assert_eq!(places.kept()[0].to_string(), "/: first");
}

#[test]
fn the_first_faults_are_kept_and_the_others_are_counted() {
    let members: Vec<_> = (0..5_000).map(|index| format!("\"m{index}\":1")).collect();
    let value = json::parse(format!("{{{}}}", members.join(",")).as_bytes(), 20_000).unwrap();
    let faults = Faults::new();
    let _members = Node::root(&value, &faults).object(&[]);
    let list = faults.into_list();
    assert_eq!(
        (list.kept().len(), list.total(), list.omitted()),
        (FAULTS, 5_000, 4_900)
    );
    assert_eq!(list.lines().last().unwrap(), "and 4900 more");
}

#[test]
fn faults_are_bounded_in_bytes_and_the_first_is_always_kept() {
    let long = format!(
        "{{\"{}\":{}1{}}}",
        "\\u0001".repeat(100_000),
        "[".repeat(20),
        "]".repeat(20)
    );
    let value = json::parse(long.as_bytes(), 1_000).unwrap();
    let faults = Faults::new();
    let (name, node) = Node::root(&value, &faults).members().unwrap().remove(0);
    for _ in 0..1_000 {
        node.fault(name.repeat(2));
    }
    let list = faults.into_list();
    assert!(
        !list.kept().is_empty() && list.kept().len() < FAULTS,
        "{}",
        list.kept().len()
    );
    let bytes: usize = list
        .kept()
        .iter()
        .map(|fault| fault.place.len() + fault.message.len())
        .sum();
    assert!(bytes <= FAULT_BYTES / 6, "{bytes}");
    assert_eq!(list.total(), 1_000);
}

#[test]
fn long_names_are_shortened_in_places() {
    let name = "n".repeat(1_000);
    let value = json::parse(format!("{{\"{name}\":[true]}}").as_bytes(), 100).unwrap();
    let faults = Faults::new();
    let (_, list) = Node::root(&value, &faults).members().unwrap().remove(0);
    let place = list.list(1).unwrap().remove(0).place();
    assert!(
        place.len() < 270 && place.contains(" bytes)…n") && place.ends_with("/0"),
        "{place}"
    );
}
