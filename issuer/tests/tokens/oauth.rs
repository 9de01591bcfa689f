//! `POST /oauth/token`: the client-credentials grant.

use crate::support::{Answer, Bench, Login, TRAVEL, claims, travel_task};
use crate::tasks::starting::{travel, verified};
use serde_json::{Value, json};

type FormFields<'a> = &'a [(&'a str, &'a str)];

pub(crate) const GRANT: (&str, &str) = ("grant_type", "client_credentials");

impl Answer {
    /// Checks that this is an error of RFC 6749, section 5.2, and answers its description.
    pub(crate) fn oauth_error(&self, status: u16, error: &str) -> String {
        let body = self.json();
        assert_eq!(
            (self.status.as_u16(), body["error"].as_str()),
            (status, Some(error)),
            "{body}"
        );
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store");
        let description = body["error_description"].as_str().unwrap().to_owned();
        let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
        assert!(description.chars().all(allowed), "{description}");
        description
    }
}

fn details() -> String {
    travel_task("t")["audiences"][TRAVEL]["grants"].to_string()
}

async fn scoped() -> (Bench, Login) {
    let bench = Bench::new().await;
    let client = bench
        .client(json!([{"audience": TRAVEL, "scope": ["read:data:*"], "ttl_max": 600}]))
        .await;
    (bench, client)
}

#[tokio::test]
async fn details_become_a_writ_for_the_resource() {
    let (bench, client) = travel().await;
    let details = details();
    let answer = bench
        .form(
            Some(&client),
            &[GRANT, ("resource", TRAVEL), ("authorization_details", &details)],
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(900))
    );
    let token = body["access_token"].as_str().unwrap();
    assert!(verified(&bench, token).await.is_ok());
    assert_eq!(body["authorization_details"], claims(token)["authorization_details"]);
    assert_eq!(body["task_id"], claims(token)["task_id"]);
}

#[tokio::test]
async fn scopes_become_a_writ_with_scope() {
    let (bench, client) = scoped().await;
    let answer = bench
        .form(
            Some(&client),
            &[GRANT, ("resource", TRAVEL), ("scope", "read:data:x read:data:y")],
        )
        .await;
    let body = answer.json();
    assert_eq!(body["scope"], "read:data:x read:data:y");
    assert_eq!(
        claims(body["access_token"].as_str().unwrap())["scope"],
        "read:data:x read:data:y"
    );
}

#[tokio::test]
async fn a_task_of_its_own_can_be_completed() {
    let (bench, client) = scoped().await;
    let form = [GRANT, ("scope", "read:data:x")];
    let (one, other) = (
        bench.form(Some(&client), &form).await.json(),
        bench.form(Some(&client), &form).await.json(),
    );
    assert_ne!(one["task_id"], other["task_id"]);
    let path = format!("/v1/tasks/{}/complete", one["task_id"].as_str().unwrap());
    assert_eq!(bench.post(&client, &path, &json!({})).await.status, 200);
    let label = |body: Value| {
        let bench = &bench;
        async move {
            verified(bench, body["access_token"].as_str().unwrap())
                .await
                .err()
                .map(|e| e.label())
        }
    };
    assert_eq!((label(one).await, label(other).await), (Some("token_revoked"), None));
}

#[tokio::test]
async fn the_resource_may_be_left_out_if_there_is_only_one() {
    let (bench, client) = scoped().await;
    assert_eq!(
        bench
            .form(Some(&client), &[GRANT, ("scope", "read:data:x")])
            .await
            .status,
        200
    );
    let entry = |audience| json!({"audience": audience, "scope": ["read:data:*"], "ttl_max": 600});
    let both = bench
        .client(json!([entry("https://a.example"), entry("https://b.example")]))
        .await;
    bench
        .form(Some(&both), &[GRANT, ("scope", "read:data:x")])
        .await
        .oauth_error(400, "invalid_target");
}

