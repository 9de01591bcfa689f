//! Acknowledged changes are present after a restart, however the server ended.

use crate::support::{POLICY, Server, TestFolder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_shared::edge_api::{boot, uses};
use serde_json::{Value, json};

mod change;
#[cfg(target_os = "linux")]
mod disk_faults;
#[cfg(target_os = "linux")]
pub(super) mod faulty_disk;
mod kills;
mod load;
mod load_client;
#[cfg(target_os = "linux")]
mod power;
pub(super) mod random;

/// An edge with a writ that it spends.
struct Spender {
    edge: Value,
    boot: String,
    token: String,
    allowance: String,
}

fn begin_task_and_boot_edge(place: &TestFolder, server: &Server, client: &Value, task: &str) -> Spender {
    let token = place
        .mint(client, server, &POLICY.replace("trip-42", task), &["--tokens"])
        .ok()
        .trim()
        .to_owned();
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    let allowance = payload["authorization_details"][1]["uses"]["allowance"]
        .as_str()
        .unwrap()
        .to_owned();
    let edge = place.edge(&format!("door-{task}"));
    let (status, boot) = server.post(edge_login(&edge), boot::PATH, &json!({}));
    assert_eq!(status, 201);
    let boot = boot["boot_id"].as_str().unwrap().to_owned();
    Spender {
        edge,
        boot,
        token,
        allowance,
    }
}

fn edge_login(edge: &Value) -> (&str, &str) {
    (
        edge["edge"]["id"].as_str().unwrap(),
        edge["edge"]["credential"].as_str().unwrap(),
    )
}

impl Spender {
    fn spend(&self, server: &Server, counter: u64) -> (u16, Value) {
        let body =
            json!({"writ": self.token, "boot_id": self.boot, "counter": counter, "attempts": [[self.allowance]]});
        server.post(edge_login(&self.edge), uses::PATH, &body)
    }
}

#[test]
fn a_restart_keeps_everything() {
    let place = TestFolder::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let spender = begin_task_and_boot_edge(&place, &server, &client, "t1");
    assert_eq!(spender.spend(&server, 1).0, 200);
    let minted = place.mint(&client, &server, POLICY, &["--idempotency-key", "k"]).ok();
    assert!(server.stop().success());
    let server = place.serve();
    assert_eq!(
        place.mint(&client, &server, POLICY, &["--idempotency-key", "k"]).ok(),
        minted
    );
    assert_eq!(spender.spend(&server, 1).0, 200, "the same spend is answered the same");
    let (status, body) = spender.spend(&server, 2);
    assert_eq!((status, &body["error_code"]), (409, &json!("uses_exhausted")));
}

#[test]
fn a_kill_right_after_the_answer_loses_nothing() {
    let place = TestFolder::new();
    let client = place.client("planner");
    let mut spenders: Vec<Spender> = Vec::new();
    for round in 0..5 {
        let server = place.serve();
        for (earlier, spender) in spenders.iter().enumerate() {
            assert_eq!(
                spender.spend(&server, 2).0,
                409,
                "round {round}: what was spent in round {earlier} is spent"
            );
        }
        let spender = begin_task_and_boot_edge(&place, &server, &client, &format!("t{round}"));
        assert_eq!(spender.spend(&server, 1).0, 200);
        server.kill();
        spenders.push(spender);
    }
    let server = place.serve();
    for round in 0..5 {
        let said = place
            .mint(&client, &server, &POLICY.replace("trip-42", &format!("t{round}")), &[])
            .failed();
        assert!(said[0].contains("has such a task already"), "{said:?}");
    }
}

#[test]
fn a_kill_right_after_a_completion_brings_no_writ_back() {
    let place = TestFolder::new();
    let (server, client) = (place.serve(), place.client("planner"));
    let token = place.mint(&client, &server, POLICY, &["--tokens"]).ok();
    let login = (
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap(),
    );
    assert_eq!(server.post(login, "/v1/tasks/trip-42/complete", &json!({})).0, 200);
    server.kill();
    let edge = place.edge("door");
    let server = place.serve();
    let (_, boot) = server.post(edge_login(&edge), boot::PATH, &json!({}));
    let body = json!({"writ": token.trim(), "boot_id": boot["boot_id"], "counter": 1, "attempts": [["a"]]});
    let (status, body) = server.post(edge_login(&edge), uses::PATH, &body);
    assert_eq!((status, &body["error_code"]), (403, &json!("writ_refused")));
}
