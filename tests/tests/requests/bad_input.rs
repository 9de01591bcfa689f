//! Bad input is refused at a named limit, soon, and without a panic.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::Stopwatch;
use edgewrit_tests::edge::{EdgeProcess, HostKind};
use edgewrit_tests::http::{ClientConnection, HttpRequest, HttpResponse};
use edgewrit_tests::issuer::{self, IssuerProcess};
use edgewrit_tests::scenario::{TravelScenario, search};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

const MEGABYTE: usize = 1024 * 1024;

/// The time for any answer.
const SOON: Duration = Duration::from_secs(5);

/// The first answer to `bytes`, if any; a host may also close.
fn send(address: SocketAddr, bytes: &[u8]) -> Result<Option<HttpResponse>> {
    let watch = Stopwatch::start();
    let mut connection = ClientConnection::open(address, SOON)?;
    // The other side may refuse before it has read everything.
    let _ = connection.write(bytes);
    let answer = connection.read(false);
    ensure!(watch.elapsed() < SOON, "took {:?}", watch.elapsed());
    Ok(answer)
}

/// Fails unless `answer` is a refusal of what the client did, or none.
fn refused(name: &str, answer: Option<&HttpResponse>) -> Result<()> {
    let status = answer.map(|answer| answer.status);
    let right = status.is_none_or(|status| (400..500).contains(&status) || status == 501);
    ensure!(right, "{name}: {status:?} {:?}", answer.map(HttpResponse::json));
    Ok(())
}

/// Requests that no client should send, each with a writ that counts.
fn requests(writ: &str) -> Vec<(&'static str, Vec<u8>)> {
    let get = |target: &str| HttpRequest::new("GET", target).bearer(writ);
    let with = |name: &str, value: Vec<u8>| get("/flights?from=JFK&to=LHR&date=2026-05-10").header(name, value);
    let order = |body: Vec<u8>| {
        let mut order = HttpRequest::new("POST", "/bookings")
            .bearer(writ)
            .header("content-type", "application/json");
        order.body = Some(body);
        order
    };
    let mut odd_target = get("/flights?from=");
    odd_target.target.extend([0xff, 0xfe, 0x80]);
    let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    let wide = json!((0..200_000).collect::<Vec<u32>>()).to_string();
    let grants = vec![json!({"type": "writ", "actions": ["search"], "resources": ["flights"]}); 10_000];
    [
        ("a target that is not UTF-8", odd_target),
        (
            "a header that is not UTF-8",
            with("accept", vec![0xff, 0xfe, 0xc3, 0x28]),
        ),
        (
            "an authorization that is not UTF-8",
            HttpRequest::new("GET", "/flights").header("authorization", vec![b'B', 0xff]),
        ),
        ("a header of a megabyte", with("accept", vec![b'a'; MEGABYTE])),
        (
            "a target of a megabyte",
            get(&format!("/flights?from={}", "a".repeat(MEGABYTE))),
        ),
        (
            "a token of a megabyte",
            HttpRequest::new("GET", "/flights").bearer(&"a".repeat(MEGABYTE)),
        ),
        (
            "a token of 10,000 grants",
            HttpRequest::new("GET", "/flights").bearer(&many_grants(&grants)),
        ),
        (
            "a token of 15,000 dots",
            HttpRequest::new("GET", "/flights").bearer(&".".repeat(15_000)),
        ),
        ("a body of two megabytes", order(vec![b' '; 2 * MEGABYTE])),
        (
            "a body that is not UTF-8",
            order(b"{\"passenger\":{\"user\":\"\xff\xfe\"},\"seats\":1}".to_vec()),
        ),
        ("a body of 100,000 brackets", order(deep.into_bytes())),
        ("a body of 200,000 numbers", order(wide.into_bytes())),
        ("a number of 10,000 digits", order(long_number(&"9".repeat(10_000)))),
        ("a number beyond all exponents", order(long_number("1e999999999999"))),
    ]
    .map(|(name, request)| (name, request.bytes("edge.example")))
    .to_vec()
}

fn many_grants(grants: &[Value]) -> String {
    use base64::Engine as _;
    let encode = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let header = encode(json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "x"}).to_string());
    let payload = encode(json!({"authorization_details": grants}).to_string());
    format!("{header}.{payload}.{}", encode("s".repeat(64)))
}

