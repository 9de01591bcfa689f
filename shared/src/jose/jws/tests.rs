//! Accepted JWS, and the refusal of everything else.

use super::{Algorithm, Jws, JwsError, JwsKind, JwsPart, KeyHeader, SigningInput};
use crate::jose::signature::{Compact, Dalek};
use crate::json::JsonError;
use crate::limits::WRIT_BYTES;
use crate::support::TestSigner;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};

/// The members of a header that is accepted.
const MEMBERS: &str = r#""alg":"EdDSA","kid":"k","typ":"at+jwt""#;

fn header() -> String {
    format!("{{{MEMBERS}}}")
}

fn parse(text: &str) -> Result<Jws<'_>, JwsError> {
    Jws::parse(text, JwsKind::Writ, WRIT_BYTES)
}

fn refusal(text: &str) -> JwsError {
    parse(text).map(|_| ()).unwrap_err()
}

/// The refusal of a correctly signed JWS with this header.
fn header_refusal(header: &str) -> JwsError {
    refusal(&TestSigner::writs().sign_with_header(header, "{}"))
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A JWS of the right form with this third part.
fn with_signature(signature: &str) -> String {
    format!("{}.{}.{signature}", encoded(header().as_bytes()), encoded(b"{}"))
}

#[test]
fn a_signed_jws_is_read_back() {
    let signer = TestSigner::writs();
    for (kind, typ) in [(JwsKind::Writ, "at+jwt"), (JwsKind::Bundle, "edgewrit-bundle+jwt")] {
        for (algorithm, alg) in [(Algorithm::EdDsa, "EdDSA"), (Algorithm::Ed25519, "Ed25519")] {
            let input = SigningInput::new(kind, algorithm, &signer.kid(), b"payload");
            let header = format!(r#"{{"alg":"{alg}","kid":"{}","typ":"{typ}"}}"#, signer.kid());
            let expected = format!("{}.{}", encoded(header.as_bytes()), encoded(b"payload"));
            assert_eq!(input.bytes(), expected.as_bytes());

            let signature = signer.sign_bytes(input.bytes());
            let text = input.attach(&signature);
            let jws = Jws::parse(&text, kind, text.len()).unwrap();
            assert_eq!(jws.kid(), signer.kid());
            assert_eq!(jws.payload_unverified(), b"payload");
            assert_eq!(jws.verify(&signer.public(), &Dalek).unwrap().payload(), b"payload");
        }
    }
}

#[test]
fn only_the_signing_key_reveals_the_payload() {
    let text = TestSigner::writs().sign(JwsKind::Writ, "{}");
    let other = TestSigner::bundles().public();
    assert!(parse(&text).unwrap().verify(&other, &Dalek).is_err());
    assert!(parse(&text).unwrap().verify(&other, &Compact).is_err());
    assert!(
        parse(&text)
            .unwrap()
            .verify(&TestSigner::writs().public(), &Compact)
            .is_ok()
    );
}

#[test]
fn length_has_a_limit() {
    let text = TestSigner::writs().sign(JwsKind::Writ, "{}");
    assert!(Jws::parse(&text, JwsKind::Writ, text.len()).is_ok());
    let most = text.len() - 1;
    assert_eq!(
        Jws::parse(&text, JwsKind::Writ, most).unwrap_err(),
        JwsError::TooLong { most }
    );
    assert_eq!(refusal(&".".repeat(1_000_000)), JwsError::TooLong { most: WRIT_BYTES });
}

#[test]
fn a_jws_has_three_parts_that_are_not_empty() {
    for (text, found) in [
        ("", 1),
        ("a", 1),
        ("a.b", 2),
        ("a.b.c.d", 4),
        ("a.b.c.d.e.f", 6),
        ("....... ", 8),
    ] {
        assert_eq!(refusal(text), JwsError::Parts { found }, "{text}");
    }
    let (header, payload) = (encoded(header().as_bytes()), encoded(b"{}"));
    assert_eq!(refusal(&format!(".{payload}.AA")), JwsError::EmptyPart(JwsPart::Header));
    assert_eq!(refusal(&format!("{header}..AA")), JwsError::EmptyPart(JwsPart::Payload));
    assert_eq!(
        refusal(&format!("{header}.{payload}.")),
        JwsError::EmptyPart(JwsPart::Signature)
    );
}

#[test]
fn other_serialisations_have_errors_of_their_own() {
    assert_eq!(
        refusal(r#"{"payload":"e30","signatures":[]}"#),
        JwsError::JsonSerialisation
    );
    assert_eq!(refusal("eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn"), JwsError::Encrypted);
}

#[test]
fn base64url_is_canonical_and_unpadded() {
    let good = encoded(&[0; 64]);
    assert!(parse(&with_signature(&good)).is_ok());
    let trailing_bits = format!("{}B", good.strip_suffix('A').unwrap());
    for bad in [
        &trailing_bits,
        &format!("{good}=="),
        &format!("{good}AAA"),
        &good.replace('A', "+"),
        &good.replace('A', "/"),
        &format!(" {good}"),
        &format!("{good}\n"),
        "é",
    ] {
        assert_eq!(
            refusal(&with_signature(bad)),
            JwsError::Base64(JwsPart::Signature),
            "{bad}"
        );
    }
    let (header, payload) = (encoded(header().as_bytes()), encoded(b"{}"));
    assert_eq!(
        refusal(&format!("{header}=.{payload}.{good}")),
        JwsError::Base64(JwsPart::Header)
    );
    assert_eq!(
        refusal(&format!("{header}.e31.{good}")),
        JwsError::Base64(JwsPart::Payload)
    );
}

#[test]
fn a_signature_is_64_bytes() {
    for bytes in [1, 63, 65] {
        let text = with_signature(&encoded(&[0; 65][..bytes]));
        assert_eq!(refusal(&text), JwsError::SignatureLength, "{bytes}");
    }
}

#[test]
fn the_header_is_one_strict_object() {
    assert_eq!(header_refusal("x"), JwsError::Header(JsonError::Syntax { at: 0 }));
    assert_eq!(header_refusal("[]"), JwsError::HeaderShape);
    assert_eq!(header_refusal("\"alg\""), JwsError::HeaderShape);
    let twice = format!("{{{MEMBERS},\"kid\":\"k\"}}");
    assert_eq!(
        header_refusal(&twice),
        JwsError::Header(JsonError::Duplicate { name: "kid".to_owned() })
    );
    let many = format!("{{{MEMBERS},\"a\":[{}0]}}", "0,".repeat(64));
    assert_eq!(header_refusal(&many), JwsError::Header(JsonError::TooManyValues));
}

#[test]
fn the_header_has_its_three_members_as_strings() {
    let cases = [
        (r#"{"kid":"k","typ":"at+jwt"}"#, "alg"),
        (r#"{"alg":null,"kid":"k","typ":"at+jwt"}"#, "alg"),
        (r#"{"alg":["EdDSA"],"kid":"k","typ":"at+jwt"}"#, "alg"),
        (r#"{"alg":"EdDSA","typ":"at+jwt"}"#, "kid"),
        (r#"{"alg":"EdDSA","kid":1,"typ":"at+jwt"}"#, "kid"),
        (r#"{"alg":"EdDSA","kid":"k"}"#, "typ"),
        (r#"{"alg":"EdDSA","kid":"k","typ":{}}"#, "typ"),
        ("{}", "alg"),
    ];
    for (header, member) in cases {
        assert_eq!(header_refusal(header), JwsError::HeaderMember(member), "{header}");
    }
}

#[test]
fn any_other_algorithm_is_refused() {
    for alg in [
        "none",
        "None",
        "",
        "HS256",
        "RS256",
        "ES256",
        "EdDSA ",
        "eddsa",
        "Ed448",
        "Ed25519ph",
    ] {
        let header = header().replace("EdDSA", alg);
        assert_eq!(header_refusal(&header), JwsError::Algorithm { found: alg.to_owned() });
    }
}

#[test]
fn the_type_is_compared_byte_for_byte() {
    for typ in [
        "JWT",
        "at+JWT",
        "application/at+jwt",
        "edgewrit-bundle+jwt",
        "edgewrit-session+jwt",
        "",
    ] {
        let refused = header_refusal(&header().replace("at+jwt", typ));
        assert_eq!(
            refused,
            JwsError::Type {
                found: typ.to_owned(),
                expected: "at+jwt"
            }
        );
    }
    let writ = TestSigner::writs().sign(JwsKind::Writ, "{}");
    let refused = Jws::parse(&writ, JwsKind::Bundle, WRIT_BYTES).unwrap_err();
    assert_eq!(
        refused,
        JwsError::Type {
            found: "at+jwt".to_owned(),
            expected: "edgewrit-bundle+jwt"
        }
    );
}

#[test]
fn other_header_members_are_refused() {
    let cases = [
        (r#""crit":["exp"]"#, JwsError::Critical),
        (r#""b64":false"#, JwsError::Unencoded),
        (r#""b64":true"#, JwsError::Unencoded),
        (r#""jwk":{"kty":"OKP"}"#, JwsError::KeyBrought(KeyHeader::Jwk)),
        (r#""jku":"https://evil.example""#, JwsError::KeyBrought(KeyHeader::Jku)),
        (r#""x5u":"https://evil.example""#, JwsError::KeyBrought(KeyHeader::X5u)),
        (r#""x5c":[]"#, JwsError::UnknownMember { name: "x5c".to_owned() }),
        (r#""cty":"JWT""#, JwsError::UnknownMember { name: "cty".to_owned() }),
        (r#""\u0063rit":[]"#, JwsError::Critical),
        (
            r#""Crit":[]"#,
            JwsError::UnknownMember {
                name: "Crit".to_owned(),
            },
        ),
    ];
    for (member, error) in cases {
        for header in [format!("{{{member},{MEMBERS}}}"), format!("{{{MEMBERS},{member}}}")] {
            assert_eq!(header_refusal(&header), error, "{header}");
        }
    }
}

#[test]
fn debug_output_does_not_contain_the_token() {
    let text = TestSigner::writs().sign(JwsKind::Writ, r#"{"jti":"x"}"#);
    let shown = format!("{:?}", parse(&text).unwrap());
    assert_eq!(shown, format!("Jws {{ kid: {:?}, .. }}", TestSigner::writs().kid()));
}

#[test]
fn messages_name_the_place_and_the_expected_value() {
    let cases = [
        (JwsError::TooLong { most: 9 }, "longer than 9 bytes"),
        (
            JwsError::JsonSerialisation,
            "a JWS in JSON serialisation, expected the compact one",
        ),
        (
            JwsError::Encrypted,
            "five parts, as a JWE has; expected the three of a JWS",
        ),
        (JwsError::Parts { found: 2 }, "2 parts separated by `.`, expected 3"),
        (JwsError::EmptyPart(JwsPart::Header), "the header is empty"),
        (
            JwsError::Base64(JwsPart::Payload),
            "the payload is not canonical base64url without padding",
        ),
        (JwsError::EmptyPart(JwsPart::Signature), "the signature is empty"),
        (JwsError::SignatureLength, "the signature is not 64 bytes"),
        (
            JwsError::Header(JsonError::TooDeep),
            "header: nested deeper than 32 levels",
        ),
        (JwsError::HeaderShape, "header: expected an object"),
        (JwsError::HeaderMember("kid"), "header: expected `kid` to be a string"),
        (
            JwsError::Algorithm {
                found: "no\nne".to_owned(),
            },
            "header: `alg` is `no\\nne`, expected `EdDSA` or `Ed25519`",
        ),
        (
            JwsError::Type {
                found: "JWT".to_owned(),
                expected: "at+jwt",
            },
            "header: `typ` is `JWT`, expected `at+jwt`",
        ),
        (JwsError::Critical, "header: `crit` is not accepted"),
        (JwsError::Unencoded, "header: `b64` is not accepted"),
        (
            JwsError::KeyBrought(KeyHeader::Jku),
            "header: `jku` is not accepted, keys come from the issuer's bundle",
        ),
        (
            JwsError::UnknownMember { name: "x5c".to_owned() },
            "header: unknown member `x5c`, expected `alg`, `kid` and `typ`",
        ),
    ];
    for (error, message) in cases {
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(format!("{}{}", KeyHeader::Jwk, KeyHeader::X5u), "jwkx5u");
}
