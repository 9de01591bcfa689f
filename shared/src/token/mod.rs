//! From text to trust: [`Unverified`] is consumed by the check that makes a [`Verified`], and nothing else makes one.

use crate::bundle::Snapshot;
use crate::claims::Claims;
use crate::claims::early::Early;
use crate::grant::Grants;
use crate::json;
use crate::jws::{Jws, JwsKind};
use crate::limits::{JSON_VALUES, WRIT_BYTES};
use crate::revocation::Target;
use crate::signature::Dalek;
use crate::time::UnixSeconds;
use alloc::string::String;

mod error;
#[cfg(test)]
mod tests;
mod validity;

pub use error::TokenError;

use validity::{RevocationTargets, ValidityClaims};

/// What a writ must say to count here.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The one issuer.
    pub issuer: &'a str,
    /// The one audience.
    pub audience: &'a str,
    /// Longest `exp - iat`, in seconds.
    pub life_max: u64,
}

/// A token whose shape is right and nothing more.
#[derive(Debug)]
pub struct Unverified<'a>(Jws<'a>);

impl<'a> Unverified<'a> {
    /// Checks the shape: size, three canonical base64url parts, header, kind.
    ///
    /// # Errors
    /// The [`TokenError`] of the first thing that is wrong.
    pub fn parse(token: &'a str) -> Result<Self, TokenError> {
        Ok(Self(Jws::parse(token, JwsKind::Writ, WRIT_BYTES)?))
    }

    /// The audience that it says it has, which anybody may have written: for who verifies writs of several, to know what to expect.
    ///
    /// # Errors
    /// The [`TokenError`] of the first claim that cannot be read.
    pub fn audience_unverified(&self) -> Result<String, TokenError> {
        Ok(Early::read(self.0.payload_unverified())?.aud)
    }

    /// Checks, cheap refusals first: key known, issuer, audience, time, signature, claims, grants, revocation.
    ///
    /// # Errors
    /// The [`TokenError`] of the first thing that is wrong.
    pub fn verify(self, expect: &Expect<'_>, snapshot: &Snapshot, now: UnixSeconds) -> Result<Verified, TokenError> {
        let Self(jws) = self;
        let Some(key) = snapshot.keys().find(jws.kid()) else {
            return Err(TokenError::Key { kid: jws.kid().into() });
        };
        let early = Early::read(jws.payload_unverified())?;
        ValidityClaims::from(&early).check(expect, now)?;
        let signed = jws.verify(key, &Dalek).map_err(|_| TokenError::Signature)?;
        let payload = json::parse(signed.payload(), JSON_VALUES).map_err(TokenError::Payload)?;
        let claims = Claims::read(&payload)?;
        let verified = Verified {
            grants: claims.authority.compile()?,
            targets: RevocationTargets::of(&claims, key.kid()),
            kid: key.kid().into(),
            claims,
        };
        verified.check_validity(expect, snapshot, now)?;
        Ok(verified)
    }
}

/// A writ that was signed by a known key for this audience. Whether it counts *now* is asked with [`Verified::stands`].
#[derive(Debug)]
pub struct Verified {
    claims: Claims,
    grants: Grants,
    targets: RevocationTargets,
    kid: String,
}

impl Verified {
    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What it grants, ready to be asked.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Everything by whose revocation it falls.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        self.targets.iter()
    }

    /// Whether the writ counts at `now`, by issuer, audience and time and by the revocations of `snapshot`, and whether its key is
    /// still in `snapshot`. Asked on every use and after every wait; allocates nothing unless it refuses.
    ///
    /// # Errors
    /// [`TokenError`] if it is not yet or no longer valid, or revoked.
    pub fn check_validity(&self, expect: &Expect<'_>, snapshot: &Snapshot, now: UnixSeconds) -> Result<(), TokenError> {
        ValidityClaims::from(&self.claims).check(expect, now)?;
        if snapshot.keys().find(&self.kid).is_none() {
            return Err(TokenError::Key { kid: self.kid.clone() });
        }
        self.targets.check_revocation(snapshot.revocations(), self.claims.iat)
    }
}
