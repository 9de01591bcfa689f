//! The edge: heads, bodies, configurations.

use crate::{FuzzTarget, with_text};
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::step::{BodyEnd, Step, start};
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_test_issuer as support;
use std::sync::Arc;

const CONFIG_TEXT: &str = include_str!("../../../edge-validator/tests/edge/config.json");
const GRANTS: [&str; 1] = [
    r#"{"type":"writ","actions":["search","book","login","quote","report","options","read","probe"],"resources":["**"]}"#,
];

struct FuzzedEdge {
    config: Arc<Config>,
    snapshot: Snapshot,
    memory: Memory,
    authorization: String,
}

thread_local! {
    static EDGE: FuzzedEdge = {
        let text = CONFIG_TEXT.replace("BUNDLE_KEY", &support::bundle_key().public().x());
        let config = Config::read(&text, &|_| Some("secret".into())).expect("a configuration");
        FuzzedEdge {
            config: Arc::new(config),
            snapshot: support::snapshot(support::NOW, Vec::new()),
            memory: Memory::new(1),
            authorization: format!("Bearer {}", support::writ(&support::claims(support::grants(&GRANTS)))),
        }
    };
}

impl FuzzedEdge {
    fn judge(&self, method: &str, target: &[u8], headers: &[(&str, &[u8])], body: Option<&[u8]>) {
        let world = World {
            config: &self.config,
            snapshot: Some(&self.snapshot),
            memory: &self.memory,
            now: support::NOW,
        };
        let own = ("authorization", self.authorization.as_bytes());
        let headers: Vec<_> = std::iter::once(own).chain(headers.iter().copied()).collect();
        let head = Head {
            method,
            target,
            authority: b"edge.example",
            headers: &headers,
            has_body: body.is_some(),
        };
        let step = match start(head, &world) {
            Step::Body(mut need) => {
                need.append(body.unwrap_or_default());
                need.resume(BodyEnd::Whole, &world)
            }
            step => step,
        };
        match step {
            Step::Forward(permit) => {
                let (request, _) = permit.into_request();
                assert_sent(&request.target, target);
                assert_eq!(request.method, method);
                if let Some(sent) = &request.body {
                    assert_sent(&String::from_utf8_lossy(sent), body.unwrap_or_default());
                }
                let secret = request.headers.iter().any(|(_, value)| value.as_slice() == own.1);
                assert!(!secret, "the writ is not sent");
            }
            Step::Refuse(refusal) => {
                assert!((400..=599).contains(&refusal.status()));
                assert!(!refusal.record().line().contains('\n'));
            }
            Step::Body(_) | Step::Spend(_) | Step::Record(_) | Step::Snapshot(_) => panic!("nothing more is asked for"),
        }
    }
}

/// Asserts that what is sent is what came, but for the spelling of names and values: each character
/// of `came` stands there, or percent-encoded.
fn assert_sent(sent: &str, came: &[u8]) {
    let came = String::from_utf8_lossy(came);
    let mut rest = sent;
    for character in came.chars() {
        let encoded = if character == '+' { "%20" } else { "%3D" };
        let after = match rest.strip_prefix(character) {
            Some(after) => Some(after),
            None if matches!(character, '+' | '=') => rest.strip_prefix(encoded),
            None => None,
        };
        rest = after.unwrap_or_else(|| panic!("`{came}` is sent as `{sent}`"));
    }
    assert_eq!(rest, "", "`{came}` is sent as `{sent}`");
}

pub(crate) const REQUEST: FuzzTarget = FuzzTarget {
    name: "request",
    fuzz: |data| {
        let mut lines = data.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let mut words = first.splitn(2, |byte| *byte == b' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let Ok(method) = std::str::from_utf8(method) else {
            return;
        };
        let headers: Vec<(&str, &[u8])> = lines
            .filter_map(|line| {
                let colon = line.iter().position(|byte| *byte == b':')?;
                let (name, value) = line.split_at_checked(colon)?;
                Some((std::str::from_utf8(name).ok()?, value.get(1..)?))
            })
            .collect();
        EDGE.with(|edge| edge.judge(method, target, &headers, None));
    },
    seeds: &[
        "GET /flights?from=JFK&to=LHR&date=2026-05-10\naccept: */*",
        "GET /customers/42/orders/a%20b\nconnection: x\nx-tenant: 1",
        "POST /bookings\ncontent-type: application/json",
    ],
};

pub(crate) const BODY: FuzzTarget = FuzzTarget {
    name: "body",
    fuzz: |data| {
        let length = data.len().to_string();
        let headers: [(&str, &[u8]); 2] = [
            ("content-type", b"application/json"),
            ("content-length", length.as_bytes()),
        ];
        EDGE.with(|edge| edge.judge("POST", b"/bookings", &headers, Some(data)));
    },
    seeds: &[r#"{"passenger":{"user":"X"},"seats":1}"#, r#"{"seats":50,"Seats":1}"#],
};

pub(crate) const FORM: FuzzTarget = FuzzTarget {
    name: "form",
    fuzz: |data| {
        let length = data.len().to_string();
        let headers: [(&str, &[u8]); 2] = [
            ("content-type", b"application/x-www-form-urlencoded"),
            ("content-length", length.as_bytes()),
        ];
        EDGE.with(|edge| edge.judge("POST", b"/sessions", &headers, Some(data)));
    },
    seeds: &[
        "user=X&minutes=15&scope=a&scope=b+c&csrf=%2b",
        "us%65r=%58&csrf",
        "user=u%5D=x=&scope=%5d==",
    ],
};

pub(crate) const CONFIG: FuzzTarget = FuzzTarget {
    name: "config",
    fuzz: |data| {
        with_text(data, |text| {
            if let Err(faults) = Config::read(text, &|_| Some("secret".into())) {
                assert!(!faults.is_empty());
            }
        });
    },
    seeds: &[CONFIG_TEXT],
};
