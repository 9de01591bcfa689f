//! An edge with its configuration, memory and snapshot, a fixed clock, and an issuer that debits.

use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_edge::memory::Memory;
use edgewrit_edge::step::{BodyEnd, Step, start};
use edgewrit_edge::verdict::in_flight::InFlight;
use edgewrit_edge::verdict::permit::OutgoingRequest;
use edgewrit_edge::verdict::refusal::Refusal;
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::edge_api::{boot, uses};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_test_issuer::{self as support, NOW};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

/// The configuration of most tests.
pub(crate) const CONFIG: &str = include_str!("config.json");

pub(crate) fn secret(name: &str) -> Option<String> {
    match name {
        "EDGE_KEY" => Some("edge-secret".into()),
        "TRAVEL_KEY" => Some("travel-secret".into()),
        "DATA_KEY" => Some("data-secret".into()),
        _ => None,
    }
}

/// `CONFIG` with the bundle key of the tests.
pub(crate) fn config_text() -> String {
    CONFIG.replace("BUNDLE_KEY", &support::bundle_key().public().x())
}

pub(crate) fn config() -> Config {
    Config::read(&config_text(), &secret).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

static READ_CONFIG: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(config()));
static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| support::snapshot(NOW, Vec::new()));

pub(crate) struct Edge {
    pub(crate) config: Arc<Config>,
    pub(crate) memory: Memory,
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) now: UnixSeconds,
}

impl Edge {
    pub(crate) fn new() -> Self {
        Self {
            config: Arc::clone(&READ_CONFIG),
            memory: Memory::new(0xab),
            snapshot: Some(SNAPSHOT.clone()),
            now: NOW,
        }
    }

    pub(crate) fn world(&self) -> World<'_> {
        World {
            config: &self.config,
            snapshot: self.snapshot.as_ref(),
            memory: &self.memory,
            now: self.now,
        }
    }

    /// The first step for `ask`.
    pub(crate) fn start(&self, ask: &Ask) -> Step {
        let headers: Vec<(&str, &[u8])> = ask.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let head = Head {
            method: &ask.method,
            target: &ask.target,
            authority: ask.authority.as_bytes(),
            headers: &headers,
            has_body: ask.body.is_some(),
        };
        start(head, &self.world())
    }

    /// The verdict on `ask`, with a complete body and `issuer` for debits.
    pub(crate) fn ask_with(&self, ask: &Ask, issuer: &SimulatedIssuer) -> TestVerdict {
        let mut step = self.start(ask);
        for _ in 0..5 {
            step = match step {
                Step::Refuse(refusal) => return TestVerdict::Refused(refusal),
                Step::Snapshot(need) => return TestVerdict::Refused(need.refuse()),
                Step::Record(need) => need.resume(true, &self.world()),
                Step::Forward(permit) => {
                    let (request, flight) = permit.into_request();
                    return TestVerdict::Sent(request, flight);
                }
                Step::Body(mut need) => {
                    need.append(ask.body.as_deref().unwrap_or_default());
                    need.resume(BodyEnd::Whole, &self.world())
                }
                Step::Spend(need) => {
                    let (status, body) = issuer.answer(&need.call());
                    need.resume(
                        IssuerAnswer::Got {
                            status,
                            body: body.as_bytes(),
                        },
                        &self.world(),
                    )
                }
            };
        }
        panic!("more steps than there are needs");
    }

    pub(crate) fn ask(&self, ask: &Ask) -> TestVerdict {
        self.ask_with(ask, &SimulatedIssuer::default())
    }

    /// The label of the refusal of `ask`, or `permit`.
    pub(crate) fn label(&self, ask: &Ask) -> &'static str {
        match self.ask(ask) {
            TestVerdict::Sent(..) => "permit",
            TestVerdict::Refused(refusal) => refusal.reason().label(),
        }
    }
}

