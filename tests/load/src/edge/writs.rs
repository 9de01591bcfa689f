//! An issuer for measurements: it signs writs as the real issuer does, and answers each request
//! with a fresh bundle.

use anyhow::{Context as _, Result};
use edgewrit_shared::bundle::Bundle;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Rows, Target};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::jose::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json;
use edgewrit_shared::json::document::{Faults, Node};
use edgewrit_shared::limits::JSON_VALUES;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::{Authority, Claims};
use edgewrit_test_keys::{ISSUER_BUNDLES, ISSUER_WRITS, TestKey};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const AUDIENCE: &str = "https://travel.example";
pub(super) const CLIENT: &str = "load-0123456789ab";
/// The life of a writ, in seconds.
pub(super) const LIFE: u64 = 3_600;
/// The freshness of a bundle, in seconds.
const FRESH: u64 = 60;
/// Revocations of other writs that live.
const REVOCATIONS: u64 = 1_000;
const GRANTS: [&str; 2] = [
    r#"{"type":"writ","actions":["search"],"resources":["flights"],"rules":{"from":{"eq":"JFK"},"to":{"eq":"LHR"},"date":{"eq":"2026-05-10"}}}"#,
    r#"{"type":"writ","actions":["book"],"resources":["tickets"],"rules":{"user":{"eq":"X"},"seats":{"eq":1}}}"#,
];

/// The issuer.
#[derive(Clone)]
pub(super) struct LoadIssuer {
    /// The origin of the issuer, which is its name.
    pub(super) url: String,
    grants: Vec<Grant>,
    /// The time of every writ and bundle.
    began: UnixSeconds,
}

impl LoadIssuer {
    pub(super) fn new(url: String) -> Result<Self> {
        Ok(Self {
            url,
            grants: GRANTS.into_iter().map(grant).collect::<Result<_>>()?,
            began: now(),
        })
    }

    /// The pin for the `trust` of edges.
    pub(super) fn pin(&self) -> Result<String> {
        Ok(public(&ISSUER_BUNDLES)?.x())
    }

    /// The key that signs writs, as a JWK.
    pub(super) fn writ_key(&self) -> Result<Value> {
        let key = public(&ISSUER_WRITS)?;
        let (kid, x) = (key.kid(), key.x());
        Ok(json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x}))
    }

    /// The writ of this number: a task of its own.
    pub(super) fn writ(&self, number: usize) -> Result<String> {
        let claims = Claims {
            iss: self.url.clone(),
            aud: AUDIENCE.to_owned(),
            sub: format!("spiffe://issuer.example/agent/planner/trip-{number}/{number:016x}"),
            client_id: CLIENT.to_owned(),
            task_id: format!("trip-{number}"),
            orch_id: "planner".to_owned(),
            jti: format!("{number:032x}"),
            iat: self.began,
            nbf: self.began,
            exp: self.began.plus(LIFE),
            authority: Authority::Details(self.grants.clone()),
            lin: format!("{number:032x}"),
            anc: Vec::new(),
            cnf_jkt: None,
            agent_key: None,
        };
        sign(&ISSUER_WRITS, JwsKind::Writ, &claims.to_json())
    }

    /// The bundle as it is now.
    pub(super) fn bundle(&self) -> Result<Vec<u8>> {
        let now = now();
        let bundle = Bundle {
            iss: self.url.clone(),
            epoch: "load".to_owned(),
            seq: 1,
            from: None,
            issued_at: now,
            fresh_until: now.plus(FRESH),
            keys: vec![public(&ISSUER_WRITS)?],
            dropped_keys: Vec::new(),
            checkpoint_keys: Vec::new(),
            audit_head: None,
            rows: Rows::encode((0..REVOCATIONS).map(|number| self.revocation(number)).collect()),
        };
        Ok(bundle.join(&sign(&ISSUER_BUNDLES, JwsKind::Bundle, &bundle.payload())?))
    }

    fn revocation(&self, number: u64) -> Revocation {
        Revocation {
            target: Target::of(Level::Writ(&format!("another-{number}"))),
            cut: self.began,
            expires: self.began.plus(LIFE),
        }
    }
}

fn grant(text: &str) -> Result<Grant> {
    let document = json::parse(text.as_bytes(), JSON_VALUES).map_err(anyhow::Error::msg)?;
    let faults = Faults::new();
    Grant::read(&Node::root(&document, &faults)).context("a grant")
}

fn public(key: &TestKey) -> Result<PublicKey> {
    Ok(PublicKey::from_bytes(&key.public())?)
}

fn sign(key: &TestKey, kind: JwsKind, payload: &str) -> Result<String> {
    let input = SigningInput::new(kind, Algorithm::EdDsa, public(key)?.kid(), payload.as_bytes());
    let signature = key.sign(input.bytes());
    Ok(input.attach(&signature))
}

#[expect(clippy::disallowed_methods, reason = "writs and bundles have to count now")]
fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixSeconds(since.as_secs())
}
