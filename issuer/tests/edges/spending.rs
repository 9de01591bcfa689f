//! `POST /v1/edges/boot` and `POST /v1/uses`: a use is debited once.

use crate::support::{Answer, Bench, Login, TRAVEL, at_once, claims, post, travel_ceiling, travel_task};
use crate::tasks::starting::travel;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

pub(crate) struct Spending {
    pub(crate) bench: Bench,
    pub(crate) client: Login,
    pub(crate) edge: Login,
    pub(crate) boot: String,
}

/// A writ and the allowances that it names.
pub(crate) struct WritWithAllowances {
    pub(crate) token: String,
    pub(crate) allowances: Vec<String>,
}

pub(crate) async fn boot(bench: &Bench, edge: &Login) -> String {
    let answer = bench.post(edge, "/v1/edges/boot", &json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["boot_id"].as_str().unwrap().to_owned()
}

pub(crate) async fn spending() -> Spending {
    let (bench, client) = travel().await;
    let edge = bench.edge(TRAVEL).await;
    let boot = boot(&bench, &edge).await;
    Spending {
        bench,
        client,
        edge,
        boot,
    }
}

fn book(max: u64, seats: u64) -> Value {
    json!({"type": "writ", "actions": ["book"], "resources": ["tickets"], "rules": {"seats": {"eq": seats}}, "uses": {"max": max}})
}

impl Spending {
    async fn hold(&self, task: &Value) -> Vec<WritWithAllowances> {
        let tokens = self.bench.post(&self.client, "/v1/tasks", task).await.tokens();
        tokens.into_iter().map(held).collect()
    }

    /// A writ with one grant for each maximum.
    pub(crate) async fn hold_maxima(&self, task_id: &str, maxima: &[u64]) -> WritWithAllowances {
        let grants: Vec<_> = maxima.iter().zip(1..).map(|(max, seats)| book(*max, seats)).collect();
        let task = json!({"task_id": task_id, "orch_id": "o", "audiences": {TRAVEL: {"grants": grants}}});
        self.hold(&task).await.remove(0)
    }

    pub(crate) fn request(&self, counter: u64, token: &str, attempts: &[&[&String]]) -> Request<Body> {
        let body = json!({"writ": token, "boot_id": self.boot, "counter": counter, "attempts": attempts});
        post(Some(&self.edge), "/v1/uses", &body)
    }

    pub(crate) async fn spend(&self, counter: u64, token: &str, attempts: &[&[&String]]) -> Answer {
        self.bench.send(self.request(counter, token, attempts)).await
    }
}

pub(crate) fn held(token: String) -> WritWithAllowances {
    let details = claims(&token)["authorization_details"].clone();
    let named = details
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|grant| grant["uses"]["allowance"].as_str());
    let allowances = named.map(str::to_owned).collect();
    WritWithAllowances { token, allowances }
}

pub(crate) fn spent(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_value(answer.json()["spent"].clone()).unwrap()
}

#[tokio::test]
async fn one_use_is_spent_once() {
    let s = spending().await;
    let writ = s.hold(&travel_task("t")).await.remove(0);
    let allowance = &writ.allowances[0];
    assert_eq!(
        spent(&s.spend(1, &writ.token, &[&[allowance]]).await),
        [allowance.as_str()]
    );
    s.spend(2, &writ.token, &[&[allowance]])
        .await
        .problem(409, "uses_exhausted");
}

#[tokio::test]
async fn the_same_spend_key_answers_the_same_and_debits_nothing() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[2]).await;
    let allowance = &writ.allowances[0];
    let first = s.spend(7, &writ.token, &[&[allowance]]).await;
    for _ in 0..3 {
        assert_eq!(s.spend(7, &writ.token, &[&[allowance]]).await.body, first.body);
    }
    spent(&s.spend(8, &writ.token, &[&[allowance]]).await);
    s.spend(9, &writ.token, &[&[allowance]])
        .await
        .problem(409, "uses_exhausted");
    assert_eq!(s.spend(7, &writ.token, &[&[allowance]]).await.body, first.body);
}

#[tokio::test]
async fn a_spend_key_is_for_one_request() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[5, 5]).await;
    let [one, other] = [&writ.allowances[0], &writ.allowances[1]];
    spent(&s.spend(1, &writ.token, &[&[one]]).await);
    s.spend(1, &writ.token, &[&[other]])
        .await
        .problem(422, "counter_reused");
}

