//! A token states nothing until it is verified, and only the verification makes a verified writ.

use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;
use edgewrit_shared::token::{Expect, TokenError, Unverified, Verified};

fn right(
    token: Unverified<'_>,
    expect: &Expect<'_>,
    snapshot: &Snapshot,
    now: UnixSeconds,
) -> Result<Claims, TokenError> {
    let verified = token.verify(expect, snapshot, now)?;
    Ok(verified.claims().clone())
}

/// E0599: an unverified token has no claims.
fn wrong_claims_without_verification(token: Unverified<'_>) -> Claims {
    token.claims().clone()
}

/// E0308: an unverified token is no verified writ.
fn wrong_token_in_place_of_a_writ(token: Unverified<'_>) -> Verified {
    token
}

fn main() {}
