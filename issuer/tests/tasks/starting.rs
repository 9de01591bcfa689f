//! `POST /v1/tasks`: what is granted, what is not, and what a repetition gets.

use crate::support::{Bench, ISSUER, Login, NOON, TRAVEL, claims, travel_ceiling, travel_task};
use edgewrit_shared::limits::WRIT_TTL_MAX;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::{Expect, TokenError, Unverified, Verified};
use serde_json::{Value, json};

pub(crate) const EXPECT: Expect<'_> = Expect {
    issuer: ISSUER,
    audience: TRAVEL,
    life_max: WRIT_TTL_MAX,
};

pub(crate) async fn travel() -> (Bench, Login) {
    let bench = Bench::new().await;
    let client = bench.client(travel_ceiling()).await;
    (bench, client)
}

pub(crate) async fn verified(bench: &Bench, token: &str) -> Result<Verified, TokenError> {
    Unverified::parse(token)?.verify(&EXPECT, &bench.snapshot().await, bench.now())
}

pub(crate) fn with(mut task: Value, name: &str, value: Value) -> Value {
    task[name] = value;
    task
}

#[tokio::test]
async fn a_task_within_the_ceiling_gets_a_writ_that_edges_take() {
    let (bench, client) = travel().await;
    let answer = bench.post(&client, "/v1/tasks", &travel_task("t1")).await;
    let body = answer.json();
    assert_eq!(body["task_id"], "t1");
    assert_eq!(body["expires_at"], "2026-05-10T12:10:00Z");
    let writ = &body["writs"][0];
    assert_eq!((&writ["audience"], &writ["expires_in"]), (&json!(TRAVEL), &json!(600)));
    let verified = verified(&bench, writ["access_token"].as_str().unwrap()).await.unwrap();
    let claims = verified.claims();
    assert_eq!(claims.client_id, client.parts().0);
    assert_eq!((claims.iat.0, claims.exp.0), (NOON, NOON + 600));
    assert_eq!(
        (&*claims.jti, &*claims.sub),
        (writ["jti"].as_str().unwrap(), writ["agent_id"].as_str().unwrap())
    );
}

#[tokio::test]
async fn an_agent_is_named_after_trust_domain_orchestration_task_and_instance() {
    let (bench, client) = travel().await;
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t1"))
        .await
        .tokens()
        .remove(0);
    let sub = claims(&token)["sub"].as_str().unwrap().to_owned();
    let instance = sub.strip_prefix("spiffe://issuer.example/agent/orch-1/t1/").unwrap();
    assert!(
        instance.len() == 16 && instance.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{instance}"
    );
}