#[tokio::test]
async fn fifty_spenders_at_once_never_exceed_the_maximum() {
    let s = spending().await;
    let mut task = travel_task("t");
    task["audiences"][TRAVEL]["grants"] = json!([book(7, 1)]);
    task["count"] = json!(10);
    let writs = s.hold(&task).await;
    let requests = (0..50).map(|counter| {
        let writ = &writs[usize::try_from(counter).unwrap() % writs.len()];
        s.request(counter, &writ.token, &[&[&writ.allowances[0]]])
    });
    let answers = at_once(&s.bench.app, requests.collect()).await;
    let permitted = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((permitted, refused), (7, 43));
}

#[tokio::test]
async fn the_allowance_with_least_left_pays_for_each_attempt() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[3, 2]).await;
    let [three, two] = [&writ.allowances[0], &writ.allowances[1]];
    let both: &[&String] = &[three, two];
    assert_eq!(spent(&s.spend(1, &writ.token, &[both]).await), [two.as_str()]);
    assert_eq!(
        spent(&s.spend(2, &writ.token, &[both, both]).await),
        [two.clone(), three.clone()]
    );
    assert_eq!(
        spent(&s.spend(3, &writ.token, &[both, both]).await),
        [three.clone(), three.clone()]
    );
    s.spend(4, &writ.token, &[both]).await.problem(409, "uses_exhausted");
}

#[tokio::test]
async fn all_attempts_of_a_request_are_paid_or_none() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[2, 1]).await;
    let [two, one] = [&writ.allowances[0], &writ.allowances[1]];
    s.spend(1, &writ.token, &[&[two], &[one], &[one]])
        .await
        .problem(409, "uses_exhausted");
    spent(&s.spend(2, &writ.token, &[&[two], &[two], &[one]]).await);
}

#[tokio::test]
async fn a_request_has_at_most_256_attempts_however_long_its_debit_is() {
    let s = spending().await;
    let maxima: Vec<u64> = (0..40).map(|_| 300).collect();
    let writ = s.hold_maxima("t", &maxima).await;
    let all: Vec<&String> = writ.allowances.iter().cycle().take(100).collect();
    let attempts: Vec<&[&String]> = (0..=256).map(|_| all.as_slice()).collect();
    let answer = s.spend(1, &writ.token, &attempts[..256]).await;
    assert_eq!(answer.status, 200, "a debit of almost 1 MiB");
    assert_eq!(answer.json()["spent"].as_array().unwrap().len(), 256);
    s.spend(2, &writ.token, &attempts).await.problem(422, "invalid_request");
}

#[tokio::test]
async fn a_task_that_is_over_spends_nothing() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[3]).await;
    spent(&s.spend(1, &writ.token, &[&[&writ.allowances[0]]]).await);
    assert_eq!(
        s.bench.post(&s.client, "/v1/tasks/t/complete", &json!({})).await.status,
        200
    );
    s.spend(2, &writ.token, &[&[&writ.allowances[0]]])
        .await
        .problem(403, "writ_refused");
}

#[tokio::test]
async fn what_was_spent_stays_spent_over_a_restart() {
    let mut s = spending().await;
    let writ = s.hold_maxima("t", &[1]).await;
    let first = s.spend(1, &writ.token, &[&[&writ.allowances[0]]]).await;
    s.bench = s.bench.reopened().await;
    assert_eq!(
        s.spend(1, &writ.token, &[&[&writ.allowances[0]]]).await.body,
        first.body
    );
    s.spend(2, &writ.token, &[&[&writ.allowances[0]]])
        .await
        .problem(409, "uses_exhausted");
}

#[tokio::test]
async fn a_ceiling_is_not_an_allowance() {
    // Two tasks of one client have counters of their own, whatever the client's ceiling says of
    // uses.
    let bench = Bench::new().await;
    let mut ceiling = travel_ceiling();
    ceiling[0]["grants"] = json!([{"type": "writ", "actions": ["book"], "resources": ["tickets"]}]);
    ceiling[0]["uses_max"] = json!(1);
    let (client, edge) = (bench.client(ceiling).await, bench.edge(TRAVEL).await);
    let boot = boot(&bench, &edge).await;
    let s = Spending {
        bench,
        client,
        edge,
        boot,
    };
    for (counter, task) in [(1, "t1"), (2, "t2")] {
        let writ = s.hold_maxima(task, &[1]).await;
        spent(&s.spend(counter, &writ.token, &[&[&writ.allowances[0]]]).await);
    }
}
