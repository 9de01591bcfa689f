//! Cases of the pipeline from the head of a request to the outgoing request: 100 operations, 15
//! headers, a writ of some 900 bytes.

use crate::{BenchCase, token};
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::step::{BodyEnd, Step, start};
use edgewrit_edge::verdict::in_flight::{InFlight, Outcome, ResponseHead};
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_test_issuer as support;
use std::cell::Cell;
use std::fmt::Write as _;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;

const OPERATIONS: usize = 100;
/// Few operations, and as many as an edge takes: a decision costs the same.
const FEW: usize = 10;
const MOST: usize = 10_000;
const WRITS: usize = 1_000;
const SEARCH: &[u8] = b"/flights?from=JFK&to=LHR&date=2026-05-10";
const BODY: &[u8] = br#"{"passenger":{"user":"X"},"seats":1}"#;

/// Fourteen headers beside `authorization`, as a browser or an HTTP library sends them, seven of
/// which pass.
const HEADERS: [(&str, &[u8]); 14] = [
    ("host", b"edge.example"),
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
];

/// The headers of the answer of an upstream.
const RESPONSE: [(&str, &[u8]); 5] = [
    ("content-length", b"2"),
    ("content-type", b"application/json"),
    ("date", b"Wed, 21 Oct 2015 07:28:00 GMT"),
    ("server", b"upstream"),
    ("etag", b"\"33a64df551425fcc55e4d42a148795d9f25f89d4\""),
];

/// `space` makes one configuration another of the same meaning.
pub(crate) fn config(space: &str) -> Arc<Config> {
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
    config_of(&operations, space)
}

/// `count` operations whose paths share beginnings, all of them searches.
fn config_of_searches(count: usize) -> Arc<Config> {
    let operation = |index: usize| {
        format!(
            r#"{{"match":"GET /group-{}/item-{index}/{{id}}","upstream":"travel","action":"search","resource":"flights","params":{{"from":"query.from","to":"query.to","date":"query.date"}},"ignore":["path.id"]}}"#,
            index % 100
        )
    };
    let operations: Vec<_> = (0..count).map(operation).collect();
    config_of(&operations.join(","), "")
}

fn config_of(operations: &str, space: &str) -> Arc<Config> {
    let text = format!(
        r#"{{"issuer":"{}","trust":["{}"],"edge":{{"id":"e","credential":"${{secret:E}}"}},"audience":"{}",
            "upstreams":{{"travel":{{"origin":"https://api.example","credential":{{"set":{{"authorization":"Bearer ${{secret:T}}"}}}}}}}},
            "operations":[{operations}]}}{space}"#,
        support::ISSUER,
        support::bundle_key().public().x(),
        support::AUDIENCE,
    );
    Arc::new(Config::read(&text, &|_| Some("secret".into())).expect("a configuration"))
}

struct BenchEdge {
    config: Arc<Config>,
    snapshot: Snapshot,
    /// Writs that are used in turns.
    authorizations: Vec<String>,
    turn: Cell<usize>,
}

struct BenchRequest {
    method: &'static str,
    target: &'static [u8],
    body: Option<&'static [u8]>,
    permits: bool,
}

impl BenchEdge {
    fn new(config: Arc<Config>) -> Self {
        Self::with(config, 1)
    }

    fn with(config: Arc<Config>, writs: usize) -> Self {
        Self {
            config,
            snapshot: support::snapshot(support::NOW, Vec::new()),
            authorizations: (0..writs)
                .map(|number| format!("Bearer {}", token::writ(number)))
                .collect(),
            turn: Cell::new(0),
        }
    }

    /// One decision, and the outgoing request.
    fn decide(&self, memory: &Memory, ask: &BenchRequest) {
        if let Some(in_flight) = self.forwarded(memory, ask) {
            drop(black_box(in_flight));
        }
    }

    /// One decision, the upstream's answer, and the line for the log.
    fn answer(&self, memory: &Memory, ask: &BenchRequest) {
        let mut in_flight = self.forwarded(memory, ask).expect("a permit");
        drop(black_box(in_flight.edit_response(&ResponseHead {
            status: 200,
            headers: &RESPONSE,
        })));
        drop(black_box(in_flight.finish(Outcome::Answered(200)).line()));
    }