fn long_number(number: &str) -> Vec<u8> {
    format!(r#"{{"passenger":{{"user":"X"}},"seats":{number}}}"#).into_bytes()
}

fn survives(edge: &EdgeProcess, story: &TravelScenario, writ: &str) -> Result<()> {
    let kind = edge.kind();
    for (name, bytes) in requests(writ) {
        let answer = send(edge.address(), &bytes).with_context(|| format!("{kind}: {name}"))?;
        refused(&format!("{kind}: {name}"), answer.as_ref())?;
        let arrived = story.api.server().take();
        ensure!(
            arrived.is_empty(),
            "{kind}: {name}: `{}` arrived",
            arrived.first().map(|one| one.line()).unwrap_or_default()
        );
        let after = edge.send(&search("LHR", writ))?;
        ensure!(
            after.status == 200,
            "{kind}: after {name}: {} {}",
            after.status,
            after.json()
        );
        drop(story.api.server().take());
    }
    let panics = edge
        .log()
        .once_quiet(|line| line.contains("panicked") || line.contains("unreachable"));
    ensure!(panics.is_empty(), "{kind}: {}", panics.join("\n"));
    Ok(())
}

#[test]
fn no_request_takes_an_edge_down() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
    let writs = story.stand.writs(&issuer, "trip", 1)?;
    for edge in &story.stand.edges {
        survives(edge, &story, writs.first().context("no writ")?)?;
    }
    Ok(())
}

#[test]
fn no_request_takes_the_issuer_down() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let post = |body: Vec<u8>| {
        let mut post = HttpRequest::new("POST", "/v1/tasks").header("content-type", "application/json");
        post.body = Some(body);
        post
    };
    let basic = |value: Vec<u8>| HttpRequest::new("POST", "/v1/tasks").header("authorization", value);
    let requests = [
        ("a body that is not UTF-8", post(vec![0xff; 100])),
        ("a body of ten megabytes", post(vec![b' '; 10 * MEGABYTE])),
        ("a body of 100,000 brackets", post("[".repeat(100_000).into_bytes())),
        ("credentials that are not UTF-8", basic(vec![0xff; 30])),
        ("credentials of a megabyte", basic(vec![b'a'; MEGABYTE])),
        (
            "a target of a megabyte",
            HttpRequest::new("GET", &format!("/{}", "a".repeat(MEGABYTE))),
        ),
        (
            "a bundle position of nonsense",
            HttpRequest::new("GET", "/v1/bundle?have=%ff.-1&wait=99999999999999999999"),
        ),
    ];
    for (name, request) in requests {
        let answer = send(issuer.address(), &request.bytes("issuer.example")).context(name)?;
        refused(name, answer.as_ref())?;
        let health = HttpRequest::new("GET", "/healthz").send(issuer.address())?;
        ensure!(health.status == 200, "after {name}: {}", health.status);
    }
    let panics = issuer.log().once_quiet(|line| line.contains("panicked"));
    ensure!(panics.is_empty(), "{}", panics.join("\n"));
    Ok(())
}

#[test]
fn a_task_of_too_many_grants_is_refused_at_a_named_limit() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let grant = json!({"type": "writ", "actions": ["search"], "resources": ["flights"]});
    let ceiling = json!([{"audience": "https://travel.example", "ttl_max": "1h", "grants": [grant.clone()]}]);
    let client = issuer.add_client("many", &ceiling)?;
    for (count, limit) in [(257, "256"), (10_000, "limit")] {
        let grants = vec![grant.clone(); count];
        let task = json!({"task_id": "t", "orch_id": "o", "audiences": {"https://travel.example": {"grants": grants}}});
        let watch = Stopwatch::start();
        let answer = issuer.ask_task(&client, &task)?;
        ensure!(watch.elapsed() < SOON, "{count} grants took {:?}", watch.elapsed());
        let told = answer.json().to_string();
        ensure!(
            (400..500).contains(&answer.status),
            "{count} grants: {} {told}",
            answer.status
        );
        ensure!(
            told.contains(limit),
            "the refusal of {count} grants does not name `{limit}`: {told}"
        );
    }
    Ok(())
}

#[test]
fn a_ceiling_beyond_the_limit_is_refused_and_nothing_is_registered() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let grants: Vec<_> = (0..10_001)
        .map(|n| json!({"type": "writ", "actions": ["search"], "resources": [format!("flights/{n}")]}))
        .collect();
    let ceiling = json!([{"audience": "https://travel.example", "ttl_max": "1h", "grants": grants}]);
    let Err(error) = issuer.add_client("too-many", &ceiling) else {
        anyhow::bail!("a ceiling of 10,001 grants was taken");
    };
    let told = format!("{error:#}");
    ensure!(
        told.contains("10000") || told.contains("10,000"),
        "the error does not name the limit: {told}"
    );
    Ok(())
}

#[test]
fn inspect_refuses_a_token_of_a_megabyte() -> Result<()> {
    // An argument of the command line is at most 128 KiB on Linux, which is beyond the limit of a
    // token as well.
    let Err(error) = issuer::command(&["inspect", &"a".repeat(100_000)]) else {
        anyhow::bail!("a token of 100,000 bytes was inspected");
    };
    ensure!(
        format!("{error:#}").contains("16384"),
        "the error does not name the limit: {error:#}"
    );
    Ok(())
}
