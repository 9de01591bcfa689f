//! Tokens, from text to trust: only the verification, which consumes an [`Unverified`], makes a
//! [`Verified`].

use crate::bundle::Snapshot;
use crate::bundle::revocation::Target;
use crate::grant::Grants;
use crate::jose::jws::{Jws, JwsKind};
use crate::jose::signature::Dalek;
use crate::json;
use crate::limits::{JSON_VALUES, WRIT_BYTES};
use crate::time::UnixSeconds;
use crate::token::claims::Claims;
use crate::token::claims::early::EarlyClaims;
use alloc::string::String;

pub mod claims;
mod error;
#[cfg(test)]
mod tests;
mod validity;

pub use error::TokenError;

use validity::{RevocationTargets, ValidityClaims};

/// The conditions under which a writ is valid at an edge.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The one issuer.
    pub issuer: &'a str,
    /// The one audience.
    pub audience: &'a str,
    /// Longest `exp - iat`, in seconds.
    pub life_max: u64,
}

/// A token of the right form, without any other check.
#[derive(Debug)]
pub struct Unverified<'a>(Jws<'a>);

impl<'a> Unverified<'a> {
    /// Checks the form: size, three canonical base64url parts, header, kind.
    ///
    /// # Errors
    /// The [`TokenError`] of the first fault.
    pub fn parse(token: &'a str) -> Result<Self, TokenError> {
        Ok(Self(Jws::parse(token, JwsKind::Writ, WRIT_BYTES)?))
    }

    /// The unauthenticated audience of the token, for a verifier of several audiences.
    ///
    /// # Errors
    /// The [`TokenError`] of the first claim that cannot be read.
    pub fn audience_unverified(&self) -> Result<String, TokenError> {
        Ok(EarlyClaims::read(self.0.payload_unverified())?.aud)
    }

    /// Verifies the token, with cheap refusals first: key known, issuer, audience, time, signature,
    /// claims, grants, revocation.
    ///
    /// # Errors
    /// The [`TokenError`] of the first fault.
    pub fn verify(self, expect: &Expect<'_>, snapshot: &Snapshot, now: UnixSeconds) -> Result<Verified, TokenError> {
        let Self(jws) = self;
        let Some(key) = snapshot.keys().find(jws.kid()) else {
            return Err(TokenError::Key { kid: jws.kid().into() });
        };
        let early = EarlyClaims::read(jws.payload_unverified())?;
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

/// A writ that a known key signed for this audience. [`Verified::check_validity`] checks whether
/// the writ is valid *now*.
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

    /// The grants, compiled for decisions.
    #[must_use]
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// The targets whose revocation ends the writ.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        self.targets.iter()
    }

    /// Checks that the writ is valid at `now`, by issuer, audience and time and by the revocations
    /// of `snapshot`, and that its key is still in `snapshot`. The edge repeats this check for
    /// every use and after every wait. The check allocates nothing unless it refuses.
    ///
    /// # Errors
    /// [`TokenError`] if the writ is not yet valid, expired or revoked.
    pub fn check_validity(&self, expect: &Expect<'_>, snapshot: &Snapshot, now: UnixSeconds) -> Result<(), TokenError> {
        ValidityClaims::from(&self.claims).check(expect, now)?;
        if snapshot.keys().find(&self.kid).is_none() {
            return Err(TokenError::Key { kid: self.kid.clone() });
        }
        self.targets.check_revocation(snapshot.revocations(), self.claims.iat)
    }
}
