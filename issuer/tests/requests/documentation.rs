//! The examples of docs/issuer.md, sent to a real issuer.

use crate::support::{Bench, Login, NOON, TRAVEL, claims};
use axum::body::Body;
use axum::http::Request;
use edgewrit_issuer::problem::Code;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

const PAGE: &str = include_str!("../../../docs/issuer.md");

/// The value of a name in angle brackets.
type PlaceholderValues = BTreeMap<String, String>;

/// Fenced blocks: what they are written in, and their text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fences: Vec<_> = PAGE.split("```").collect();
    assert_eq!(fences.len() % 2, 1, "a fence is open");
    fences
        .iter()
        .skip(1)
        .step_by(2)
        .map(|block| block.split_once('\n').unwrap())
        .collect()
}

fn filled(text: &str, names: &PlaceholderValues) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("<{name}>"), value)
    })
}

fn request(text: &str, names: &PlaceholderValues) -> Request<Body> {
    let text = filled(text, names);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    request.body(Body::from(body.trim().to_owned())).unwrap()
}

/// Compares an answer with the page. A name in angle brackets takes the value of its place, and the
/// same value in every other place.
fn same(shown: &Value, found: &Value, names: &mut PlaceholderValues) {
    match (shown, found) {
        (Value::Object(shown), Value::Object(found)) => {
            assert!(shown.keys().eq(found.keys()), "shown {shown:?}, found {found:?}");
            shown.iter().for_each(|(name, value)| same(value, &found[name], names));
        }
        (Value::Array(shown), Value::Array(found)) => {
            assert_eq!(shown.len(), found.len());
            shown
                .iter()
                .zip(found)
                .for_each(|(shown, found)| same(shown, found, names));
        }
        (Value::String(shown), Value::String(found)) if shown.contains('<') => {
            let (before, rest) = shown.split_once('<').unwrap();
            let (name, after) = rest.split_once('>').unwrap();
            let value = found.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            let value = value.unwrap_or_else(|| panic!("shown `{shown}`, found `{found}`"));
            names.insert(name.to_owned(), value.to_owned());
        }
        _ => assert_eq!(shown, found),
    }
}

async fn documented() -> (Bench, PlaceholderValues) {
    let bench = Bench::new().await;
    let grant = |action: &str, resource: &str| json!({"type": "writ", "actions": [action], "resources": [resource]});
    let ceiling = json!([
        {"audience": TRAVEL, "ttl_max": "1h", "grants": [grant("search", "flights"), grant("book", "tickets")]},
        {"audience": "https://data.example", "ttl_max": "15m", "scope": ["read:customers:*"]},
    ]);
    let (client, edge) = (bench.client(ceiling).await, bench.edge(TRAVEL).await);
    let basic = |login: Login| login.0.strip_prefix("Basic ").unwrap().to_owned();
    let names = [("client".to_owned(), basic(client)), ("edge".to_owned(), basic(edge))];
    (bench, names.into())
}

#[tokio::test]
async fn every_request_on_the_page_is_answered_as_printed() {
    let (bench, mut names) = documented().await;
    let blocks = blocks();
    let mut requests = 0;
    for pair in blocks.windows(2).filter(|pair| pair[0].0 == "http") {
        let [(_, asked), (language, shown)] = pair else {
            panic!("no pair")
        };
        bench.clock.store(NOON * 1000, Ordering::SeqCst);
        let answer = bench.send(request(asked, &names)).await;
        let (status, shown) = shown.split_once('\n').unwrap();
        assert_eq!(
            (*language, status),
            ("json", answer.status.as_str()),
            "{asked}\n{}",
            answer.text()
        );
        same(
            &serde_json::from_str(&filled(shown, &repeatable(&names))).unwrap(),
            &answer.json(),
            &mut names,
        );
        if let Some(writ) = names.get("writ") {
            let allowance = &claims(writ)["authorization_details"][1]["uses"]["allowance"];
            names.insert("allowance".to_owned(), allowance.as_str().unwrap().to_owned());
        }
        requests += 1;
    }
    assert_eq!(requests, PAGE.matches("```http\n").count());
    assert!(requests > 10);
}

/// The names that an answer must repeat. Others are given anew by every answer.
fn repeatable(names: &PlaceholderValues) -> PlaceholderValues {
    let once = |(name, _): &(&String, &String)| name.as_str() == "allowance";
    names
        .iter()
        .filter(once)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[test]
fn every_error_is_on_the_page_with_its_status() {
    for code in Code::ALL {
        let (status, name) = (code.status().as_u16(), code.as_str());
        let row = |line: &&str| line.starts_with(&format!("| {status} |")) && line.contains(&format!("`{name}`"));
        assert!(PAGE.lines().any(|line| row(&line)), "{status} `{name}`");
    }
}
