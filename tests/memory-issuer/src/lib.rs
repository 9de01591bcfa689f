//! An issuer in memory: signs writs and bundles as the real one does, with the other Ed25519
//! implementation.
#![expect(clippy::expect_used, missing_docs, reason = "a helper of tests")]

use edgewrit_shared::bundle::revocation::{Revocation, Rows};
use edgewrit_shared::bundle::{Bundle, Snapshot, Trust};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::jose::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json;
use edgewrit_shared::json::document::{Faults, Node};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::{Authority, Claims};
use edgewrit_test_keys::{ISSUER_BUNDLES, ISSUER_NEXT, ISSUER_WRITS, TestKey, UNKNOWN};
use std::string::String;
use std::vec;
use std::vec::Vec;

pub const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
pub const ISSUER: &str = "https://issuer.example";
pub const AUDIENCE: &str = "https://travel.example";
/// Seconds for which the bundles here are fresh.
pub const FRESH: u64 = 100;

/// A signing key.
pub struct Key(TestKey);

impl Key {
    /// The key that the issuer changes to.
    pub fn next() -> Self {
        Self(ISSUER_NEXT)
    }

    /// A key that neither the issuer nor the edge knows.
    pub fn unknown() -> Self {
        Self(UNKNOWN)
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(&self.0.public()).expect("the library makes good keys")
    }

    pub fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }

    pub fn sign(&self, kind: JwsKind, payload: &str) -> String {
        let input = SigningInput::new(kind, Algorithm::EdDsa, self.public().kid(), payload.as_bytes());
        let signature = self.sign_bytes(input.bytes());
        input.attach(&signature)
    }
}

pub fn writ_key() -> Key {
    Key(ISSUER_WRITS)
}

pub fn bundle_key() -> Key {
    Key(ISSUER_BUNDLES)
}

/// Grants, as JSON.
pub fn grants(texts: &[&str]) -> Vec<Grant> {
    texts.iter().map(|text| grant(text)).collect()
}

fn grant(text: &str) -> Grant {
    let document = json::parse(text.as_bytes(), 1_000).expect("grants in tests are JSON");
    let faults = Faults::new();
    let grant = Grant::read(&Node::root(&document, &faults));
    let faults = faults.into_list();
    assert!(faults.is_empty(), "{faults:?}");
    grant.expect("no faults, so a grant")
}

/// Claims of a writ that is valid at [`NOW`].
pub fn claims(grants: Vec<Grant>) -> Claims {
    Claims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: "spiffe://issuer.example/agent/orch-1/trip-42/1".into(),
        client_id: "client-1".into(),
        task_id: "trip-42".into(),
        orch_id: "orch-1".into(),
        jti: "jti-1".into(),
        iat: NOW,
        nbf: NOW,
        exp: NOW.plus(600),
        authority: Authority::Details(grants),
        lin: "lineage-1".into(),
        anc: Vec::new(),
        cnf_jkt: None,
        agent_key: None,
    }
}

/// A writ of these claims.
pub fn writ(claims: &Claims) -> String {
    writ_key().sign(JwsKind::Writ, &claims.to_json())
}

/// A bundle of the writ key and these revocations.
pub fn bundle(issued_at: UnixSeconds, revocations: Vec<Revocation>) -> Vec<u8> {
    bundle_with(issued_at, revocations, None)
}

/// A bundle with an audit head.
pub fn bundle_with_head(issued_at: UnixSeconds, head: &str) -> Vec<u8> {
    bundle_with(issued_at, Vec::new(), Some(head.into()))
}

fn bundle_with(issued_at: UnixSeconds, revocations: Vec<Revocation>, audit_head: Option<String>) -> Vec<u8> {
    let bundle = Bundle {
        iss: ISSUER.into(),
        epoch: "epoch-1".into(),
        seq: 1 + revocations.len() as u64,
        from: None,
        issued_at,
        fresh_until: issued_at.plus(FRESH),
        keys: vec![writ_key().public()],
        dropped_keys: Vec::new(),
        checkpoint_keys: Vec::new(),
        audit_head,
        rows: Rows::encode(revocations),
    };
    bundle.join(&bundle_key().sign(JwsKind::Bundle, &bundle.payload()))
}

/// The snapshot that [`bundle`] makes.
pub fn snapshot(issued_at: UnixSeconds, revocations: Vec<Revocation>) -> Snapshot {
    let trust = Trust {
        issuer: ISSUER.into(),
        pins: vec![bundle_key().public()],
    };
    Snapshot::apply(None, &bundle(issued_at, revocations), &trust, issued_at).expect("a good bundle")
}