#[tokio::test]
async fn every_agent_of_a_fleet_gets_a_writ_of_its_own_for_every_audience() {
    let bench = Bench::new().await;
    let entry = |audience: &str| json!({"audience": audience, "scope": ["read:data:*"], "ttl_max": 600});
    let client = bench
        .client(json!([entry("https://a.example"), entry("https://b.example")]))
        .await;
    let scope = json!({"scope": ["read:data:x"]});
    let task = json!({
        "task_id": "t", "orch_id": "o", "count": 100,
        "audiences": {"https://a.example": scope, "https://b.example": scope},
    });
    let answer = bench.post(&client, "/v1/tasks", &task).await.json();
    let writs = answer["writs"].as_array().unwrap();
    assert_eq!(writs.len(), 200);
    let different = |name: &str| {
        writs
            .iter()
            .map(|writ| writ[name].to_string())
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    assert_eq!(
        (different("jti"), different("agent_id"), different("audience")),
        (200, 100, 2)
    );
    for writ in writs {
        let claims = claims(writ["access_token"].as_str().unwrap());
        assert_eq!((&claims["aud"], &claims["sub"]), (&writ["audience"], &writ["agent_id"]));
    }
}

#[tokio::test]
async fn scope_strings_are_written_as_scope_and_anything_else_as_details() {
    let bench = Bench::new().await;
    let client = bench
        .client(json!([{"audience": TRAVEL, "scope": ["read:data:*"], "ttl_max": 600}]))
        .await;
    let task = |id: &str, part: Value| json!({"task_id": id, "orch_id": "o", "audiences": {TRAVEL: part}});
    let plain = task("t1", json!({"scope": ["read:data:x", "read:data:*"]}));
    let plain = claims(&bench.post(&client, "/v1/tasks", &plain).await.tokens()[0]);
    assert_eq!(plain["scope"], "read:data:x read:data:*");
    assert_eq!(plain.get("authorization_details"), None);
    let grants = json!([
        {"type": "writ", "actions": ["read"], "resources": ["data:x"]},
        {"type": "writ", "actions": ["read"], "resources": ["data:y"], "rules": {"n": {"eq": 1}}},
    ]);
    let mixed = claims(
        &bench
            .post(&client, "/v1/tasks", &task("t2", json!({"grants": grants})))
            .await
            .tokens()[0],
    );
    assert_eq!(mixed.get("scope"), None);
    assert_eq!(mixed["authorization_details"].as_array().unwrap().len(), 2);
    let equal = json!([{"type": "writ", "actions": ["read"], "resources": ["data:x"]}]);
    let equal = claims(
        &bench
            .post(&client, "/v1/tasks", &task("t3", json!({"grants": equal})))
            .await
            .tokens()[0],
    );
    assert_eq!(equal["scope"], "read:data:x");
}

#[tokio::test]
async fn a_writ_names_the_allowance_and_a_fleet_shares_it() {
    let (bench, client) = travel().await;
    let fleet = bench
        .post(&client, "/v1/tasks", &with(travel_task("t1"), "count", json!(3)))
        .await
        .tokens();
    let other = bench.post(&client, "/v1/tasks", &travel_task("t2")).await.tokens();
    let allowance = |token: &String| claims(token)["authorization_details"][1]["uses"]["allowance"].clone();
    assert!(fleet.iter().all(|token| allowance(token) == allowance(&fleet[0])));
    assert!(allowance(&fleet[0]).is_string());
    assert_ne!(allowance(&fleet[0]), allowance(&other[0]));
}

#[tokio::test]
async fn what_lies_beyond_the_ceiling_is_refused_and_all_of_it_named() {
    let (bench, client) = travel().await;
    let task = json!({
        "task_id": "t1", "orch_id": "o", "ttl": "2h",
        "audiences": {
            TRAVEL: {"grants": [
                {"type": "writ", "actions": ["search"], "resources": ["flights"]},
                {"type": "writ", "actions": ["refund"], "resources": ["tickets"]},
                {"type": "writ", "actions": ["book"], "resources": ["**"]},
            ]},
            "https://other.example": {"scope": ["read:data:*"]},
        },
    });
    let faults = bench
        .post(&client, "/v1/tasks", &task)
        .await
        .problem(403, "beyond_ceiling");
    let places: Vec<_> = faults.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
    let travel = "/audiences/https:~1~1travel.example/grants";
    let expected = [
        &format!("{travel}/1"),
        &format!("{travel}/2"),
        "/audiences/https:~1~1other.example",
        "/ttl",
    ];
    let mut sorted: [&str; 4] = places.try_into().unwrap();
    let mut expected = expected.map(|place: &str| place);
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected, "{faults:?}");
    assert!(
        bench.post(&client, "/v1/tasks", &travel_task("t1")).await.status == 201,
        "a refusal consumes nothing"
    );
}

#[tokio::test]
async fn a_window_outside_the_life_of_the_writ_is_refused() {
    let (bench, client) = travel().await;
    let search = |bounds: Value| {
        let mut grant = json!({"type": "writ", "actions": ["search"], "resources": ["flights"]});
        grant
            .as_object_mut()
            .unwrap()
            .extend(bounds.as_object().unwrap().clone());
        json!({"task_id": "t1", "orch_id": "o", "ttl": "10m", "audiences": {TRAVEL: {"grants": [grant]}}})
    };
    let UnixSeconds(now) = bench.now();
    for bounds in [json!({"not_after": now}), json!({"not_before": now + 600})] {
        let faults = bench
            .post(&client, "/v1/tasks", &search(bounds))
            .await
            .problem(422, "invalid_request");
        assert!(faults[0].contains("is not open while the writ lives"), "{faults:?}");
    }
    let open = search(json!({"not_before": now + 599, "not_after": now + 700}));
    assert_eq!(bench.post(&client, "/v1/tasks", &open).await.status, 201);
}

