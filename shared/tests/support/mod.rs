//! An issuer for tests: keys from fixed seeds, and writs and bundles signed by them. The crate
//! contains nothing of it.
#![allow(dead_code, reason = "every test that includes this uses its own part of it")]
#![allow(missing_docs, unreachable_pub, reason = "a test's own helper")]
#![allow(
    clippy::allow_attributes,
    reason = "an expectation would fail where a test uses all of it"
)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_shared::bundle::revocation::{Revocation, Rows};
use edgewrit_shared::bundle::{Bundle, Snapshot, Trust};
use edgewrit_shared::jose::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::Expect;
use edgewrit_shared::token::claims::{Authority, Claims};
use edgewrit_test_keys::{ISSUER_BUNDLES, ISSUER_NEXT, ISSUER_WRITS, TestKey, UNKNOWN};
use std::borrow::ToOwned as _;
use std::format;
use std::string::String;
use std::vec::Vec;

pub const ISSUER: &str = "https://issuer.example";
pub const AUDIENCE: &str = "https://travel.example";
pub const LIFE: u64 = 900;
/// The time at which the sample writ and bundle are signed, and at which tests check them by
/// default.
pub const NOW: UnixSeconds = UnixSeconds(1_800_000_000);

pub fn expect() -> Expect<'static> {
    Expect {
        issuer: ISSUER,
        audience: AUDIENCE,
        life_max: LIFE,
    }
}

/// A signing key.
pub struct TestSigner(TestKey);

impl TestSigner {
    /// One of many: another key for each number.
    pub fn numbered(number: u8) -> Self {
        Self(TestKey::repeated(number))
    }

    /// The key that signs writs.
    pub fn writs() -> Self {
        Self(ISSUER_WRITS)
    }

    /// The key that signs bundles.
    pub fn bundles() -> Self {
        Self(ISSUER_BUNDLES)
    }

    /// The key that the issuer changes to.
    pub fn next() -> Self {
        Self(ISSUER_NEXT)
    }

    /// A key that neither the issuer nor the edge knows.
    pub fn unknown() -> Self {
        Self(UNKNOWN)
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(&self.0.public()).unwrap()
    }

    pub fn kid(&self) -> String {
        self.public().kid().to_owned()
    }

    pub fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }

    /// A JWS as the issuer writes it.
    pub fn sign(&self, kind: JwsKind, payload: &str) -> String {
        let input = SigningInput::new(kind, Algorithm::EdDsa, &self.kid(), payload.as_bytes());
        let signature = self.sign_bytes(input.bytes());
        input.attach(&signature)
    }

    /// A JWS with any header, correctly signed.
    pub fn sign_with_header(&self, header: &str, payload: &str) -> String {
        let mut jws = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.sign_bytes(jws.as_bytes());
        jws.push('.');
        jws.push_str(&URL_SAFE_NO_PAD.encode(signature));
        jws
    }
}

/// The claims of a writ that is valid at [`NOW`].
pub fn claims() -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: "spiffe://example/agent/orch-1/task-1/a1".to_owned(),
        client_id: "planner".to_owned(),
        task_id: "task-1".to_owned(),
        orch_id: "orch-1".to_owned(),
        jti: "writ-1".to_owned(),
        iat: NOW,
        nbf: NOW,
        exp: NOW.plus(LIFE),
        authority: Authority::Scope(Vec::from(["search:flights:*".to_owned()])),
        lin: "lineage-1".to_owned(),
        anc: Vec::new(),
        cnf_jkt: None,
        agent_key: None,
    }
}

pub fn writ(claims: &Claims) -> String {
    TestSigner::writs().sign(JwsKind::Writ, &claims.to_json())
}

pub fn trust() -> Trust {
    Trust {
        issuer: ISSUER.to_owned(),
        pins: Vec::from([TestSigner::bundles().public()]),
    }
}

/// A whole bundle with the key that signs writs and no revocations.
pub fn bundle() -> Bundle {
    Bundle {
        iss: ISSUER.to_owned(),
        epoch: "e1".to_owned(),
        seq: 7,
        from: None,
        issued_at: NOW,
        fresh_until: NOW.plus(60),
        keys: Vec::from([TestSigner::writs().public()]),
        dropped_keys: Vec::new(),
        checkpoint_keys: Vec::new(),
        audit_head: None,
        rows: Rows::default(),
    }
}

/// The document on the wire.
pub fn document(bundle: &Bundle) -> Vec<u8> {
    bundle.join(&TestSigner::bundles().sign(JwsKind::Bundle, &bundle.payload()))
}

/// The snapshot of an edge that applied `bundle` at [`NOW`].
pub fn snapshot(bundle: &Bundle) -> Snapshot {
    Snapshot::apply(None, &document(bundle), &trust(), NOW).unwrap()
}

/// The snapshot of an edge with only these `revocations`.
pub fn snapshot_with(revocations: Vec<Revocation>) -> Snapshot {
    snapshot(&Bundle {
        rows: Rows::encode(revocations),
        ..bundle()
    })
}
