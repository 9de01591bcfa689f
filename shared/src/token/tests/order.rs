//! Order of refusals: cheap ones first, and full reading only after the signature.

use super::{forged, label, signed_with, writ_with};
use crate::support::{LIFE, NOW};
use std::borrow::ToOwned;
use std::format;
use std::string::String;

#[test]
fn cheap_refusals_come_first() {
    let later = |token: String| label(&forged(&token));
    assert_eq!(
        later(writ_with(|claims| claims.iss = "other".to_owned())),
        "token_issuer"
    );
    assert_eq!(
        later(writ_with(|claims| claims.aud = "other".to_owned())),
        "token_audience"
    );
    assert_eq!(later(writ_with(|claims| claims.exp = NOW)), "token_expired");
    assert_eq!(later(writ_with(|claims| claims.nbf = NOW.plus(31))), "token_not_yet");
    assert_eq!(later(writ_with(|claims| claims.exp = NOW.plus(LIFE + 1))), "token_life");
    // A check that costs more than a glance comes after the signature.
    assert_eq!(later(signed_with("\"jti\":\"writ-1\",", "")), "token_signature");
    assert_eq!(later(signed_with("search:flights:*", "nonsense")), "token_signature");
}

#[test]
fn claims_are_read_in_full_after_the_signature_is_verified() {
    assert_eq!(label(&signed_with("\"jti\":\"writ-1\",", "")), "token_claims");
    assert_eq!(
        label(&signed_with("\"lin\":\"lineage-1\"", "\"lin\":1")),
        "token_claims"
    );
    assert_eq!(label(&signed_with("\"scope\"", "\"other\"")), "token_authority");
    assert_eq!(label(&signed_with("search:flights:*", "nonsense")), "token_authority");
    assert_eq!(
        label(&signed_with("\"jti\"", "\"x\":1,\"x\":2,\"jti\"")),
        "token_duplicate"
    );
    assert_eq!(label(&signed_with("\"jti\"", "\"iss\":1,\"jti\"")), "token_duplicate");
    assert_eq!(
        label(&signed_with(
            "\"jti\"",
            &format!("\"x\":{}0{},\"jti\"", "[".repeat(32), "]".repeat(32))
        )),
        "token_payload"
    );
    assert_eq!(label(&signed_with("{\"iss\"", "{,\"iss\"")), "token_payload");
}
