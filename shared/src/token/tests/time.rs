//! The time in which a writ is valid.

use super::{label, signed_with, verify, verify_at, writ_with};
use crate::limits::CLOCK_TOLERANCE;
use crate::support::{self, LIFE, NOW};
use crate::time::UnixSeconds;
use crate::token::TokenError;
use std::borrow::ToOwned;
use std::format;

#[test]
fn a_writ_is_valid_until_the_second_of_its_expiry() {
    let token = support::writ(&support::claims());
    let exp = NOW.plus(LIFE);
    assert!(verify_at(&token, UnixSeconds(exp.0 - 1)).is_ok());
    assert_eq!(
        verify_at(&token, exp).unwrap_err(),
        TokenError::Expired { exp, now: exp }
    );
}

#[test]
fn nbf_and_iat_may_be_ahead_by_the_tolerance_at_most() {
    let near = NOW.plus(CLOCK_TOLERANCE);
    let far = NOW.plus(CLOCK_TOLERANCE + 1);
    assert_eq!(label(&writ_with(|claims| claims.nbf = near)), "accepted");
    assert_eq!(label(&writ_with(|claims| claims.iat = near)), "accepted");
    let refused = verify(&writ_with(|claims| claims.nbf = far)).unwrap_err();
    assert_eq!(
        refused,
        TokenError::NotYet {
            claim: "nbf",
            from: far,
            now: NOW
        }
    );
    let refused = verify(&writ_with(|claims| claims.iat = far)).unwrap_err();
    assert_eq!(
        refused,
        TokenError::NotYet {
            claim: "iat",
            from: far,
            now: NOW
        }
    );
}

#[test]
fn life_is_from_one_second_to_the_longest_configured() {
    let living = |life: u64| writ_with(|claims| claims.iat = UnixSeconds(claims.exp.0 - life));
    assert_eq!(label(&living(LIFE)), "accepted");
    assert_eq!(label(&living(LIFE + 1)), "token_life");
    let late = |iat: u64| writ_with(|claims| (claims.iat, claims.exp) = (UnixSeconds(iat), NOW.plus(10)));
    assert_eq!(label(&late(NOW.0 + 9)), "accepted");
    assert_eq!(label(&late(NOW.0 + 10)), "token_life");
    assert_eq!(label(&late(NOW.0 + 11)), "token_life");
}

#[test]
fn dates_are_spelled_as_whole_numbers() {
    let exp = format!("\"exp\":{}", NOW.0 + LIFE);
    for spelling in [
        format!("{exp}.0"),
        format!("{exp}e0"),
        "\"exp\":-1".to_owned(),
        "\"exp\":\"1\"".to_owned(),
    ] {
        assert_eq!(label(&signed_with(&exp, &spelling)), "token_date", "{spelling}");
    }
}
