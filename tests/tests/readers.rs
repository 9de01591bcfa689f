//! Real frameworks and standard libraries read what the edge permits as the edge judged it.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::readers::{Plan, ProbeRequest, ReaderBench, RequestKind, compare_many};

#[test]
fn readers_read_queries_as_the_edge_does() -> Result<()> {
    compare_many(RequestKind::Query, Plan::of_environment()?)
}

#[test]
fn readers_read_forms_as_the_edge_does() -> Result<()> {
    compare_many(RequestKind::Form, Plan::of_environment()?)
}

#[test]
fn readers_route_paths_as_the_edge_does() -> Result<()> {
    compare_many(RequestKind::Path, Plan::of_environment()?)
}

#[test]
fn readers_read_json_as_the_edge_does() -> Result<()> {
    compare_many(RequestKind::Json, Plan::of_environment()?)
}

#[test]
fn readers_round_numbers_as_the_edge_expects() -> Result<()> {
    compare_many(RequestKind::Numbers, Plan::of_environment()?)
}

#[test]
fn readers_agree_on_requests_without_anything_odd() -> Result<()> {
    let plain = [
        ProbeRequest::bare("GET", "/users?user=u1&tag=a&tag=b&filter%5Bowner%5D=z&limit=3"),
        ProbeRequest::form(
            "/login?realm=r",
            "user=u1&meta%5Bplan%5D=%C3%A9&ids%5B%5D=1&ids%5B%5D=2",
        ),
        ProbeRequest::json(
            "/orders",
            br#"{"user": "u1", "seats": 3, "items": [{"sku": "s", "amount": 0.1}]}"#,
        ),
        ProbeRequest::bare("GET", "/users/a%20b/posts/1"),
    ];
    let mut bench = ReaderBench::start()?;
    for request in plain {
        let differences = bench.compare_one(&request)?;
        let differences = differences.with_context(|| format!("refused: {request}"))?;
        ensure!(differences.is_empty(), "{request}: {differences:?}");
    }
    Ok(())
}

/// The comparison can fail: each reader sees what an edge that sends something else than it judged
/// would send.
#[test]
fn what_was_not_judged_is_seen() -> Result<()> {
    let query = |text: &str| ProbeRequest::bare("GET", &format!("/users?{text}"));
    let form = |text: &str| ProbeRequest::form("/login", text);
    let order = |text: &str| ProbeRequest::json("/orders", text.as_bytes());
    let topic = |name: &str| ProbeRequest::bare("POST", &format!("/topics/{name}"));
    let many = "p&".repeat(1_001);
    let cases = [
        (
            query("user=u%5D%3Dx"),
            query("user=u%5D=x"),
            &["express4", "express5_extended", "qs"][..],
        ),
        (
            form("user=u%5D%3Dx"),
            form("user=u%5D=x"),
            &["express4", "express5_extended", "qs"],
        ),
        (
            query("user=u"),
            query(&format!("{many}user=u")),
            &["express4", "express5", "php", "qs", "querystring"],
        ),
        (
            form("user=u"),
            form(&format!("{many}user=u")),
            &["php", "qs", "querystring"],
        ),
        (
            topic("x"),
            topic("x:delete"),
            &["express4", "express5", "starlette", "werkzeug"],
        ),
        (topic("x"), topic("x%3Adelete"), &["starlette", "werkzeug"]),
        (query("user=u"), query("user=v"), &["python", "go", "rack", "url"]),
        (
            query("user=u"),
            query("user=u&user=v"),
            &["python", "go", "rack", "url", "php"],
        ),
        (query("user=u"), query("user=u&user%5Bx%5D=v"), &["qs", "php"]),
        (query("user=u"), query("user=u;limit=1"), &["go", "python"]),
        (
            order(r#"{"user": "u", "seats": 1}"#),
            order(r#"{"user": "u", "seats": 2}"#),
            &["python", "go_struct", "php"],
        ),
        (
            order(r#"{"user": "u"}"#),
            order(r#"{"user": "u", "User": "v"}"#),
            &["go_struct"],
        ),
        (
            order(r#"{"user": "u"}"#),
            order(r#"{"user": "u", "user": "v"}"#),
            &["go", "rack", "url", "express4"],
        ),
    ];
    let mut bench = ReaderBench::start()?;
    for (judged, sent, readers) in cases {
        let seen = bench.compare_unjudged(&judged, &sent)?;
        let blind: Vec<_> = readers
            .iter()
            .filter(|name| !seen.iter().any(|difference| difference.reader == **name))
            .collect();
        ensure!(
            blind.is_empty(),
            "{sent} for {judged} is not seen by {blind:?}, seen: {seen:?}"
        );
    }
    Ok(())
}
