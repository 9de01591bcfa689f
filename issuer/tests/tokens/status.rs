//! `POST /oauth/introspect` and `POST /oauth/revoke`: whether a writ is valid, and its revocation.

use crate::support::{Bench, Login, TRAVEL, claims, travel_ceiling};
use crate::tasks::starting::{travel, verified};
use serde_json::{Value, json};

async fn introspected(bench: &Bench, login: &Login, token: &str) -> Value {
    let answer = bench
        .form_to("/oauth/introspect", Some(login), &[("token", token)])
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

async fn revoke(bench: &Bench, login: &Login, token: &str) {
    let answer = bench.form_to("/oauth/revoke", Some(login), &[("token", token)]).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({})));
}

#[tokio::test]
async fn its_client_and_its_edges_see_what_a_writ_says() {
    let (bench, client) = travel().await;
    let (token, edge) = (bench.writ(&client, "t").await, bench.edge(TRAVEL).await);
    for login in [&client, &edge] {
        let mut said = introspected(&bench, login, &token).await;
        let more = said.as_object_mut().unwrap();
        assert_eq!(more.remove("active"), Some(json!(true)));
        assert_eq!(more.remove("token_type"), Some(json!("Bearer")));
        assert_eq!(said, claims(&token));
    }
}

#[tokio::test]
async fn other_clients_and_edges_cannot_introspect_a_writ() {
    let (bench, client) = travel().await;
    let token = bench.writ(&client, "t").await;
    let (other_client, elsewhere) = (
        bench.client(travel_ceiling()).await,
        bench.edge("https://other.example").await,
    );
    for login in [&other_client, &elsewhere] {
        assert_eq!(introspected(&bench, login, &token).await, json!({"active": false}));
    }
    for path in ["/oauth/introspect", "/oauth/revoke"] {
        let wrong = Login::basic(&client.parts().0, "wrong");
        for login in [None, Some(&wrong)] {
            let answer = bench.form_to(path, login, &[("token", &token)]).await;
            answer.oauth_error(401, "invalid_client");
        }
        bench
            .form_to(path, Some(&client), &[])
            .await
            .oauth_error(400, "invalid_request");
    }
    assert!(verified(&bench, &token).await.is_ok());
}

#[tokio::test]
async fn an_invalid_token_is_inactive() {
    let (bench, client) = travel().await;
    let token = bench.writ(&client, "t").await;
    let other = bench.writ(&client, "u").await;
    let (payload, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    let forged = format!("{payload}.{signature}");
    let long = "x".repeat(100_000);
    for bad in ["x", "a.b.c", &forged, &long] {
        assert_eq!(introspected(&bench, &client, bad).await, json!({"active": false}));
        revoke(&bench, &client, bad).await;
    }
    assert!(verified(&bench, &token).await.is_ok());
    bench.pass(600);
    assert_eq!(introspected(&bench, &client, &token).await, json!({"active": false}));
}

#[tokio::test]
async fn a_revoked_writ_is_dead_at_once_and_alone() {
    let (bench, client) = travel().await;
    let (dead, alive) = (bench.writ(&client, "t").await, bench.writ(&client, "u").await);
    revoke(&bench, &client, &dead).await;
    revoke(&bench, &client, &dead).await;
    assert_eq!(introspected(&bench, &client, &dead).await, json!({"active": false}));
    assert_eq!(introspected(&bench, &client, &alive).await["active"], true);
    let label = verified(&bench, &dead).await.err().map(|error| error.label());
    assert_eq!(label, Some("token_revoked"));
    let bench = bench.reopened().await;
    assert_eq!(introspected(&bench, &client, &dead).await, json!({"active": false}));
    assert!(verified(&bench, &alive).await.is_ok());
}

#[tokio::test]
async fn a_client_cannot_revoke_the_writ_of_another_client() {
    let (bench, client) = travel().await;
    let token = bench.writ(&client, "t").await;
    let other_client = bench.client(travel_ceiling()).await;
    let answer = bench
        .form_to("/oauth/revoke", Some(&other_client), &[("token", &token)])
        .await;
    let of_dead = bench
        .form_to("/oauth/revoke", Some(&other_client), &[("token", "a.b.c")])
        .await;
    assert_eq!((answer.status, answer.text()), (of_dead.status, of_dead.text()));
    assert_eq!((answer.status.as_u16(), answer.text()), (200, "{}".into()));
    let edge = bench.edge(TRAVEL).await;
    let answer = bench.form_to("/oauth/revoke", Some(&edge), &[("token", &token)]).await;
    answer.oauth_error(401, "invalid_client");
    assert!(verified(&bench, &token).await.is_ok());
}
