//! Keys, metadata and health, which unauthenticated clients may read.

use crate::support::{ISSUER, travel_task};
use crate::tasks::starting::travel;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json;
use serde_json::json;

#[tokio::test]
async fn the_published_key_is_the_one_that_signs() {
    let (bench, client) = travel().await;
    let answer = bench.get("/.well-known/jwks.json").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 2, "the key that signs writs, and the next one");
    let keys: Vec<_> = keys
        .iter()
        .map(|jwk| PublicKey::from_jwk(&json::parse(jwk.to_string().as_bytes(), 16).unwrap()).unwrap())
        .collect();
    let token = bench
        .post(&client, "/v1/tasks", &travel_task("t"))
        .await
        .tokens()
        .remove(0);
    let header = base64_json(token.split('.').next().unwrap());
    let key = keys.iter().find(|key| header["kid"] == key.kid()).unwrap();
    assert_eq!(header, json!({"alg": "EdDSA", "kid": key.kid(), "typ": "at+jwt"}));
    assert!(
        keys.iter().all(|key| key.x() != bench.pin),
        "bundles are signed by another"
    );
}

fn base64_json(part: &str) -> serde_json::Value {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn the_metadata_list_the_endpoints_that_exist() {
    let (bench, _) = travel().await;
    let answer = bench.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(
        (answer.header("content-type"), answer.header("cache-control")),
        ("application/json", "public, max-age=300")
    );
    let metadata = answer.json();
    assert_eq!(metadata["issuer"], ISSUER);
    for (member, status) in [
        ("token_endpoint", 405),
        ("introspection_endpoint", 405),
        ("revocation_endpoint", 405),
        ("jwks_uri", 200),
    ] {
        let path = metadata[member].as_str().unwrap().strip_prefix(ISSUER).unwrap();
        assert_eq!(bench.get(path).await.status, status, "{member}");
    }
    assert_eq!(metadata["grant_types_supported"], json!(["client_credentials"]));
}

#[tokio::test]
async fn health_is_answered() {
    let (bench, _) = travel().await;
    let answer = bench.get("/healthz").await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"status": "ok"})));
}
