//! One of those who call the server at the same time: the requests that change something, and whether they were acknowledged.

use crate::support::{Caller, Place};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A client, and an edge of the audience that its tasks are for.
pub(crate) struct Cast {
    client: (String, String),
    edge: (String, String),
}

impl Cast {
    pub(crate) fn of(place: &Place) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (client, edge) = (place.client("planner"), place.edge("door"));
        Self {
            client: (text(&client["client_id"]), text(&client["client_secret"])),
            edge: (text(&edge["edge"]["id"]), text(&edge["edge"]["credential"])),
        }
    }
}

/// Status and body, if a whole answer came.
pub(crate) type Answer = Option<(u16, String)>;

/// A request that was not acknowledged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Not {
    /// 503.
    Refused,
    /// The server is gone.
    Answered,
}

pub(crate) struct Side<'a> {
    cast: &'a Cast,
    caller: Caller,
}

impl<'a> Side<'a> {
    pub(crate) fn new(cast: &'a Cast, url: &str) -> Self {
        let caller = Caller::of(url);
        Self { cast, caller }
    }

    pub(crate) fn boot(&self) -> Answer {
        self.edge("/v1/edges/boot", &json!({}))
    }

    /// Begins a task. Its own id is the idempotency key, if it has one.
    pub(crate) fn begin(&self, ask: &Value, with_key: bool) -> Answer {
        let key = with_key.then(|| id(ask));
        self.client("/v1/tasks", key, ask)
    }

    pub(crate) fn complete(&self, ask: &Value) -> Answer {
        self.client(&format!("/v1/tasks/{}/complete", id(ask)), None, &json!({}))
    }

    pub(crate) fn spend(&self, spend: &Value) -> Answer {
        self.edge("/v1/uses", spend)
    }

    fn client(&self, path: &str, key: Option<&str>, body: &Value) -> Answer {
        let (id, secret) = &self.cast.client;
        self.caller.post((id, secret), path, key, body)
    }

    fn edge(&self, path: &str, body: &Value) -> Answer {
        let (id, credential) = &self.cast.edge;
        self.caller.post((id, credential), path, None, body)
    }
}

/// The body of a success. Whatever is not one has to be the problem that says that nothing was changed.
pub(crate) fn acknowledged(answer: Answer) -> Result<String, Not> {
    match answer {
        None => Err(Not::Answered),
        Some((200..=299, body)) => Ok(body),
        refused => {
            assert!(is(&refused, 503, "unavailable"), "{refused:?}");
            Err(Not::Refused)
        }
    }
}

/// Whether it is this problem.
pub(crate) fn is(answer: &Answer, status: u16, code: &str) -> bool {
    answer.as_ref().is_some_and(|(found, body)| {
        let body: Value = serde_json::from_str(body).unwrap();
        *found == status && body["error_code"] == code
    })
}

/// A task whose writ can be used once.
pub(crate) fn ask(task: &str) -> Value {
    let grant = json!({
        "type": "writ", "actions": ["book"], "resources": ["tickets"],
        "rules": {"seats": {"eq": 1}}, "uses": {"max": 1},
    });
    let audiences = json!({"https://travel.example": {"grants": [grant]}});
    json!({"task_id": task, "orch_id": "load", "ttl": "1h", "audiences": audiences})
}

pub(crate) fn id(ask: &Value) -> &str {
    ask["task_id"].as_str().unwrap()
}

/// The use of a task that was begun, as an edge counts it that was booted.
pub(crate) fn spend(begun: &str, booted: &str, counter: u64) -> Value {
    let [begun, booted]: [Value; 2] = [begun, booted].map(|answer| serde_json::from_str(answer).unwrap());
    let writ = begun["writs"][0]["access_token"].as_str().unwrap();
    let payload = payload(writ);
    let allowance = payload["authorization_details"][0]["uses"]["allowance"]
        .as_str()
        .unwrap();
    json!({"writ": writ, "boot_id": booted["boot_id"], "counter": counter, "attempts": [[allowance]]})
}

/// The task whose writ is used.
pub(crate) fn task_of(spend: &Value) -> String {
    let task = payload(spend["writ"].as_str().unwrap());
    task["task_id"].as_str().unwrap().to_owned()
}

fn payload(writ: &str) -> Value {
    let payload = URL_SAFE_NO_PAD.decode(writ.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
