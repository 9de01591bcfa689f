//! What one decision costs natively: a writ seen for the first time and one that is remembered; 100 operations, 15 headers.
//!
//! `cargo bench -p edgewrit-edge`. Each line is the fastest of many short rounds: what the code costs, not what else the machine did.

#[path = "../tests/support/mod.rs"]
mod support;

use edgewrit_edge::config::Config;
use edgewrit_edge::head::Head;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::step::{BodyRead, Step, World, start};
use edgewrit_shared::bundle::Snapshot;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const OPERATIONS: usize = 100;
/// Short and many: on a busy machine some round is left alone.
const ROUNDS: usize = 500;
const PER_ROUND: u32 = 20;
const SEARCH: &str = r#"{"type":"writ","actions":["search"],"resources":["flights"],"rules":{"from":{"eq":"JFK"},"to":{"eq":"LHR"},"date":{"eq":"2026-05-10"}}}"#;
const BOOK: &str =
    r#"{"type":"writ","actions":["book"],"resources":["tickets"],"rules":{"user":{"eq":"X"},"seats":{"eq":1}}}"#;
const BODY: &[u8] = br#"{"passenger":{"user":"X"},"seats":1}"#;

fn config() -> Arc<Config> {
    let mut operations = String::from(
        r#"{"match":"GET /flights","upstream":"travel","action":"search","resource":"flights","params":{"from":"query.from","to":"query.to","date":"query.date"}},
           {"match":"POST /bookings","upstream":"travel","action":"book","resource":"tickets","params":{"user":"body./passenger/user","seats":{"from":"body./seats","type":"integer"}}}"#,
    );
    for index in 2..OPERATIONS {
        let _ = write!(
            operations,
            r#",{{"match":"GET /other-{index}/{{id}}","upstream":"travel","action":"read","resource":"other:{{id}}"}}"#
        );
    }
    let text = format!(
        r#"{{"issuer":"{}","trust":["{}"],"edge":{{"id":"e","credential":"${{secret:E}}"}},"audience":"{}",
            "upstreams":{{"travel":{{"origin":"https://api.example","credential":{{"set":{{"authorization":"Bearer ${{secret:T}}"}}}}}}}},
            "operations":[{operations}]}}"#,
        support::ISSUER,
        support::bundle_key().public().x(),
        support::AUDIENCE,
    );
    match Config::read(&text, &|_| Some("secret".into())) {
        Ok(config) => Arc::new(config),
        Err(faults) => fail(&format!("{faults:?}")),
    }
}

/// Fifteen headers, as a browser or an HTTP library sends them, eight of which pass.
fn headers(authorization: &str) -> Vec<(&str, &[u8])> {
    let mut headers: Vec<(&str, &[u8])> = vec![("authorization", authorization.as_bytes())];
    headers.extend([
        ("host", b"edge.example".as_slice()),
        ("user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
        ("accept", b"application/json, text/plain;q=0.9, */*;q=0.8"),
        ("accept-language", b"en-GB,en;q=0.9"),
        ("accept-encoding", b"gzip, deflate, br"),
        ("content-type", b"application/json"),
        ("content-length", b"36"),
        ("cookie", b"session=0123456789abcdef0123456789abcdef"),
        (
            "traceparent",
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("tracestate", b"rojo=00f067aa0ba902b7"),
        ("if-none-match", b"\"33a64df551425fcc55e4d42a148795d9f25f89d4\""),
        ("if-modified-since", b"Wed, 21 Oct 2015 07:28:00 GMT"),
        ("x-forwarded-for", b"203.0.113.195, 70.41.3.18"),
        ("x-request-id", b"7f3ae7d5-5a10-4e0c-8f1d-1b2f6e9a8c4d"),
    ]);
    headers
}

struct Bench {
    config: Arc<Config>,
    snapshot: Snapshot,
    authorization: String,
}

impl Bench {
    /// One decision: `body` is read if it is asked for.
    fn decide(&self, memory: &Memory, method: &str, target: &[u8], body: Option<&[u8]>) {
        let world = World {
            config: &self.config,
            snapshot: Some(&self.snapshot),
            memory,
            now: support::NOW,
        };
        let headers = headers(&self.authorization);
        let head = Head {
            method,
            target,
            headers: &headers,
            has_body: body.is_some(),
        };
        let step = match start(black_box(head), &world) {
            Step::Body(need) => need.with(BodyRead::Whole(body.unwrap_or_default()), &world),
            step => step,
        };
        match step {
            Step::Forward(permit) => drop(black_box(permit.into_request())),
            Step::Refuse(refusal) => drop(black_box(refusal.response())),
            Step::Body(_) | Step::Spend(_) => fail("another need"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
fn measure(name: &str, mut work: impl FnMut()) {
    let rounds = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        (0..PER_ROUND).for_each(|_| work());
        begun.elapsed() / PER_ROUND
    });
    let fastest = rounds.min().unwrap_or_default();
    println!("{name:<50} {:>9.2} us", fastest.as_secs_f64() * 1e6);
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    std::process::abort()
}

fn main() {
    let writ = support::writ(&support::claims(support::grants(&[SEARCH, BOOK])));
    let bench = Bench {
        config: config(),
        snapshot: support::snapshot(support::NOW, Vec::new()),
        authorization: format!("Bearer {writ}"),
    };
    println!("writ of {} bytes, {OPERATIONS} operations, 15 headers", writ.len());
    let search = b"/flights?from=JFK&to=LHR&date=2026-05-10".as_slice();
    let memory = Memory::new(1);
    measure("permit, query, cached", || bench.decide(&memory, "GET", search, None));
    measure("permit, body, cached", || {
        bench.decide(&memory, "POST", b"/bookings", Some(BODY))
    });
    let other = b"/flights?from=JFK&to=CDG&date=2026-05-10".as_slice();
    measure("refusal not_granted with its problem, cached", || {
        bench.decide(&memory, "GET", other, None)
    });
    measure("refusal target_segment", || {
        bench.decide(&memory, "GET", b"/flights/../x", None)
    });
    measure("permit, query, first sight", || {
        bench.decide(&Memory::new(1), "GET", search, None)
    });
}
