//! `POST /v1/records` and `GET /v1/tasks/{id}`: what edges report, held against what was granted.

use crate::support::{Bench, Login, TRAVEL, claims, travel_ceiling, travel_task};
use crate::tasks::starting::travel;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json;
use edgewrit_shared::json::document::{Faults, Node};
use serde_json::{Value, json};

struct RecordScene {
    bench: Bench,
    client: Login,
    edge: Login,
    boot: String,
    writ: Value,
}

async fn booted(bench: &Bench, edge: &Login) -> String {
    let boot = bench.post(edge, "/v1/edges/boot", &json!({})).await;
    boot.json()["boot_id"].as_str().unwrap().to_owned()
}

async fn scene() -> RecordScene {
    let (bench, client) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let boot = booted(&bench, &edge).await;
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens()
        .remove(0);
    RecordScene {
        writ: claims(&token),
        bench,
        client,
        edge,
        boot,
    }
}

impl RecordScene {
    /// The id of a grant of the writ, as an edge computes it.
    fn grant(&self, index: usize) -> String {
        let text = self.writ["authorization_details"][index].to_string();
        let json = json::parse(text.as_bytes(), 100).unwrap();
        let faults = Faults::new();
        Grant::read(&Node::root(&json, &faults)).unwrap().id().to_string()
    }

    fn permitted(&self, request_id: &str, grant: usize) -> Value {
        json!({
            "edgewrit": "verdict", "at": self.bench.now().0, "verdict": "permit", "status": 200, "label": "permit",
            "request_id": request_id, "client_id": self.writ["client_id"], "task_id": "t", "jti": self.writ["jti"],
            "action": "search", "resource": "flights", "grants": [self.grant(grant)],
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        })
    }

    fn refused(&self, request_id: &str, label: &str) -> Value {
        json!({
            "at": self.bench.now().0, "verdict": "refuse", "status": 403, "label": label, "request_id": request_id,
            "client_id": self.writ["client_id"], "task_id": "t", "detail": "parameter `seats` is 50",
        })
    }