    fn forwarded(&self, memory: &Memory, ask: &BenchRequest) -> Option<InFlight> {
        let turn = self.turn.get();
        self.turn.set((turn + 1) % self.authorizations.len());
        let world = World {
            config: &self.config,
            snapshot: Some(&self.snapshot),
            memory,
            now: support::NOW,
        };
        let own = (
            "authorization",
            self.authorizations.get(turn).map_or(&[][..], String::as_bytes),
        );
        let headers: Vec<(&str, &[u8])> = HEADERS.into_iter().chain([own]).collect();
        let head = Head {
            method: ask.method,
            target: ask.target,
            authority: b"edge.example",
            headers: &headers,
            has_body: ask.body.is_some(),
        };
        let step = match start(black_box(head), &world) {
            Step::Body(mut need) => {
                need.append(ask.body.unwrap_or_default());
                need.resume(BodyEnd::Whole, &world)
            }
            step => step,
        };
        match step {
            Step::Forward(permit) if ask.permits => {
                let (request, in_flight) = permit.into_request();
                drop(black_box(request));
                Some(in_flight)
            }
            Step::Refuse(refusal) if !ask.permits => {
                drop(black_box(refusal.response()));
                None
            }
            _ => panic!("another verdict"),
        }
    }
}

/// The configuration is another one each time, so that the writ has to be verified again; it takes
/// the place of itself in a cache that is there already, as it takes the place of others in a busy
/// edge's.
fn first_sight(ask: BenchRequest) -> Box<dyn Fn()> {
    let (edges, memory, turn) = (
        [BenchEdge::new(config("")), BenchEdge::new(config(" "))],
        Memory::new(1),
        Cell::new(false),
    );
    Box::new(move || {
        let [one, other] = &edges;
        let edge = if turn.replace(!turn.get()) { one } else { other };
        edge.decide(&memory, &ask);
    })
}

/// The last of `count` operations; `baseline` is the index of the case that it is compared with.
fn last_of(name: &'static str, baseline: usize, count: usize) -> BenchCase {
    let (edge, memory) = (BenchEdge::new(config_of_searches(count)), Memory::new(1));
    let target = match count {
        FEW => b"/group-9/item-9/7?from=JFK&to=LHR&date=2026-05-10".as_slice(),
        _ => b"/group-99/item-9999/7?from=JFK&to=LHR&date=2026-05-10",
    };
    let ask = BenchRequest {
        method: "GET",
        target,
        body: None,
        permits: true,
    };
    BenchCase {
        name,
        baseline,
        once: Box::new(move || edge.decide(&memory, &ask)),
    }
}

/// Cases that differ in how many operations there are; `first` is the index of the first of them,
/// their baseline.
pub(crate) fn cases_by_operations(first: usize) -> Vec<BenchCase> {
    vec![
        last_of("permit, cached, the last of 10 operations", first, FEW),
        last_of("permit, cached, the last of 10,000 operations", first, MOST),
    ]
}

/// As in a busy edge: each writ comes back after many others, and everything is done to the end.
fn in_turns(ask: BenchRequest) -> Box<dyn Fn()> {
    let (edge, memory) = (BenchEdge::with(config(""), WRITS), Memory::new(1));
    (0..WRITS).for_each(|_| edge.decide(&memory, &ask));
    Box::new(move || edge.answer(&memory, &ask))
}

/// A busy edge; `baseline` is the index of the case that it is compared with.
pub(crate) fn busy_case(baseline: usize) -> BenchCase {
    let ask = BenchRequest {
        method: "GET",
        target: SEARCH,
        body: None,
        permits: true,
    };
    BenchCase {
        name: "permit, cached, 1,000 writs in turns, answered",
        baseline,
        once: in_turns(ask),
    }
}

/// The cases; `baseline` is the index of the one that they are compared with.
pub(crate) fn cases(baseline: usize) -> Vec<BenchCase> {
    let edge = Rc::new(BenchEdge::new(config("")));
    let memory = Rc::new(Memory::new(1));
    let cached = |name, ask: BenchRequest| {
        let (edge, memory) = (Rc::clone(&edge), Rc::clone(&memory));
        BenchCase {
            name,
            baseline,
            once: Box::new(move || edge.decide(&memory, &ask)),
        }
    };
    let ask = |method, target, body, permits| BenchRequest {
        method,
        target,
        body,
        permits,
    };
    let other = b"/flights?from=JFK&to=CDG&date=2026-05-10".as_slice();
    vec![
        BenchCase {
            name: "permit, a writ seen for the first time",
            baseline,
            once: first_sight(ask("GET", SEARCH, None, true)),
        },
        cached("permit, cached", ask("GET", SEARCH, None, true)),
        cached(
            "permit with a JSON body, cached",
            ask("POST", b"/bookings", Some(BODY), true),
        ),
        cached("refusal, cached", ask("GET", other, None, false)),
        cached("refused for its target", ask("GET", b"/flights/../x", None, false)),
    ]
}
