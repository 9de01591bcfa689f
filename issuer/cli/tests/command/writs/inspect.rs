//! `edgewrit inspect`.

use crate::support::{POLICY, Server, TestFolder};
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;

/// A server with its own address as origin, a writ, and the pin of its bundles.
fn mint_writ(place: &TestFolder) -> (Server, String, String, Value) {
    let server = place.serve_with(&["--listen", "127.0.0.1:0"]);
    let client = place.client("planner");
    let token = place
        .mint(&client, &server, POLICY, &["--tokens"])
        .ok()
        .trim()
        .to_owned();
    let pin = place.edge("door")["trust"][0].as_str().unwrap().to_owned();
    (server, token, pin, client)
}

#[test]
fn an_unverified_writ_is_shown_in_words_with_a_warning() {
    let place = TestFolder::new();
    let (_server, token, _, client) = mint_writ(&place);
    let shown = place.run(&["inspect", &token]).ok();
    assert!(shown.starts_with("NOT VERIFIED: "), "{shown}");
    assert!(
        shown.contains("search on flights, if date eq 2026-05-10 and from eq JFK and to eq LHR"),
        "{shown}"
    );
    assert!(
        shown.contains("book on tickets, if seats eq 1 and user eq X, 1 in all (counted by "),
        "{shown}"
    );
    assert!(
        shown.contains(client["client_id"].as_str().unwrap())
            && (shown.contains("(in 9m ") || shown.contains("(in 10m 0s)")),
        "{shown}"
    );
}

#[test]
fn a_writ_is_verified_by_the_bundle_of_its_issuer() {
    let place = TestFolder::new();
    let (server, token, pin, client) = mint_writ(&place);
    let verify = |token: &str, pin: &str| place.run(&["inspect", token, "--issuer", &server.url, "--trust", pin]);
    assert!(
        verify(&token, &pin)
            .ok()
            .starts_with("verified: an edge of `https://travel.example` takes this writ now")
    );

    let forged = verify(&forge(&token), &pin);
    assert_eq!(
        (forged.status.code(), forged.stdout.starts_with("REFUSED: ")),
        (Some(1), true)
    );
    assert!(forged.stderr.contains("error: token_signature"), "{}", forged.stderr);

    let refused = verify(&token, &other_pin());
    assert!(
        refused.stderr.contains("the bundle is not believable"),
        "{}",
        refused.stderr
    );

    let login = (
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap(),
    );
    assert_eq!(
        server
            .post(login, "/v1/tasks/trip-42/complete", &serde_json::json!({}))
            .0,
        200
    );
    let ended = verify(&token, &pin);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("error: token_revoked"), "{}", ended.stderr);
}

/// The writ with the signature of another token.
fn forge(token: &str) -> String {
    let (said, signature) = token.rsplit_once('.').unwrap();
    let turned: String = signature
        .chars()
        .map(|c| if c == 'A' { 'B' } else { c })
        .rev()
        .skip(1)
        .collect();
    let turned = if turned.starts_with(['A', 'Q', 'g', 'w']) {
        turned
    } else {
        turned.replacen(|_: char| true, "A", 1)
    };
    format!("{said}.{}A", turned.chars().take(85).collect::<String>())
}

/// A pin of another issuer.
fn other_pin() -> String {
    let place = TestFolder::new();
    let edge = [
        "edge",
        "add",
        "e",
        "--audience",
        "a",
        "--upstream",
        "https://a.example",
        "--issuer",
        "https://i.example",
        "--json",
    ];
    place.run(&edge).json()["trust"][0].as_str().unwrap().to_owned()
}

#[test]
fn a_pin_may_begin_with_a_hyphen() {
    let pin = format!("-{}", "A".repeat(41));
    let said = TestFolder::new()
        .run(&["inspect", "e30.e30.x", "--issuer", "https://i.example", "--trust", &pin])
        .stderr;
    assert!(said.starts_with(&format!("error: `--trust`: `{pin}`: ")), "{said}");
}

#[test]
fn a_writ_can_come_from_standard_input() {
    let place = TestFolder::new();
    let (_server, token, _, _) = mint_writ(&place);
    let mut child = place.command(&["inspect", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(format!("{token}\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"NOT VERIFIED"));
}

#[test]
fn text_that_is_not_a_token_is_refused_with_its_fault() {
    let place = TestFolder::new();
    for (token, why) in [
        ("", "1 parts"),
        ("a.b", "2 parts"),
        ("a.b.c.d.e", "5 parts"),
        ("!.e30.x", "the header is not base64url"),
        ("e30.ew.x", "the payload: not JSON"),
        ("e30.eyJhIjoxLCJhIjoxfQ.x", "stands twice"),
        (&"x".repeat(16 * 1024 + 1), "longer than the 16384 bytes"),
    ] {
        let said = place.run(&["inspect", token]).failed();
        assert!(said[0].contains(why), "{said:?}");
    }
    let mut child = place.command(&["inspect", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    // A megabyte is cut off where the limit is known to be passed; the rest of it has nowhere to
    // go.
    let _cut_off = child.stdin.take().unwrap().write_all(&vec![b'x'; 1024 * 1024]);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}