pub(crate) enum TestVerdict {
    Sent(OutgoingRequest, InFlight),
    Refused(Refusal),
}

impl TestVerdict {
    #[track_caller]
    pub(crate) fn sent(self) -> (OutgoingRequest, InFlight) {
        match self {
            Self::Sent(request, flight) => (request, flight),
            Self::Refused(refusal) => panic!("refused: {}", refusal.record().line()),
        }
    }

    #[track_caller]
    pub(crate) fn refused(self) -> Refusal {
        match self {
            Self::Sent(request, _) => panic!("sent: {} {}", request.method, request.target),
            Self::Refused(refusal) => refusal,
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) target: Vec<u8>,
    pub(crate) authority: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Ask {
    /// A request `METHOD /target` with a writ of these grants.
    pub(crate) fn new(line: &str, grants: &[&str]) -> Self {
        Self::bare(line).header("authorization", &format!("Bearer {}", writ(grants)))
    }

    /// A request `METHOD /target` without headers.
    pub(crate) fn bare(line: &str) -> Self {
        let (method, target) = line.split_once(' ').expect("a method and a target");
        Self {
            method: method.into(),
            target: target.into(),
            authority: "edge.example".into(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn json(mut self, body: &str) -> Self {
        self.body = Some(body.into());
        self.header("content-type", "application/json")
            .header("content-length", &body.len().to_string())
    }
}

/// A writ of these grants. The signature is the slow part of these tests, so each writ is signed
/// once.
pub(crate) fn writ(grants: &[&str]) -> String {
    static SIGNED: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let sign = || support::writ(&support::claims(support::grants(grants)));
    SIGNED
        .lock()
        .unwrap()
        .entry(grants.concat())
        .or_insert_with(sign)
        .clone()
}

/// The issuer as an edge sees it, with boots and allowances.
#[derive(Default)]
pub(crate) struct SimulatedIssuer {
    pub(crate) allowances: RefCell<BTreeMap<String, u64>>,
    pub(crate) calls: RefCell<Vec<(String, String)>>,
}

impl SimulatedIssuer {
    pub(crate) fn with(allowance: &str, left: u64) -> Self {
        let issuer = Self::default();
        issuer.allowances.borrow_mut().insert(allowance.into(), left);
        issuer
    }

    fn answer(&self, call: &Call) -> (u16, String) {
        let body = String::from_utf8(call.body.clone()).unwrap();
        self.calls.borrow_mut().push((call.path.clone(), body.clone()));
        match call.path.as_str() {
            boot::PATH => (201, boot::write_answer("boot-1")),
            uses::PATH => self.spend(&json::parse(body.as_bytes(), 1_000).unwrap()),
            other => panic!("no such call: {other}"),
        }
    }

    fn spend(&self, body: &Json) -> (u16, String) {
        let Some(Json::List(attempts)) = body.member("attempts") else {
            panic!("no attempts: {body:?}")
        };
        let [Json::List(allowances)] = attempts.as_slice() else {
            panic!("not one attempt: {attempts:?}")
        };
        let mut left = self.allowances.borrow_mut();
        for allowance in allowances {
            let Json::Text(id) = allowance else {
                panic!("not an id: {allowance:?}")
            };
            if let Some(uses) = left.get_mut(id).filter(|uses| **uses > 0) {
                *uses -= 1;
                return (200, uses::write_answer(std::slice::from_ref(id)));
            }
        }
        (
            409,
            r#"{"type":"urn:edgewrit:error:uses_exhausted","status":409}"#.into(),
        )
    }
}

/// The value of the header called `name`; the test fails if there are several.
#[track_caller]
pub(crate) fn header<'r>(request: &'r OutgoingRequest, name: &str) -> Option<&'r str> {
    let mut found = request.headers.iter().filter(|(own, _)| **own == *name);
    let value = found.next().map(|(_, value)| core::str::from_utf8(value).unwrap());
    assert!(found.next().is_none(), "several {name}");
    value
}
