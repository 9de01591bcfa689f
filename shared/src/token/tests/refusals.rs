//! Labels and messages.

use crate::jose::jws::{JwsError, JwsPart, KeyHeader};
use crate::json::JsonError;
use crate::time::UnixSeconds;
use crate::token::TokenError;
use std::borrow::ToOwned;
use std::string::{String, ToString};

#[test]
fn every_refusal_has_its_label() {
    let jws = |error| TokenError::Jws(error);
    let duplicate = || JsonError::Duplicate { name: String::new() };
    let cases = [
        (jws(JwsError::TooLong { most: 1 }), "token_too_long"),
        (jws(JwsError::JsonSerialisation), "token_json_serialisation"),
        (jws(JwsError::Encrypted), "token_encrypted"),
        (jws(JwsError::Parts { found: 1 }), "token_malformed"),
        (jws(JwsError::EmptyPart(JwsPart::Signature)), "token_malformed"),
        (jws(JwsError::SignatureLength), "token_malformed"),
        (jws(JwsError::Base64(JwsPart::Header)), "token_base64"),
        (jws(JwsError::Header(duplicate())), "token_header_duplicate"),
        (jws(JwsError::Header(JsonError::TooDeep)), "token_header"),
        (jws(JwsError::HeaderShape), "token_header"),
        (jws(JwsError::HeaderMember("kid")), "token_header"),
        (jws(JwsError::Algorithm { found: String::new() }), "token_algorithm"),
        (
            jws(JwsError::Type {
                found: String::new(),
                expected: "",
            }),
            "token_type",
        ),
        (jws(JwsError::Critical), "token_header_crit"),
        (jws(JwsError::Unencoded), "token_header_b64"),
        (jws(JwsError::KeyBrought(KeyHeader::Jwk)), "token_header_jwk"),
        (jws(JwsError::KeyBrought(KeyHeader::Jku)), "token_header_jku"),
        (jws(JwsError::KeyBrought(KeyHeader::X5u)), "token_header_x5u"),
        (
            jws(JwsError::UnknownMember { name: String::new() }),
            "token_header_unknown",
        ),
        (TokenError::Payload(duplicate()), "token_duplicate"),
        (TokenError::Payload(JsonError::NumberRange), "token_payload"),
    ];
    for (error, label) in cases {
        assert_eq!(error.label(), label);
    }
}

#[test]
fn messages_name_the_claim_and_the_expected_value() {
    let (early, late) = (UnixSeconds(1), UnixSeconds(2));
    let found = || "x\n".to_owned();
    let cases = [
        (TokenError::Jws(JwsError::Critical), "header: `crit` is not accepted"),
        (
            TokenError::Key { kid: found() },
            "header: no usable key has the id `x\\n`",
        ),
        (
            TokenError::Payload(JsonError::TooDeep),
            "payload: nested deeper than 32 levels",
        ),
        (
            TokenError::Claim {
                name: "jti",
                expected: "a string",
            },
            "claim `jti`: expected a string",
        ),
        (
            TokenError::Date { name: "exp" },
            "claim `exp`: expected a whole number of seconds, spelled in digits",
        ),
        (
            TokenError::Issuer { found: found() },
            "claim `iss`: `x\\n` is another issuer",
        ),
        (
            TokenError::Audience { found: found() },
            "claim `aud`: `x\\n` is another audience",
        ),
        (
            TokenError::Expired { exp: early, now: late },
            "claim `exp`: 1 is not after now, 2",
        ),
        (
            TokenError::NotYet {
                claim: "nbf",
                from: late,
                now: early,
            },
            "claim `nbf`: 2 is in the future, now is 1",
        ),
        (
            TokenError::Life {
                iat: early,
                exp: late,
                most: 9,
            },
            "claim `exp`: 2 is not within 1 to 9 seconds after `iat`, 1",
        ),
        (TokenError::Signature, "the signature is not the key's"),
        (
            TokenError::Authority {
                reason: "why".to_owned(),
            },
            "why",
        ),
        (TokenError::Revoked { level: "task" }, "revoked, by task"),
    ];
    for (error, message) in cases {
        assert_eq!(error.to_string(), message);
    }
}
