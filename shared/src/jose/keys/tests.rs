//! Refused keys, and the names of the others.

use super::{KeyError, KeySet, PublicKey};
use crate::json::{self, Json};
use crate::support::TestSigner;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use std::format;
use std::string::ToString;
use std::vec::Vec;

/// RFC 8037, appendix A.2 and A.3.
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

fn jwk(text: &str) -> Json {
    json::parse(text.as_bytes(), 32).unwrap()
}

#[test]
fn the_thumbprint_is_that_of_rfc_8037() {
    let key = PublicKey::from_x(X).unwrap();
    assert_eq!(key.kid(), KID);
    assert_eq!(key.x(), X);
    assert_eq!(PublicKey::from_bytes(&key.to_bytes()), Ok(key));
}

#[test]
fn x_must_be_canonical_base64url_of_32_bytes() {
    let short = X.strip_suffix('o').unwrap();
    let one_bit_more = format!("{short}p");
    let bytes_31 = URL_SAFE_NO_PAD.encode([0; 31]);
    let bytes_33 = URL_SAFE_NO_PAD.encode([0; 33]);
    for x in [
        "",
        short,
        &format!("{X}="),
        &format!("{X}A"),
        &X.replace('_', "/"),
        &one_bit_more,
        &bytes_31,
        &bytes_33,
    ] {
        assert_eq!(PublicKey::from_x(x), Err(KeyError::Encoding), "{x}");
    }
}

#[test]
fn points_of_small_order_are_refused() {
    for point in EIGHT_TORSION {
        assert_eq!(
            PublicKey::from_bytes(point.compress().as_bytes()),
            Err(KeyError::SmallOrder)
        );
    }
}

#[test]
fn points_with_a_component_of_small_order_are_refused() {
    let honest = CompressedEdwardsY(TestSigner::writs().public().to_bytes())
        .decompress()
        .unwrap();
    for torsion in &EIGHT_TORSION[1..] {
        let mixed = (honest + torsion).compress();
        assert_eq!(PublicKey::from_bytes(mixed.as_bytes()), Err(KeyError::Torsion));
    }
}

#[test]
fn encodings_that_are_not_canonical_are_refused() {
    // y = p, p + 1, and so on: 0 to 18 written with p added. Some are no points, the others are
    // points that have a canonical encoding.
    for least in 0xed..=0xff_u8 {
        for sign in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (least, sign);
            let refused = PublicKey::from_bytes(&bytes).unwrap_err();
            assert!(
                matches!(refused, KeyError::NotCanonical | KeyError::NotOnCurve),
                "{bytes:x?}: {refused}"
            );
        }
    }
    // x = 0 has one sign only.
    let mut minus_zero = [0; 32];
    (minus_zero[0], minus_zero[31]) = (1, 0x80);
    assert_eq!(PublicKey::from_bytes(&minus_zero), Err(KeyError::NotCanonical));
}

#[test]
fn bytes_that_are_no_point_are_refused() {
    let mut bytes = [0; 32];
    bytes[0] = 2;
    assert_eq!(PublicKey::from_bytes(&bytes), Err(KeyError::NotOnCurve));
}

#[test]
fn a_jwk_is_read_back() {
    let key = PublicKey::from_x(X).unwrap();
    let text = key.to_jwk();
    assert_eq!(
        text,
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}","kid":"{KID}","use":"sig"}}"#)
    );
    assert_eq!(PublicKey::from_jwk(&jwk(&text)), Ok(key.clone()));
    for beside in [
        "",
        r#","alg":"EdDSA""#,
        r#","alg":"Ed25519""#,
        r#","key_ops":["verify"]"#,
    ] {
        let text = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}"{beside}}}"#);
        assert_eq!(PublicKey::from_jwk(&jwk(&text)), Ok(key.clone()), "{text}");
    }
}

#[test]
fn a_jwk_of_another_kind_or_use_is_refused_by_the_member_that_says_so() {
    let cases = [
        (r#""kty":"EC","crv":"Ed25519""#, KeyError::Jwk("kty")),
        (r#""crv":"Ed25519""#, KeyError::Jwk("kty")),
        (r#""kty":"OKP","crv":"X25519""#, KeyError::Jwk("crv")),
        (r#""kty":"OKP""#, KeyError::Jwk("crv")),
        (r#""kty":"OKP","crv":"Ed25519","use":"enc""#, KeyError::Jwk("use")),
        (r#""kty":"OKP","crv":"Ed25519","use":null"#, KeyError::Jwk("use")),
        (r#""kty":"OKP","crv":"Ed25519","alg":"ES256""#, KeyError::Jwk("alg")),
        (r#""kty":"OKP","crv":"Ed25519","alg":["EdDSA"]"#, KeyError::Jwk("alg")),
        (r#""kty":"OKP","crv":"Ed25519","d":"x""#, KeyError::Jwk("d")),
        (r#""kty":"OKP","crv":"Ed25519","kid":"x""#, KeyError::Jwk("kid")),
        (r#""kty":"OKP","crv":"Ed25519","kid":1"#, KeyError::Jwk("kid")),
    ];
    for (members, error) in cases {
        let text = format!(r#"{{{members},"x":"{X}"}}"#);
        assert_eq!(PublicKey::from_jwk(&jwk(&text)), Err(error), "{text}");
    }
    for (x, error) in [("1", KeyError::Jwk("x")), ("\"\"", KeyError::Encoding)] {
        let text = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":{x}}}"#);
        assert_eq!(PublicKey::from_jwk(&jwk(&text)), Err(error), "{text}");
    }
    assert_eq!(PublicKey::from_jwk(&jwk("[]")), Err(KeyError::Jwk("kty")));
    assert_eq!(
        PublicKey::from_jwk(&jwk(r#"{"kty":"OKP","crv":"Ed25519"}"#)),
        Err(KeyError::Jwk("x"))
    );
}

#[test]
fn a_known_key_is_still_checked_in_its_jwk() {
    let known = KeySet::new(Vec::from([PublicKey::from_x(X).unwrap()]));
    let wrong_kid = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}","kid":"x"}}"#);
    assert_eq!(
        PublicKey::from_jwk_beside(&jwk(&wrong_kid), &known),
        Err(KeyError::Jwk("kid"))
    );
    let other = TestSigner::writs().public();
    assert_eq!(PublicKey::from_jwk_beside(&jwk(&other.to_jwk()), &known), Ok(other));
}

#[test]
fn keys_are_found_only_by_their_own_id() {
    let (one, other) = (TestSigner::writs().public(), TestSigner::bundles().public());
    let set = KeySet::new(Vec::from([one.clone(), other.clone()]));
    assert_eq!(set.find(other.kid()), Some(&other));
    assert_eq!(set.find("x"), None);
    assert_eq!(set.find(""), None);
    assert_eq!(set.iter().collect::<Vec<_>>(), [&one, &other]);
    assert_ne!(one, other);
}

#[test]
fn messages_name_the_fault() {
    let errors = [
        (KeyError::Encoding, "`x` is not 43 characters of canonical base64url"),
        (KeyError::NotOnCurve, "not a point of the curve"),
        (KeyError::NotCanonical, "not the canonical encoding of its point"),
        (KeyError::SmallOrder, "a point of small order"),
        (KeyError::Torsion, "a point with a component of small order"),
        (
            KeyError::Jwk("crv"),
            "not an Ed25519 public signature key, by its member `crv`",
        ),
    ];
    for (error, message) in errors {
        assert_eq!(error.to_string(), message);
    }
}
