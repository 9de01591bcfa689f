//! Sessions: a client's bearer at the issuer.

use crate::support::{Bench, ISSUER, Login, claims, travel_ceiling, travel_task};
use crate::tasks::starting::{travel, verified};
use crate::tokens::oauth::GRANT;
use serde_json::json;

#[tokio::test]
async fn a_session_authenticates_its_client_until_it_expires() {
    let bench = Bench::new().await;
    let client = bench.client(travel_ceiling()).await;
    let answer = bench.form(Some(&client), &[GRANT, ("resource", ISSUER)]).await.json();
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(
        (&answer["expires_in"], &claims(token)["aud"]),
        (&json!(300), &json!(ISSUER))
    );
    let opened = bench.history().pop().unwrap();
    assert!(
        opened.contains("app_authenticated") && opened.contains(&client.parts().0),
        "{opened}"
    );
    let session = Login(format!("Bearer {token}"));
    assert_eq!(bench.post(&session, "/v1/tasks", &travel_task("t1")).await.status, 201);
    assert_eq!(
        bench.post(&client, "/v1/tasks/t1/complete", &json!({})).await.status,
        200
    );
    bench.pass(300);
    bench
        .post(&session, "/v1/tasks", &travel_task("t2"))
        .await
        .problem(401, "unauthorized");
}

#[tokio::test]
async fn a_session_is_no_writ_and_a_writ_no_session() {
    let (bench, client) = travel().await;
    let session = bench.form(Some(&client), &[GRANT, ("resource", ISSUER)]).await.json();
    let session = session["access_token"].as_str().unwrap();
    assert!(verified(&bench, session).await.is_err());
    let writ = bench
        .post(&client, "/v1/tasks", &travel_task("t1"))
        .await
        .tokens()
        .remove(0);
    for token in [
        writ.clone(),
        session.replace('.', ".."),
        format!("{session}A"),
        String::new(),
    ] {
        let login = Login(format!("Bearer {token}"));
        bench
            .post(&login, "/v1/tasks", &travel_task("t2"))
            .await
            .problem(401, "unauthorized");
    }
    let form = [GRANT, ("resource", ISSUER), ("scope", "read:data:x")];
    bench.form(Some(&client), &form).await.oauth_error(400, "invalid_scope");
}