    async fn report(&self, edge: &Login, boot: &str, first: u64, records: &[Value]) -> Value {
        let body = json!({"boot_id": boot, "first": first, "records": records});
        let answer = self.bench.post(edge, "/v1/records", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn task(&self) -> Value {
        let request = axum::http::Request::get("/v1/tasks/t").header("authorization", &self.client.0);
        let answer = self.bench.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

/// The uses of each grant, in the order of the report.
fn used(task: &Value) -> Vec<(String, u64)> {
    let granted = task["granted"].as_array().unwrap();
    let one = |grant: &Value| {
        let action = grant["grant"]["actions"][0].as_str().unwrap();
        (action.to_owned(), grant["used"].as_u64().unwrap())
    };
    granted.iter().map(one).collect()
}

#[tokio::test]
async fn what_was_granted_is_held_against_what_was_used() {
    let scene = scene().await;
    let fresh = scene.task().await;
    assert_eq!(
        (&fresh["status"], used(&fresh).iter().map(|(_, used)| used).sum::<u64>()),
        (&json!("live"), 0)
    );
    let records = [
        scene.permitted("r1", 0),
        scene.permitted("r2", 0),
        scene.refused("r3", "not_granted"),
        scene.refused("r4", "not_granted"),
        scene.refused("r5", "no_operation"),
    ];
    assert_eq!(
        scene.report(&scene.edge, &scene.boot, 1, &records).await,
        json!({"recorded": 5})
    );
    let task = scene.task().await;
    let mut found = used(&task);
    found.sort();
    assert_eq!(found, [("book".to_owned(), 0), ("search".to_owned(), 2)]);
    let search = task["granted"]
        .as_array()
        .unwrap()
        .iter()
        .find(|grant| grant["used"] == 2)
        .unwrap();
    assert_eq!(search["last_used_at"], "2026-05-10T12:00:00Z");
    let book = task["granted"]
        .as_array()
        .unwrap()
        .iter()
        .find(|grant| grant["used"] == 0)
        .unwrap();
    assert_eq!(
        (&book["last_used_at"], &book["allowance"]),
        (&Value::Null, &json!({"max": 1, "spent": 0}))
    );
    let refused: Vec<_> = task["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["label"], &one["count"]))
        .collect();
    assert_eq!(
        refused,
        [(&json!("no_operation"), &json!(1)), (&json!("not_granted"), &json!(2))]
    );
}

#[tokio::test]
async fn a_batch_that_comes_again_is_counted_once() {
    let scene = scene().await;
    let records = [scene.permitted("r1", 0), scene.permitted("r2", 0)];
    for _ in 0..3 {
        assert_eq!(
            scene.report(&scene.edge, &scene.boot, 1, &records).await,
            json!({"recorded": 2})
        );
    }
    // One that overlaps brings what is new.
    let records = [scene.permitted("r2", 0), scene.permitted("r3", 0)];
    assert_eq!(
        scene.report(&scene.edge, &scene.boot, 2, &records).await,
        json!({"recorded": 3})
    );
    assert_eq!(used(&scene.task().await).iter().map(|(_, used)| used).sum::<u64>(), 3);
    let RecordScene {
        bench,
        edge,
        boot,
        client,
        writ,
    } = scene;
    let bench = bench.reopened().await;
    let scene = RecordScene {
        bench,
        edge,
        boot,
        client,
        writ,
    };
    scene
        .report(&scene.edge, &scene.boot, 1, &[scene.permitted("r1", 0)])
        .await;
    assert_eq!(used(&scene.task().await).iter().map(|(_, used)| used).sum::<u64>(), 3);
}

#[tokio::test]
async fn batches_come_in_any_order() {
    let scene = scene().await;
    let one = |name: &str| [scene.permitted(name, 0)];
    // 5, then 1 to 2 before it, 4 beside it, and at last what is missing with what was there.
    scene.report(&scene.edge, &scene.boot, 5, &one("r5")).await;
    let both = [scene.permitted("r1", 0), scene.permitted("r2", 0)];
    scene.report(&scene.edge, &scene.boot, 1, &both).await;
    scene.report(&scene.edge, &scene.boot, 4, &one("r4")).await;
    assert_eq!(used(&scene.task().await).iter().map(|(_, used)| used).sum::<u64>(), 4);
    let all: Vec<_> = (1..=6)
        .map(|number| scene.permitted(&format!("r{number}"), 0))
        .collect();
    for _ in 0..2 {
        scene.report(&scene.edge, &scene.boot, 1, &all).await;
    }
    assert_eq!(used(&scene.task().await).iter().map(|(_, used)| used).sum::<u64>(), 6);
}

#[tokio::test]
async fn an_edge_reports_of_its_own_audience_and_its_own_boots() {
    let scene = scene().await;
    let elsewhere = scene.bench.edge("https://other.example").await;
    let boot = booted(&scene.bench, &elsewhere).await;
    scene
        .report(
            &elsewhere,
            &boot,
            1,
            &[scene.permitted("r1", 0), scene.refused("r2", "x")],
        )
        .await;
    let task = scene.task().await;
    assert_eq!(used(&task).iter().map(|(_, used)| used).sum::<u64>(), 0);
    assert_eq!(task["refused"], json!([]));
    let body = json!({"boot_id": scene.boot, "first": 1, "records": []});
    scene
        .bench
        .post(&elsewhere, "/v1/records", &body)
        .await
        .problem(404, "unknown_boot");
    scene
        .bench
        .post(&scene.client, "/v1/records", &body)
        .await
        .problem(401, "unauthorized");
}

#[tokio::test]
async fn a_malformed_record_refuses_the_whole_batch() {
    let scene = scene().await;
    for (broken, place) in [
        (json!({"verdict": "maybe", "at": 1, "request_id": "r"}), "/records/1"),
        (json!({"verdict": "permit", "request_id": "r"}), "/records/1"),
        (json!({"verdict": "permit", "at": 1}), "/records/1"),
        (json!([]), "/records/1"),
    ] {
        let body = json!({"boot_id": scene.boot, "first": 1, "records": [scene.permitted("r1", 0), broken]});
        let faults = scene
            .bench
            .post(&scene.edge, "/v1/records", &body)
            .await
            .problem(422, "invalid_request");
        assert!(faults[0].starts_with(place), "{faults:?}");
    }
    assert_eq!(used(&scene.task().await).iter().map(|(_, used)| used).sum::<u64>(), 0);
}

#[tokio::test]
async fn a_request_is_found_by_its_id_with_its_trace() {
    let scene = scene().await;
    scene
        .report(
            &scene.edge,
            &scene.boot,
            1,
            &[scene.refused("r-9", "not_granted"), scene.permitted("r-8", 0)],
        )
        .await;
    let why = scene
        .bench
        .admin_post("/why", &json!({"request_id": "r-9"}))
        .await
        .json();
    let event = &why["events"][0];
    assert_eq!(
        (&event["event"], &event["data"]["label"]),
        (&json!("request_refused"), &json!("not_granted"))
    );
    assert_eq!(event["data"]["detail"], "parameter `seats` is 50");
    let why = scene
        .bench
        .admin_post("/why", &json!({"request_id": "r-8"}))
        .await
        .json();
    assert_eq!(
        why["events"][0]["traceparent"],
        scene.permitted("r-8", 0)["traceparent"]
    );
    let nothing = scene
        .bench
        .admin_post("/why", &json!({"request_id": "r-7"}))
        .await
        .json();
    assert_eq!(nothing, json!({"events": []}));
}

#[tokio::test]
async fn its_client_and_the_operator_read_the_report_of_a_task() {
    let scene = scene().await;
    let other_client = scene.bench.client(travel_ceiling()).await;
    let request = axum::http::Request::get("/v1/tasks/t").header("authorization", &other_client.0);
    let answer = scene.bench.send(request.body(axum::body::Body::empty()).unwrap()).await;
    answer.problem(404, "not_found");
    let shown = scene
        .bench
        .admin_post("/tasks/show", &json!({"task_id": "t"}))
        .await
        .json();
    assert_eq!(shown, scene.task().await);
    scene
        .bench
        .post(&other_client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens();
    let which = scene.bench.admin_post("/tasks/show", &json!({"task_id": "t"})).await;
    which.problem(404, "not_found");
    let body = json!({"task_id": "t", "client_id": scene.writ["client_id"]});
    assert_eq!(scene.bench.admin_post("/tasks/show", &body).await.json(), shown);
}

/// The use of the grant that `permitted` names.
async fn use_of(scene: &RecordScene) -> Value {
    let granted = scene.task().await["granted"].clone();
    let used = granted.as_array().unwrap().iter().find(|grant| grant["used"] != 0);
    used.cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_grant_that_a_record_names_again_and_again_was_used_once() {
    let scene = scene().await;
    let mut record = scene.permitted("r1", 0);
    record["grants"] = json!(vec![scene.grant(0); 64]);
    scene.report(&scene.edge, &scene.boot, 1, &[record]).await;
    assert_eq!(use_of(&scene).await["used"], 1);
    for grants in [
        json!(["x"]),
        json!([1]),
        json!(["A".repeat(16)]),
        json!(["a".repeat(17)]),
    ] {
        let mut record = scene.permitted("r2", 0);
        record["grants"] = grants;
        let body = json!({"boot_id": scene.boot, "first": 2, "records": [record]});
        let answer = scene.bench.post(&scene.edge, "/v1/records", &body).await;
        answer.problem(422, "invalid_request");
    }
}

#[tokio::test]
async fn a_request_is_permitted_once_and_refused_once_whatever_its_number() {
    let scene = scene().await;
    let permitted = || scene.permitted("r1", 0);
    let cut = || scene.refused("r1", "token_revoked");
    let batch = [permitted(), permitted(), cut(), cut(), permitted()];
    scene.report(&scene.edge, &scene.boot, 1, &batch).await;
    scene.report(&scene.edge, &scene.boot, 6, &[permitted(), cut()]).await;
    let other_boot = booted(&scene.bench, &scene.edge).await;
    scene.report(&scene.edge, &other_boot, 1, &[permitted(), cut()]).await;
    assert_eq!(use_of(&scene).await["used"], 1);
    assert_eq!(scene.task().await["refused"][0]["count"], 1);
    let why = scene
        .bench
        .admin_post("/why", &json!({"request_id": "r1"}))
        .await
        .json();
    assert_eq!(why["events"].as_array().unwrap().len(), 2);
    // The ids of another edge are its own.
    let other_edge = scene.bench.edge(TRAVEL).await;
    let boot = booted(&scene.bench, &other_edge).await;
    scene.report(&other_edge, &boot, 1, &[permitted()]).await;
    assert_eq!(use_of(&scene).await["used"], 2);
}

#[tokio::test]
async fn a_record_of_another_time_says_the_nearest_that_can_be() {
    let scene = scene().await;
    let at = |id: &str, at: u64| {
        let mut record = scene.permitted(id, 0);
        record["at"] = json!(at);
        record
    };
    scene.report(&scene.edge, &scene.boot, 1, &[at("r1", 0)]).await;
    assert_eq!(
        use_of(&scene).await["last_used_at"],
        "2026-02-09T12:00:00Z",
        "90 days ago"
    );
    let far = [at("r2", (1 << 53) - 1), at("r3", scene.bench.now().0 + 31)];
    scene.report(&scene.edge, &scene.boot, 2, &far).await;
    assert_eq!(
        use_of(&scene).await["last_used_at"],
        "2026-05-10T12:00:30Z",
        "the tolerance of clocks"
    );
    let why = scene
        .bench
        .admin_post("/why", &json!({"request_id": "r2"}))
        .await
        .json();
    assert_eq!(why["events"][0]["data"]["at"], scene.bench.now().0 + 30);
    let mut refused = scene.refused("r4", "not_granted");
    refused["at"] = json!(u64::MAX >> 11);
    scene.report(&scene.edge, &scene.boot, 4, &[refused]).await;
    assert_eq!(scene.task().await["refused"][0]["last_at"], "2026-05-10T12:00:30Z");
}

#[tokio::test]
async fn labels_that_no_edge_has_are_counted_as_one() {
    let scene = scene().await;
    let invented: Vec<_> = (0..50)
        .map(|number| scene.refused(&format!("r{number}"), &format!("label_{number}")))
        .collect();
    scene.report(&scene.edge, &scene.boot, 1, &invented).await;
    scene
        .report(&scene.edge, &scene.boot, 51, &[scene.refused("known", "body_limit")])
        .await;
    let refused = scene.task().await["refused"].clone();
    let refused: Vec<_> = refused
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["label"], &one["count"]))
        .collect();
    assert_eq!(
        refused,
        [(&json!("body_limit"), &json!(1)), (&json!("other"), &json!(50))]
    );
    let why = scene
        .bench
        .admin_post("/why", &json!({"request_id": "r7"}))
        .await
        .json();
    assert_eq!(why["events"][0]["data"]["label"], "other");
}
