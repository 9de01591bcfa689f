//! From text to trust: [`Unverified`] is consumed by the check that makes a [`Verified`], and nothing else makes one.

use crate::bundle::Snapshot;
use crate::claims::Claims;
use crate::grant::Grants;
use crate::time::UnixSeconds;
use core::marker::PhantomData;

/// Why a token is not a writ that counts. Each has a stable label that contains no input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {}

impl TokenError {
    /// The stable label, such as `token_expired`.
    #[must_use]
    pub fn label(&self) -> &'static str {
        todo!()
    }
}

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
pub struct Unverified<'a>(PhantomData<&'a str>);

impl<'a> Unverified<'a> {
    /// Checks the shape: size, three canonical base64url parts, header, kind.
    ///
    /// # Errors
    /// The [`TokenError`] of the first thing that is wrong.
    pub fn parse(_token: &'a str) -> Result<Self, TokenError> {
        todo!()
    }

    /// Checks, cheap refusals first: key known, issuer, audience, time, signature, claims, grants, revocation.
    ///
    /// # Errors
    /// The [`TokenError`] of the first thing that is wrong.
    pub fn verify(self, _expect: &Expect<'_>, _snapshot: &Snapshot, _now: UnixSeconds) -> Result<Verified, TokenError> {
        todo!()
    }
}

/// A writ that was signed by a known key for this audience. Whether it counts *now* is asked with [`Verified::stands`].
#[derive(Debug)]
pub struct Verified {
    claims: Claims,
    grants: Grants,
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
    /// Whether the writ counts at `now`, by time and by the revocations of `snapshot`, and whether its key is still in `snapshot`. Asked on every use
    /// and after every wait.
    ///
    /// # Errors
    /// [`TokenError`] if it is not yet or no longer valid, or revoked.
    pub fn stands(&self, _expect: &Expect<'_>, _snapshot: &Snapshot, _now: UnixSeconds) -> Result<(), TokenError> {
        todo!()
    }
}
