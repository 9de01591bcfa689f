//! The claims of an edge that the issuer trusts, and those that it checks.

use crate::edges::spending::{boot, spending, spent};
use crate::support::{Bench, Login, TRAVEL};
use serde_json::{Value, json};

#[tokio::test]
async fn an_edge_spends_only_what_the_writ_itself_names() {
    let s = spending().await;
    let (own, other) = (s.hold_maxima("t1", &[1]).await, s.hold_maxima("t2", &[1]).await);
    let unnamed = &other.allowances[0];
    s.spend(1, &own.token, &[&[unnamed]]).await.problem(403, "not_in_writ");
    s.spend(2, &own.token, &[&[&own.allowances[0], unnamed]])
        .await
        .problem(403, "not_in_writ");
    s.spend(3, &own.token, &[&[&"nothing".to_owned()]])
        .await
        .problem(403, "not_in_writ");
    spent(&s.spend(4, &other.token, &[&[unnamed]]).await);
    spent(&s.spend(5, &own.token, &[&[&own.allowances[0]]]).await);
}

#[tokio::test]
async fn an_edge_spends_only_with_a_writ_that_is_valid_at_it_now() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[3]).await;
    let allowance = &writ.allowances[0];
    let forged = writ.token.rsplit_once('.').unwrap().0.to_owned() + "." + &"A".repeat(86);
    for token in [forged.as_str(), "x", "", "a.b.c"] {
        s.spend(1, token, &[&[allowance]]).await.problem(403, "writ_refused");
    }
    let elsewhere = s.bench.edge("https://other.example").await;
    let boot = boot(&s.bench, &elsewhere).await;
    let body = json!({"writ": writ.token, "boot_id": boot, "counter": 1, "attempts": [[allowance]]});
    s.bench
        .post(&elsewhere, "/v1/uses", &body)
        .await
        .problem(403, "writ_refused");
    spent(&s.spend(2, &writ.token, &[&[allowance]]).await);
    s.bench.pass(15 * 60);
    s.spend(3, &writ.token, &[&[allowance]])
        .await
        .problem(403, "writ_refused");
}

#[tokio::test]
async fn a_boot_belongs_to_its_edge() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[1]).await;
    let other = s.bench.edge(TRAVEL).await;
    let body = json!({"writ": writ.token, "boot_id": s.boot, "counter": 1, "attempts": [[writ.allowances[0]]]});
    s.bench
        .post(&other, "/v1/uses", &body)
        .await
        .problem(404, "unknown_boot");
    assert_ne!(boot(&s.bench, &s.edge).await, s.boot);
}

#[tokio::test]
async fn only_edges_spend() {
    let s = spending().await;
    let writ = s.hold_maxima("t", &[1]).await;
    let body = json!({"writ": writ.token, "boot_id": s.boot, "counter": 1, "attempts": [[writ.allowances[0]]]});
    let (id, credential) = s.edge.parts();
    let invalid_logins = [
        s.client.clone(),
        Login(String::new()),
        Login(format!("Bearer {}", writ.token)),
        Login::basic(&id, &format!("x{credential}")),
        Login::basic("unknown", &credential),
    ];
    for login in invalid_logins {
        s.bench
            .post(&login, "/v1/uses", &body)
            .await
            .problem(401, "unauthorized");
        s.bench
            .post(&login, "/v1/edges/boot", &json!({}))
            .await
            .problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_debit_request_of_another_shape_is_refused_with_all_its_faults() {
    let s = spending().await;
    let body = json!({"writ": 7, "boot_id": "a b", "counter": -1, "attempts": [[], ["a b"], 3], "more": 1});
    let faults = s
        .bench
        .post(&s.edge, "/v1/uses", &body)
        .await
        .problem(422, "invalid_request");
    for place in [
        "/writ",
        "/boot_id",
        "/counter",
        "/attempts/0",
        "/attempts/1/0",
        "/attempts/2",
        "/more",
    ] {
        assert!(
            faults.iter().any(|fault| fault.starts_with(&format!("{place}: "))),
            "{place} in {faults:?}"
        );
    }
    let long = json!({"writ": "x".repeat(16 * 1024 + 1), "boot_id": s.boot, "counter": 1, "attempts": [["a"]]});
    let answer = s.bench.post(&s.edge, "/v1/uses", &long).await;
    assert!(answer.problem(422, "invalid_request")[0].starts_with("/writ: "));
    assert!(answer.body.len() < 1_000, "a writ is not repeated");
}

#[tokio::test]
async fn an_edge_has_two_credentials_until_the_overlap_is_over() {
    let bench = Bench::new().await;
    let body = json!({"name": "door", "audience": TRAVEL, "upstreams": ["https://api.travel.example"]});
    let added = bench.admin_post("/edges", &body).await.json();
    let login = |answer: &Value| {
        let edge = &answer["edge"];
        Login::basic(edge["id"].as_str().unwrap(), edge["credential"].as_str().unwrap())
    };
    let first = login(&added);
    let boots = async |bench: &Bench, edge: &Login| bench.post(edge, "/v1/edges/boot", &json!({})).await.status;
    let rotated = async |bench: &Bench, edge: &str, overlap: u64| {
        let answer = bench
            .admin_post("/edges/rotate", &json!({"edge": edge, "overlap": overlap}))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        login(&answer.json())
    };
    // By name, and by id.
    let second = rotated(&bench, "door", 60).await;
    assert_eq!(first.parts().0, second.parts().0);
    assert_ne!(first.parts().1, second.parts().1);
    let bench = bench.reopened().await;
    for edge in [&first, &second] {
        assert_eq!(boots(&bench, edge).await, 201);
    }
    bench.pass(60);
    assert_eq!(
        (boots(&bench, &first).await, boots(&bench, &second).await),
        (401.try_into().unwrap(), 201.try_into().unwrap())
    );
    let third = rotated(&bench, &first.parts().0, 0).await;
    for bench in [bench.reopened().await] {
        assert_eq!(boots(&bench, &second).await, 401);
        assert_eq!(boots(&bench, &third).await, 201);
        let said = bench
            .history()
            .iter()
            .filter(|line| line.contains("\"edge_secret_rotated\""))
            .count();
        assert_eq!(said, 2);
        let unknown = bench
            .admin_post("/edges/rotate", &json!({"edge": "nothing", "overlap": 0}))
            .await;
        unknown.problem(404, "not_found");
        let long = bench
            .admin_post("/edges/rotate", &json!({"edge": "door", "overlap": 99_999_999}))
            .await;
        long.problem(422, "invalid_request");
    }
}