#[tokio::test]
async fn a_limit_on_uses_is_part_of_the_ceiling() {
    let bench = Bench::new().await;
    let book = |uses: Value| json!({"type": "writ", "actions": ["book"], "resources": ["tickets"], "uses": uses});
    let grant = json!({"type": "writ", "actions": ["book"], "resources": ["tickets"]});
    let client = bench
        .client(json!([{"audience": TRAVEL, "grants": [grant], "ttl_max": "1h", "uses_max": 2}]))
        .await;
    let task =
        |id: &str, grant: Value| json!({"task_id": id, "orch_id": "o", "audiences": {TRAVEL: {"grants": [grant]}}});
    for (id, grant) in [("more", book(json!({"max": 3}))), ("any", grant)] {
        let faults = bench
            .post(&client, "/v1/tasks", &task(id, grant))
            .await
            .problem(403, "beyond_ceiling");
        assert!(faults[0].contains("the ceiling allows 2"), "{faults:?}");
    }
    assert_eq!(
        bench
            .post(&client, "/v1/tasks", &task("t", book(json!({"max": 2}))))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_task_without_a_ttl_gets_the_default_or_the_longest_of_its_ceiling() {
    let bench = Bench::new().await;
    let entry = |audience: &str, ttl: &str| json!({"audience": audience, "scope": ["read:data:*"], "ttl_max": ttl});
    let client = bench
        .client(json!([
            entry("https://long.example", "24h"),
            entry("https://short.example", "90s")
        ]))
        .await;
    let scope = json!({"scope": ["read:data:x"]});
    for (id, audiences, life) in [
        ("a", json!({"https://long.example": scope}), 900),
        ("b", json!({"https://short.example": scope}), 90),
        (
            "c",
            json!({"https://long.example": scope, "https://short.example": scope}),
            90,
        ),
    ] {
        let task = json!({"task_id": id, "orch_id": "o", "audiences": audiences});
        assert_eq!(
            bench.post(&client, "/v1/tasks", &task).await.json()["writs"][0]["expires_in"],
            life
        );
    }
}

#[tokio::test]
async fn a_client_cannot_name_an_allowance() {
    let (bench, client) = travel().await;
    let mut task = travel_task("t1");
    task["audiences"][TRAVEL]["grants"][1]["uses"] = json!({"max": 1, "allowance": "01"});
    let faults = bench
        .post(&client, "/v1/tasks", &task)
        .await
        .problem(422, "invalid_request");
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("/grants/1") && fault.contains("allowance")),
        "{faults:?}"
    );
}

#[tokio::test]
async fn a_second_task_of_the_same_name_is_refused_but_not_another_clients() {
    let (bench, client) = travel().await;
    let other = bench.client(travel_ceiling()).await;
    assert_eq!(bench.post(&client, "/v1/tasks", &travel_task("t1")).await.status, 201);
    bench
        .post(&client, "/v1/tasks", &travel_task("t1"))
        .await
        .problem(409, "task_exists");
    assert_eq!(bench.post(&other, "/v1/tasks", &travel_task("t1")).await.status, 201);
}

#[tokio::test]
async fn grants_that_do_not_fit_into_a_writ_are_refused_before_anything_is_kept() {
    let bench = Bench::new().await;
    let all = json!({"type": "writ", "actions": ["read"], "resources": ["data/**"]});
    let client = bench
        .client(json!([{"audience": TRAVEL, "grants": [all], "ttl_max": "1h"}]))
        .await;
    let resources: Vec<_> = (0..60).map(|n| format!("data/{n}/{}", "x".repeat(400))).collect();
    let grant = json!({"type": "writ", "actions": ["read"], "resources": resources});
    let task = json!({"task_id": "t", "orch_id": "o", "audiences": {TRAVEL: {"grants": [grant]}}});
    bench
        .post(&client, "/v1/tasks", &task)
        .await
        .problem(422, "writ_too_long");
    bench
        .post(&client, "/v1/tasks/t/complete", &json!({}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn everything_wrong_with_a_task_is_said_at_once() {
    let (bench, client) = travel().await;
    let task = json!({
        "task_id": "a/b", "orch_id": 7, "agent": "", "ttl": "soon", "count": 1001, "more": true,
        "audiences": {TRAVEL: {"grants": [], "scope": []}, "": {"scope": ["read"]}},
    });
    let faults = bench
        .post(&client, "/v1/tasks", &task)
        .await
        .problem(422, "invalid_request");
    for place in [
        "/task_id",
        "/orch_id",
        "/agent",
        "/ttl",
        "/count",
        "/more",
        "/audiences/https:~1~1travel.example",
        "/audiences/",
    ] {
        assert!(
            faults.iter().any(|fault| fault.starts_with(&format!("{place}: "))),
            "{place} in {faults:?}"
        );
    }
    // Below a name that was rejected nothing is read.
    assert!(
        !faults.iter().any(|fault| fault.starts_with("/audiences//scope")),
        "{faults:?}"
    );
}

#[tokio::test]
async fn no_task_is_begun_without_a_client() {
    let (bench, client) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let (id, secret) = client.parts();
    let invalid_logins = [
        String::new(),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        "Digest x".to_owned(),
        "Bearer x.y.z".to_owned(),
        edge.0,
        Login::basic(&id, &format!("{secret}x")).0,
        Login::basic(&id, "").0,
        Login::basic("unknown", &secret).0,
        Login::basic("", "").0,
    ];
    for login in invalid_logins {
        let answer = bench.post(&Login(login), "/v1/tasks", &travel_task("t1")).await;
        assert!(answer.problem(401, "unauthorized").is_empty());
        assert!(answer.header("www-authenticate").starts_with("Basic"));
        assert_eq!(answer.json().get("detail"), None, "one text for all causes");
    }
}
