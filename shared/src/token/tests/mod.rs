//! Verification of tokens: every refusal with its label, in its order, at its boundary.

use super::{TokenError, Unverified, Verified};
use crate::grant::Decision;
use crate::grant::attempt::Attempt;
use crate::jose::jws::JwsKind;
use crate::limits::WRIT_BYTES;
use crate::support::{self, NOW, TestSigner};
use crate::time::UnixSeconds;
use crate::token::claims::Claims;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

mod order;
mod refusals;
mod revocation;
mod time;

fn verify_at(token: &str, now: UnixSeconds) -> Result<Verified, TokenError> {
    Unverified::parse(token)?.verify(&support::expect(), &support::snapshot(&support::bundle()), now)
}

fn verify(token: &str) -> Result<Verified, TokenError> {
    verify_at(token, NOW)
}

fn label(token: &str) -> &'static str {
    verify(token).map(|_| "accepted").unwrap_or_else(|error| error.label())
}

/// A correctly signed writ of the sample claims, changed.
fn writ_with(change: impl FnOnce(&mut Claims)) -> String {
    let mut claims = support::claims();
    change(&mut claims);
    support::writ(&claims)
}

/// The same text with an invalid signature.
fn forged(token: &str) -> String {
    let (signed, _) = token.rsplit_once('.').unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 64]))
}

/// A correctly signed sample payload in which `to` replaces the text `from`.
fn signed_with(from: &str, to: &str) -> String {
    let text = support::claims().to_json();
    assert!(text.contains(from), "{from}");
    TestSigner::writs().sign(JwsKind::Writ, &text.replace(from, to))
}

#[test]
fn the_audience_of_an_unverified_writ_can_be_read() {
    let audience = |writ: &str| Unverified::parse(writ).unwrap().audience_unverified();
    let claims = support::claims();
    assert_eq!(audience(&support::writ(&claims)), Ok(claims.aud));
    assert!(audience(&TestSigner::writs().sign(JwsKind::Writ, "{}")).is_err());
}

#[test]
fn a_writ_of_a_known_key_for_this_audience_is_verified() {
    let verified = verify(&support::writ(&support::claims())).unwrap();
    assert_eq!(*verified.claims(), support::claims());
    let attempt = |action: &str| Attempt {
        action: action.to_owned(),
        resource: "flights:x".to_owned(),
        params: Vec::new(),
    };
    assert!(matches!(
        verified.grants().decide(&attempt("search"), NOW),
        Decision::Permit { .. }
    ));
    assert!(matches!(
        verified.grants().decide(&attempt("book"), NOW),
        Decision::Refuse(_)
    ));
}

#[test]
fn both_names_of_the_algorithm_are_names_of_the_key() {
    let kid = TestSigner::writs().kid();
    for (alg, expected) in [
        ("EdDSA", "accepted"),
        ("Ed25519", "accepted"),
        ("none", "token_algorithm"),
        ("HS256", "token_algorithm"),
    ] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"at+jwt"}}"#);
        let token = TestSigner::writs().sign_with_header(&header, &support::claims().to_json());
        assert_eq!(label(&token), expected, "{alg}");
    }
}

#[test]
fn the_size_of_a_writ_has_a_limit() {
    let filled = |bytes: usize| TestSigner::writs().sign(JwsKind::Writ, &"x".repeat(bytes));
    let about = (WRIT_BYTES - filled(0).len()) * 3 / 4;
    for token in (about - 8..about + 8).map(filled) {
        let expected = if token.len() > WRIT_BYTES {
            "token_too_long"
        } else {
            "token_payload"
        };
        assert_eq!(label(&token), expected, "{}", token.len());
    }
    assert_eq!(label(&"x".repeat(WRIT_BYTES)), "token_malformed");
    assert_eq!(label(&"x".repeat(WRIT_BYTES + 1)), "token_too_long");
}

#[test]
fn a_key_that_is_not_in_the_snapshot_is_unknown() {
    let token = TestSigner::unknown().sign(JwsKind::Writ, &support::claims().to_json());
    assert_eq!(
        verify(&token).unwrap_err(),
        TokenError::Key {
            kid: TestSigner::unknown().kid()
        }
    );
    let by_the_bundle_key = TestSigner::bundles().sign(JwsKind::Writ, &support::claims().to_json());
    assert_eq!(label(&by_the_bundle_key), "token_key");
}

#[test]
fn a_bundle_is_refused_as_a_writ() {
    let token = TestSigner::writs().sign(JwsKind::Bundle, &support::claims().to_json());
    assert_eq!(label(&token), "token_type");
}

#[test]
fn issuer_and_audience_are_compared_whole() {
    for other in [
        "https://issuer.example/",
        "https://issuer.exampl",
        "https://Issuer.example",
    ] {
        let token = writ_with(|claims| claims.iss = other.to_owned());
        assert_eq!(
            verify(&token).unwrap_err(),
            TokenError::Issuer {
                found: other.to_owned()
            }
        );
    }
    for other in ["https://travel.example/", "https://travel.exampl", "travel.example"] {
        let token = writ_with(|claims| claims.aud = other.to_owned());
        assert_eq!(
            verify(&token).unwrap_err(),
            TokenError::Audience {
                found: other.to_owned()
            }
        );
    }
}

#[test]
fn a_signature_of_anything_else_is_refused() {
    let token = support::writ(&support::claims());
    assert_eq!(label(&forged(&token)), "token_signature");
    let (_, signature) = token.rsplit_once('.').unwrap();
    let other = writ_with(|claims| claims.jti = "writ-2".to_owned());
    let (signed, _) = other.rsplit_once('.').unwrap();
    assert_eq!(label(&format!("{signed}.{signature}")), "token_signature");
}

#[test]
fn a_writ_with_any_byte_flipped_is_refused() {
    let token = support::writ(&support::claims());
    let snapshot = support::snapshot(&support::bundle());
    for at in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let text = String::from_utf8(bytes).unwrap();
            let verified = Unverified::parse(&text).and_then(|token| token.verify(&support::expect(), &snapshot, NOW));
            assert!(verified.is_err(), "byte {at}, bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_verification_panic(text in any::<String>()) {
        let _ = verify(&text);
    }

    #[test]
    fn no_signed_payload_makes_it_panic(payload in any::<String>()) {
        prop_assert!(verify(&TestSigner::writs().sign(JwsKind::Writ, &payload)).is_err());
    }
}
