//! `GET /v1/audit/events`: what is asked for is what is found.

use crate::support::agentwrit::{delegation, members, registration, renewal, request};
use crate::support::{Bench, at_once, post};
use serde_json::{Value, json};

const SCOPE: [&str; 1] = ["read:data:x"];

fn kinds(page: &Value) -> Vec<&str> {
    let events = page["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["event_type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn events_are_found_by_task_agent_kind_and_outcome() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let (one, same, other) = (
        bench.agent(&app, "t1", &SCOPE).await,
        bench.agent(&app, "t1", &SCOPE).await,
        bench.agent(&app, "t2", &SCOPE).await,
    );
    bench.renewed(&one.token).await;
    bench.release(&other.token).await;
    let begun = ["agent_registered", "token_issued"];
    let page = bench.events("task_id=t1").await;
    assert_eq!(kinds(&page), [&begun[..], &begun, &["token_renewed"]].concat());
    assert_eq!(page["total"], 5);
    let page = bench.events(&format!("agent_id={}", one.id)).await;
    assert_eq!(kinds(&page), [&begun[..], &["token_renewed"]].concat());
    assert_eq!(kinds(&bench.events(&format!("agent_id={}", same.id)).await), begun);
    let page = bench.events(&format!("agent_id={}&task_id=t2", one.id)).await;
    assert_eq!((kinds(&page).len(), &page["total"]), (0, &json!(0)));
    assert_eq!(
        kinds(&bench.events("event_type=token_released").await),
        ["token_released"]
    );
    assert_eq!(bench.events("event_type=token_released&task_id=t1").await["total"], 0);
    assert_eq!(bench.events("outcome=denied").await["total"], 0);
    for nothing in ["task_id=none", "agent_id=none", "event_type=none", "outcome=none"] {
        assert_eq!(bench.events(nothing).await["total"], 0, "{nothing}");
    }
    let all = bench.events("").await["total"].clone();
    assert_eq!(
        bench.events("task_id=&agent_id=&more=1").await["total"]
            .as_u64()
            .unwrap(),
        all.as_u64().unwrap() + 1
    );
}

#[tokio::test]
async fn what_is_passed_on_is_found_with_its_task_and_names_both_agents() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let (from, to) = (
        bench.agent(&app, "t1", &SCOPE).await,
        bench.agent(&app, "t2", &SCOPE).await,
    );
    let passed_on = bench.delegated(&from.token, &to.id, &SCOPE).await;
    bench.renewed(&passed_on).await;
    // The event belongs to the task whose authority was delegated.
    assert_eq!(bench.events("event_type=token_renewed&task_id=t1").await["total"], 1);
    let page = bench.events("event_type=delegation_created&task_id=t1").await;
    assert_eq!(page["total"], 1);
    let event = &page["events"][0];
    assert_eq!((&event["agent_id"], &event["deleg_depth"]), (&json!(to.id), &json!(1)));
    assert!(event["detail"].as_str().unwrap().contains(&from.id), "{event}");
    assert_eq!(event["deleg_chain_hash"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn what_is_refused_is_found_with_its_agent() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let (from, to) = (
        bench.agent(&app, "t1", &SCOPE).await,
        bench.agent(&app, "t2", &SCOPE).await,
    );
    let answer = bench.send(delegation(&from.token, &to.id, &["read:data:y"])).await;
    answer.refused(403, "scope_violation");
    for query in [
        format!("agent_id={}&outcome=denied", from.id),
        "task_id=t1&outcome=denied".into(),
    ] {
        let page = bench.events(&query).await;
        assert_eq!(kinds(&page), ["delegation_attenuation_violation"], "{query}");
    }
}

#[tokio::test]
async fn every_refusal_that_matters_is_written_down() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let ask = json!({"agent_name": "a", "allowed_scope": ["write:data:x"]});
    bench
        .post(&app.session, "/v1/app/launch-tokens", &ask)
        .await
        .refused(403, "forbidden");
    let token = bench.launch(&app, &SCOPE).await;
    let ask = registration(&token, &bench.nonce().await, &["read:data:y"]);
    bench.say("/v1/register", &ask).await.refused(403, "scope_violation");
    bench
        .say("/v1/admin/auth", &json!({"secret": "wrong"}))
        .await
        .refused(401, "unauthorized");
    let show = json!({"client_id": app.id, "client_secret": "wrong"});
    bench.say("/v1/app/auth", &show).await.refused(401, "unauthorized");
    let expected = [
        "launch_token_denied",
        "registration_policy_violation",
        "admin_auth_failed",
        "app_auth_failed",
    ];
    assert_eq!(kinds(&bench.events("outcome=denied").await), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_another_forestalls_is_written_down() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    for round in 0..20 {
        let agent = bench.agent(&app, &format!("t{round}"), &SCOPE).await;
        let answers = at_once(&bench.app, (0..8).map(|_| renewal(&agent.token)).collect()).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    }
    let failed = bench.events("event_type=token_renewal_failed").await;
    assert!(failed["total"].as_u64().unwrap() > 0, "none of 140 came so close");
    let event = &failed["events"][0];
    assert_eq!(
        (&event["outcome"], &event["orch_id"]),
        (&json!("denied"), &json!("orch"))
    );
    let agent = event["agent_id"].as_str().unwrap();
    let query = format!("agent_id={agent}&event_type=token_renewal_failed");
    assert!(bench.events(&query).await["total"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn events_are_found_by_time() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    for number in 0..4 {
        bench.pass(60);
        bench.agent(&app, &format!("t{number}"), &SCOPE).await;
    }
    let registered = async |query: &str| {
        let page = bench.events(&format!("event_type=agent_registered&{query}")).await;
        page["total"].as_u64().unwrap()
    };
    assert_eq!(registered("since=2026-05-10T12:02:00Z").await, 3, "from this moment on");
    assert_eq!(registered("until=2026-05-10T12:02:00Z").await, 1, "without this moment");
    assert_eq!(
        registered("since=2026-05-10T12:02:00Z&until=2026-05-10T12:04:00Z").await,
        2
    );
    assert_eq!(registered("since=2026-05-10T14:02:00%2B02:00").await, 3);
    assert_eq!(registered("since=2026-05-10T13:00:00Z").await, 0);
    assert_eq!(
        registered("since=2026-05-10T12:04:00Z&until=2026-05-10T12:01:00Z").await,
        0
    );
    let before = bench.events("until=2026-05-10T12:01:00Z").await;
    assert_eq!(before["total"].as_u64().unwrap(), kinds(&before).len() as u64);
}

#[tokio::test]
async fn events_come_by_the_page_and_oldest_first() {
    let bench = Bench::operated().await;
    let operator = bench.operator().await;
    for number in 0..120 {
        let ask = json!({"name": format!("app-{number}"), "scopes": ["read:data:x"]});
        bench.post(&operator, "/v1/admin/apps", &ask).await;
    }
    let page = async |query: &str| bench.events(&format!("event_type=app_registered&{query}")).await;
    let (usual, all) = (page("").await, page("limit=1000").await);
    assert_eq!(
        (kinds(&usual).len(), &usual["limit"], &usual["offset"]),
        (100, &json!(100), &json!(0))
    );
    assert_eq!((kinds(&all).len(), &all["total"]), (120, &json!(120)));
    let rest = page("offset=100").await;
    assert_eq!(
        (kinds(&rest).len(), &rest["total"], &rest["offset"]),
        (20, &json!(120), &json!(100))
    );
    assert_eq!(rest["events"][0], all["events"][100]);
    assert_eq!(page("limit=5000").await["limit"], 1_000);
    assert_eq!(kinds(&page("limit=7&offset=118").await).len(), 2);
    assert_eq!(kinds(&page("offset=120").await).len(), 0);
    assert_eq!(kinds(&bench.events("offset=9223372036854775807").await).len(), 0);
    let ids: Vec<_> = all["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["id"].to_string())
        .collect();
    assert!(ids.is_sorted());
}

#[tokio::test]
async fn events_are_a_chain_that_can_be_checked() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    bench.agent(&app, "task", &SCOPE).await;
    let page = bench.events("").await;
    let events = page["events"].as_array().unwrap();
    for (event, number) in events.iter().zip(1..) {
        assert_eq!(event["id"], format!("evt-{number:06}"));
        assert!(
            event["timestamp"].as_str().unwrap().starts_with("2026-05-10T12:00:00"),
            "{event}"
        );
        assert!(event["detail"].is_string(), "{event}");
        assert!(members(event).contains(&"outcome"));
    }
    for pair in events.windows(2) {
        assert_eq!(pair[1]["prev_hash"], pair[0]["hash"]);
        assert_eq!(pair[0]["hash"].as_str().unwrap().len(), 64);
    }
}

#[tokio::test]
async fn a_malformed_query_is_refused() {
    let bench = Bench::operated().await;
    let operator = bench.operator().await;
    for query in [
        "limit=x",
        "limit=-1",
        "limit=1.5",
        "offset=-1",
        "offset=18446744073709551616",
        "since=yesterday",
        "since=2026-05-10",
        "until=1778414400",
        "limit=1&limit=2",
        "task_id=%ff",
    ] {
        let path = format!("/v1/audit/events?{query}");
        let answer = bench.send(request("GET", Some(&operator), &path)).await;
        answer.refused(400, "invalid_request");
    }
    let page = bench.events("task_id='%20OR%201=1--&event_type=%25").await;
    assert_eq!(page["total"], 0);
}

#[tokio::test]
async fn only_the_operator_reads_events() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let agent = bench.agent(&app, "task", &SCOPE).await;
    for login in [&app.session, &agent.login()] {
        let answer = bench.send(request("GET", Some(login), "/v1/audit/events")).await;
        answer.refused(403, "insufficient_scope");
    }
    bench
        .send(request("GET", None, "/v1/audit/events"))
        .await
        .refused(401, "unauthorized");
    bench
        .send(post(None, "/v1/audit/events", &json!({})))
        .await
        .refused(405, "method_not_allowed");
}

#[tokio::test]
async fn a_delegates_events_are_found_by_the_agent_alone() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let (from, to) = (
        bench.agent(&app, "t1", &SCOPE).await,
        bench.agent(&app, "t2", &SCOPE).await,
    );
    let passed_on = bench.delegated(&from.token, &to.id, &SCOPE).await;
    bench.release(&passed_on).await;
    let page = bench.events(&format!("agent_id={}", to.id)).await;
    let begun = ["agent_registered", "token_issued"];
    assert_eq!(
        kinds(&page),
        [&begun[..], &["delegation_created", "token_released"]].concat()
    );
    let page = bench
        .events(&format!("agent_id={}&event_type=token_released", to.id))
        .await;
    assert_eq!((kinds(&page), &page["total"]), (vec!["token_released"], &json!(1)));
    assert_eq!(
        kinds(&bench.events(&format!("agent_id={}&task_id=t2", to.id)).await),
        begun
    );
}

#[tokio::test]
async fn invalid_bearers_are_recorded_a_few_times() {
    let bench = Bench::operated().await;
    let app = bench.register_app(&["read:data:*"]).await;
    let agent = bench.agent(&app, "t1", &SCOPE).await;
    for _ in 0..50 {
        bench.send(renewal("x.y.z")).await.refused(401, "unauthorized");
    }
    let page = bench.events("event_type=token_auth_failed").await;
    assert_eq!(page["total"], 10);
    let told = page["events"][0]["resource"].as_str().unwrap();
    assert_eq!(told, "POST /v1/token/renew");
    let wrong = [
        ("/v1/revoke", agent.login(), Some("t1")),
        ("/v1/revoke", app.session.clone(), None),
        ("/v1/token/renew", app.session.clone(), None),
        ("/v1/app/launch-tokens", bench.operator().await, None),
    ];
    for (path, login, task) in wrong {
        bench
            .post(&login, path, &json!({}))
            .await
            .refused(403, "insufficient_scope");
        let page = bench.events("event_type=scope_violation").await;
        let last = page["events"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (last["resource"].clone(), last["outcome"].clone()),
            (json!(format!("POST {path}")), json!("denied"))
        );
        assert_eq!(last["task_id"], json!(task), "{last}");
    }
    for _ in 0..2_000 {
        let answer = bench.post(&app.session, "/v1/token/renew", &json!({})).await;
        answer.refused(403, "insufficient_scope");
    }
    let written = bench.events("event_type=scope_violation").await["total"]
        .as_u64()
        .unwrap();
    assert!(written <= 1_004, "{written} events");
}
