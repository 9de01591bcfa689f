//! Targets for input of unauthenticated clients (JSON, numbers, tokens) and of the issuer (bundles,
//! keys).

use crate::{FuzzTarget, with_text};
use edgewrit_shared::bundle::revocation::Rows;
use edgewrit_shared::bundle::{Snapshot, Trust};
use edgewrit_shared::jose::jws::JwsKind;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json::number::Number;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::JSON_VALUES;
use edgewrit_shared::token::claims::Claims;
use edgewrit_shared::token::{Expect, Unverified};
use edgewrit_test_issuer as support;
use std::sync::LazyLock;

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| support::snapshot(support::NOW, Vec::new()));

fn expect() -> Expect<'static> {
    Expect {
        issuer: support::ISSUER,
        audience: support::AUDIENCE,
        life_max: 86_400,
    }
}

fn trust() -> Trust {
    Trust {
        issuer: support::ISSUER.into(),
        pins: vec![support::bundle_key().public()],
    }
}

pub(crate) const JSON: FuzzTarget = FuzzTarget {
    name: "json",
    fuzz: |data| {
        let read = json::parse(data, JSON_VALUES);
        // Text that is not UTF-8 is not JSON, and a second read gives the same answer.
        assert_eq!(read.is_ok(), json::parse(data, JSON_VALUES).is_ok());
        if read.is_ok() {
            assert!(std::str::from_utf8(data).is_ok());
        }
    },
    seeds: &[
        r#"{"a":[1,-0.5e3,true,null,"\u00e9\n"],"b":{}}"#,
        r#"[[[[]]],"\ud83d\ude00"]"#,
    ],
};

pub(crate) const NUMBER: FuzzTarget = FuzzTarget {
    name: "number",
    fuzz: |data| {
        with_text(data, |text| {
            if let Some(number) = Number::parse(text) {
                let spelled = number.to_string();
                assert_eq!(Number::parse(&spelled), Some(number), "{text} as {spelled}");
            }
        });
    },
    seeds: &["-0", "1e400", "0.10", "123456789012345678901234567890", "9.5e-9999"],
};

pub(crate) const TOKEN: FuzzTarget = FuzzTarget {
    name: "token",
    fuzz: |data| {
        with_text(data, |text| {
            if let Ok(unverified) = Unverified::parse(text) {
                // No input is a forged token.
                assert!(unverified.verify(&expect(), &SNAPSHOT, support::NOW).is_err() || text.len() > 300);
            }
        });
    },
    seeds: &[
        "eyJhbGciOiJFZERTQSIsImtpZCI6IngiLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJ4In0.AAAA",
        "a.b.c",
        "{}",
    ],
};

pub(crate) const CLAIMS: FuzzTarget = FuzzTarget {
    name: "claims",
    fuzz: |data| {
        if let Ok(payload) = json::parse(data, JSON_VALUES)
            && let Ok(claims) = Claims::read(&payload)
        {
            let written = claims.to_json();
            let back = json::parse(written.as_bytes(), JSON_VALUES).expect("claims are written as JSON");
            assert_eq!(Claims::read(&back).expect("and read back"), claims);
        }
        with_text(data, |text| {
            let token = support::writ_key().sign(JwsKind::Writ, text);
            let verified = Unverified::parse(&token).and_then(|token| token.verify(&expect(), &SNAPSHOT, support::NOW));
            if let Ok(verified) = verified {
                assert_eq!(verified.claims().aud, support::AUDIENCE);
                assert!(support::NOW < verified.claims().exp);
            }
        });
    },
    seeds: &[
        r#"{"iss":"https://issuer.example","aud":"https://travel.example","sub":"s","client_id":"c","task_id":"t","orch_id":"o","jti":"j","iat":1800000000,"nbf":1800000000,"exp":1800000600,"lin":"l","scope":"read:data:*"}"#,
        r#"{"iss":"https://issuer.example","aud":["https://travel.example"],"authorization_details":[{"type":"writ","actions":["a"],"resources":["r**"]}]}"#,
    ],
};

pub(crate) const BUNDLE: FuzzTarget = FuzzTarget {
    name: "bundle",
    fuzz: |data| {
        let apply = |document: &[u8]| Snapshot::apply(Some(&SNAPSHOT), document, &trust(), support::NOW);
        assert!(apply(data).is_err(), "no input is a forged bundle");
        with_text(data, |text| {
            let signed = support::bundle_key().sign(JwsKind::Bundle, text);
            if let Ok(snapshot) = apply(&[signed.as_bytes(), b"\n"].concat()) {
                assert!(snapshot.is_fresh(support::NOW));
            }
        });
    },
    seeds: &[
        r#"{"iss":"https://issuer.example","epoch":"epoch-1","seq":2,"issued_at":1800000001,"fresh_until":1800000100,"keys":[],"dropped_keys":[],"revocations":{"count":0}}"#,
    ],
};

pub(crate) const ROWS: FuzzTarget = FuzzTarget {
    name: "rows",
    fuzz: |data| {
        if let Ok(rows) = Rows::from_bytes(data) {
            assert_eq!(rows.as_bytes(), data);
            assert!(rows.merge(&rows, support::NOW).is_ok());
        }
    },
    seeds: &[
        "",
        "0123456789abcdef00000000",
        "0123456789abcdef000000001123456789abcdef00000000",
    ],
};

pub(crate) const KEY: FuzzTarget = FuzzTarget {
    name: "key",
    fuzz: |data| {
        if let Ok(jwk @ Json::Object(_)) = json::parse(data, JSON_VALUES)
            && let Ok(key) = PublicKey::from_jwk(&jwk)
        {
            assert_eq!(PublicKey::from_x(&key.x()), Ok(key));
        }
        with_text(data, |text| _ = PublicKey::from_x(text));
    },
    seeds: &[r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#],
};
