//! Races of renewals with revocations: a revoked writ leaves no valid successor, in either order.

use crate::support::agentwrit::{AgentWithWrit, App, delegation, renewal, request};
use crate::support::{Answer, Bench, Login, at_once, post, travel_ceiling, travel_task};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// Turns the clock, and holds up those who have read it, so that they do what they do later in
/// another order.
struct Spinning {
    stop: Arc<AtomicBool>,
    lag: Arc<AtomicU64>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Spinning {
    fn start(bench: &Bench) -> Self {
        let (stop, lag) = (Arc::new(AtomicBool::new(false)), Arc::clone(&bench.lag));
        lag.store(600, Ordering::SeqCst);
        let (clock, stopped) = (Arc::clone(&bench.clock), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                clock.fetch_add(250, Ordering::SeqCst);
                thread::sleep(std::time::Duration::from_micros(200));
            }
        });
        let thread = Some(thread);
        Self { stop, lag, thread }
    }
}

impl Drop for Spinning {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.lag.store(0, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// A writ that lives long, for the clock runs.
async fn agent(bench: &Bench, app: &App, task_id: &str) -> AgentWithWrit {
    bench.agent_for(app, task_id, &["read:data:*"], 80_000).await
}

/// Renews and delegates beside `end`. No writ that came of it may be valid afterwards.
async fn race(bench: &Bench, agent: &AgentWithWrit, to: &str, end: Request<Body>) {
    let mut requests = vec![renewal(&agent.token), delegation(&agent.token, to, &["read:data:x"])];
    requests.insert(1, end);
    requests.push(renewal(&agent.token));
    let answers = at_once(&bench.app, requests).await;
    let living = |answer: &Answer| (answer.status == 200).then(|| answer.json()["access_token"].clone());
    for token in answers.iter().filter_map(living).filter(serde_json::Value::is_string) {
        assert!(!bench.is_valid(token.as_str().unwrap()).await, "{token}");
    }
    assert!(!bench.is_valid(&agent.token).await);
}

async fn stage() -> (Bench, App, AgentWithWrit) {
    let bench = Bench::operated().await;
    let ask = json!({"name": "racer", "scopes": ["read:data:*"], "token_ttl": 86_400});
    let added = bench.post(&bench.operator().await, "/v1/admin/apps", &ask).await;
    let (id, secret) = (added.granted("client_id"), added.granted("client_secret"));
    let session = bench.log_in(&id, &secret).await;
    let app = App { id, secret, session };
    let to = agent(&bench, &app, "to").await;
    (bench, app, to)
}

const ROUNDS: usize = 50;

async fn revoke(operator: &Login, level: &str, target: &str) -> Request<Body> {
    post(Some(operator), "/v1/revoke", &json!({"level": level, "target": target}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_races_a_renewal_leaves_no_valid_writ() {
    let (bench, app, to) = stage().await;
    for round in 0..ROUNDS {
        let agent = agent(&bench, &app, &format!("t{round}")).await;
        let _spinning = Spinning::start(&bench);
        let release = request("POST", Some(&agent.login()), "/v1/token/release");
        let answers = at_once(&bench.app, vec![renewal(&agent.token), release, renewal(&agent.token)]).await;
        if answers.iter().any(|answer| answer.status == 204) {
            for answer in answers.iter().filter(|answer| answer.status == 200) {
                assert!(!bench.is_valid(&answer.granted("access_token")).await);
            }
        }
    }
    drop(to);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_races_a_renewal_leaves_no_valid_writ() {
    let (bench, app, to) = stage().await;
    for round in 0..ROUNDS {
        let agent = agent(&bench, &app, &format!("t{round}")).await;
        let operator = bench.operator().await;
        let jti = crate::support::claims(&agent.token)["jti"].as_str().unwrap().to_owned();
        let task = format!("t{round}");
        let end = match round % 3 {
            0 => revoke(&operator, "token", &jti).await,
            1 => revoke(&operator, "agent", &agent.id).await,
            _ => revoke(&operator, "task", &task).await,
        };
        let _spinning = Spinning::start(&bench);
        race(&bench, &agent, &to.id, end).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_that_races_a_renewal_leaves_no_valid_writ() {
    let (bench, app, to) = stage().await;
    for round in 0..ROUNDS {
        let agent = agent(&bench, &app, &format!("t{round}")).await;
        let path = format!("/v1/tasks/t{round}/complete");
        let complete = post(Some(&app.session), &path, &json!({}));
        let _spinning = Spinning::start(&bench);
        race(&bench, &agent, &to.id, complete).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deregistration_that_races_a_renewal_leaves_no_valid_writ() {
    let bench = Bench::operated().await;
    for round in 0..ROUNDS / 2 {
        let app = bench.register_app(&["read:data:*"]).await;
        let (racer, to) = (
            agent(&bench, &app, &format!("t{round}")).await,
            agent(&bench, &app, "to").await,
        );
        let path = format!("/v1/admin/apps/{}", app.id);
        let end = request("DELETE", Some(&bench.operator().await), &path);
        let _spinning = Spinning::start(&bench);
        race(&bench, &racer, &to.id, end).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_of_a_native_task_that_races_renewals_leaves_no_valid_writ() {
    let bench = Bench::operated().await;
    let client = bench.client(travel_ceiling()).await;
    for round in 0..ROUNDS / 2 {
        let mut task = travel_task(&format!("t{round}"));
        task["count"] = json!(5);
        task["ttl"] = json!("1h");
        let tokens = bench.post(&client, "/v1/tasks", &task).await.tokens();
        let mut requests: Vec<_> = tokens.iter().map(|token| renewal(token)).collect();
        let path = format!("/v1/tasks/t{round}/complete");
        requests.insert(2, post(Some(&client), &path, &json!({})));
        let spinning = Spinning::start(&bench);
        let answers = at_once(&bench.app, requests).await;
        drop(spinning);
        let renewed = answers.iter().filter(|answer| answer.status == 200);
        for token in renewed.filter_map(|answer| answer.json()["access_token"].as_str().map(str::to_owned)) {
            assert!(!bench.is_valid(&token).await);
        }
    }
}
