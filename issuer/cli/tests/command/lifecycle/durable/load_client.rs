//! A client that calls the server beside others: requests that change state, and whether the server
//! acknowledged them.

use crate::support::{KeepAliveClient, TestFolder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_shared::edge_api::{boot, uses};
use serde_json::{Value, json};

/// The credentials of a client, and of an edge of the audience of its tasks.
pub(crate) struct Parties {
    client: (String, String),
    edge: (String, String),
}

impl Parties {
    pub(crate) fn of(place: &TestFolder) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (client, edge) = (place.client("planner"), place.edge("door"));
        Self {
            client: (text(&client["client_id"]), text(&client["client_secret"])),
            edge: (text(&edge["edge"]["id"]), text(&edge["edge"]["credential"])),
        }
    }
}

/// Status and body, if a whole answer came.
pub(crate) type LoadAnswer = Option<(u16, String)>;

/// A request that was not acknowledged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAcknowledged {
    /// The server answered with 503.
    Refused,
    /// No whole answer came.
    Gone,
}

/// A client of [`Parties`] with connections of its own.
pub(crate) struct LoadClient<'a> {
    parties: &'a Parties,
    caller: KeepAliveClient,
}

impl<'a> LoadClient<'a> {
    pub(crate) fn new(parties: &'a Parties, url: &str) -> Self {
        let caller = KeepAliveClient::of(url);
        Self { parties, caller }
    }

    pub(crate) fn boot(&self) -> LoadAnswer {
        self.edge(boot::PATH, &json!({}))
    }

    /// Begins a task. With `with_key` its id is the idempotency key.
    pub(crate) fn begin(&self, ask: &Value, with_key: bool) -> LoadAnswer {
        let key = with_key.then(|| task_id(ask));
        self.client("/v1/tasks", key, ask)
    }

    pub(crate) fn complete(&self, ask: &Value) -> LoadAnswer {
        self.client(&format!("/v1/tasks/{}/complete", task_id(ask)), None, &json!({}))
    }

    pub(crate) fn spend(&self, spend: &Value) -> LoadAnswer {
        self.edge(uses::PATH, spend)
    }

    fn client(&self, path: &str, key: Option<&str>, body: &Value) -> LoadAnswer {
        let (id, secret) = &self.parties.client;
        self.caller.post((id, secret), path, key, body)
    }

    fn edge(&self, path: &str, body: &Value) -> LoadAnswer {
        let (id, credential) = &self.parties.edge;
        self.caller.post((id, credential), path, None, body)
    }
}

/// The body of a success. Asserts that another answer is the problem that says that nothing was
/// changed.
pub(crate) fn body_of_success(answer: LoadAnswer) -> Result<String, NotAcknowledged> {
    match answer {
        None => Err(NotAcknowledged::Gone),
        Some((200..=299, body)) => Ok(body),
        refused => {
            assert!(is_problem(&refused, 503, "unavailable"), "{refused:?}");
            Err(NotAcknowledged::Refused)
        }
    }
}

/// Whether the answer is the problem with this status and code.
pub(crate) fn is_problem(answer: &LoadAnswer, status: u16, code: &str) -> bool {
    answer.as_ref().is_some_and(|(found, body)| {
        let body: Value = serde_json::from_str(body).unwrap();
        *found == status && body["error_code"] == code
    })
}

/// The request of a task whose writ can be used once.
pub(crate) fn one_use_task(task: &str) -> Value {
    let grant = json!({
        "type": "writ", "actions": ["book"], "resources": ["tickets"],
        "rules": {"seats": {"eq": 1}}, "uses": {"max": 1},
    });
    let audiences = json!({"https://travel.example": {"grants": [grant]}});
    json!({"task_id": task, "orch_id": "load", "ttl": "1h", "audiences": audiences})
}

/// The id of the task that `ask` requests.
pub(crate) fn task_id(ask: &Value) -> &str {
    ask["task_id"].as_str().unwrap()
}

/// The spend of one use of a begun task, by a booted edge.
pub(crate) fn spend_of(begun: &str, booted: &str, counter: u64) -> Value {
    let [begun, booted]: [Value; 2] = [begun, booted].map(|answer| serde_json::from_str(answer).unwrap());
    let writ = begun["writs"][0]["access_token"].as_str().unwrap();
    let payload = read_payload(writ);
    let allowance = payload["authorization_details"][0]["uses"]["allowance"]
        .as_str()
        .unwrap();
    json!({"writ": writ, "boot_id": booted["boot_id"], "counter": counter, "attempts": [[allowance]]})
}

/// The id of the task of the writ in `spend`.
pub(crate) fn task_of(spend: &Value) -> String {
    let task = read_payload(spend["writ"].as_str().unwrap());
    task["task_id"].as_str().unwrap().to_owned()
}

fn read_payload(writ: &str) -> Value {
    let payload = URL_SAFE_NO_PAD.decode(writ.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
