//! The verification takes the token, so no code goes on with the unverified one.

use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::{Expect, TokenError, Unverified, Verified};

fn right(
    token: Unverified<'_>,
    expect: &Expect<'_>,
    snapshot: &Snapshot,
    now: UnixSeconds,
) -> Result<(String, Verified), TokenError> {
    let audience = token.audience_unverified()?;
    Ok((audience, token.verify(expect, snapshot, now)?))
}

/// E0382: the token was moved into the verification.
fn wrong_use_after_verification(
    token: Unverified<'_>,
    expect: &Expect<'_>,
    snapshot: &Snapshot,
    now: UnixSeconds,
) -> Result<(String, Verified), TokenError> {
    let verified = token.verify(expect, snapshot, now)?;
    Ok((token.audience_unverified()?, verified))
}

fn main() {}