#[tokio::test]
async fn a_resource_must_be_one_audience_of_the_ceiling() {
    let (bench, client) = scoped().await;
    let scope = ("scope", "read:data:x");
    for resources in [
        &["https://other.example"][..],
        &["x y"],
        &[TRAVEL, TRAVEL],
        &[TRAVEL, "https://other.example"],
    ] {
        let form: Vec<_> = resources
            .iter()
            .map(|resource| ("resource", *resource))
            .chain([GRANT, scope])
            .collect();
        bench
            .form(Some(&client), &form)
            .await
            .oauth_error(400, "invalid_target");
    }
}

#[tokio::test]
async fn what_lies_beyond_the_ceiling_is_refused_by_its_own_error() {
    let (bench, client) = travel().await;
    bench
        .form(Some(&client), &[GRANT, ("scope", "refund:tickets:1")])
        .await
        .oauth_error(400, "invalid_scope");
    let details = r#"[{"type":"writ","actions":["refund"],"resources":["tickets"]}]"#;
    let answer = bench
        .form(Some(&client), &[GRANT, ("authorization_details", details)])
        .await;
    assert!(
        answer
            .oauth_error(400, "invalid_authorization_details")
            .contains("authorization_details/0: ")
    );
}

#[tokio::test]
async fn a_malformed_token_request_is_refused_by_its_own_error() {
    let (bench, client) = travel().await;
    let cases: [(FormFields<'_>, &str); 12] = [
        (&[], "invalid_request"),
        (&[("grant_type", "")], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[GRANT, GRANT], "invalid_request"),
        (&[GRANT], "invalid_request"),
        (
            &[GRANT, ("scope", "read:data:x"), ("authorization_details", "[]")],
            "invalid_request",
        ),
        (&[GRANT, ("scope", "read")], "invalid_scope"),
        (&[GRANT, ("scope", "read:data:x  read:data:y")], "invalid_scope"),
        (
            &[GRANT, ("authorization_details", "[]")],
            "invalid_authorization_details",
        ),
        (
            &[GRANT, ("authorization_details", "{}")],
            "invalid_authorization_details",
        ),
        (
            &[GRANT, ("authorization_details", r#"[{"type":"other"}]"#)],
            "invalid_authorization_details",
        ),
        (
            &[GRANT, ("authorization_details", r#"["ä\"#)],
            "invalid_authorization_details",
        ),
    ];
    for (form, error) in cases {
        bench.form(Some(&client), form).await.oauth_error(400, error);
    }
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let (bench, client) = scoped().await;
    assert_eq!(
        bench
            .form(Some(&client), &[GRANT, ("scope", "read:data:x"), ("audience", "x")])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_client_may_authenticate_in_the_form() {
    let (bench, client) = scoped().await;
    let (id, secret) = client.parts();
    let scope = ("scope", "read:data:x");
    let post = [GRANT, scope, ("client_id", &id), ("client_secret", &secret)];
    assert_eq!(bench.form(None, &post).await.status, 200);
    assert_eq!(
        bench
            .form(Some(&client), &[GRANT, scope, ("client_id", &id)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_unknown_client_is_refused() {
    let (bench, client) = scoped().await;
    let (id, secret) = client.parts();
    let (scope, edge) = (("scope", "read:data:x"), bench.edge(TRAVEL).await);
    let wrong = Login::basic(&id, "wrong");
    let cases: [(Option<&Login>, FormFields<'_>); 8] = [
        (None, &[]),
        (None, &[("client_id", &id)]),
        (None, &[("client_id", &id), ("client_secret", "wrong")]),
        (None, &[("client_id", "unknown"), ("client_secret", &secret)]),
        (Some(&wrong), &[]),
        (Some(&edge), &[]),
        (Some(&client), &[("client_id", "unknown")]),
        (Some(&client), &[("client_id", &id), ("client_secret", &secret)]),
    ];
    for (login, more) in cases {
        let form: Vec<_> = [GRANT, scope].into_iter().chain(more.iter().copied()).collect();
        let answer = bench.form(login, &form).await;
        assert_eq!(
            answer.oauth_error(401, "invalid_client"),
            "client authentication failed"
        );
        assert!(answer.header("www-authenticate").starts_with("Basic"));
    }
}
