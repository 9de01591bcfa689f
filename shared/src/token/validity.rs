//! Validity of a writ: issuer, audience, time, revocation.

use super::{Expect, TokenError};
use crate::bundle::revocation::{Level, Rows, Target};
use crate::limits::CLOCK_TOLERANCE;
use crate::small_code::text_eq::text_eq;
use crate::time::UnixSeconds;
use crate::token::claims::Claims;
use crate::token::claims::early::EarlyClaims;
use alloc::vec::Vec;

/// The claims that decide where and when a writ is valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValidityClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: UnixSeconds,
    nbf: UnixSeconds,
    exp: UnixSeconds,
}

impl<'a> From<&'a EarlyClaims> for ValidityClaims<'a> {
    fn from(early: &'a EarlyClaims) -> Self {
        Self {
            iss: &early.iss,
            aud: &early.aud,
            iat: early.iat,
            nbf: early.nbf,
            exp: early.exp,
        }
    }
}

impl<'a> From<&'a Claims> for ValidityClaims<'a> {
    fn from(claims: &'a Claims) -> Self {
        Self {
            iss: &claims.iss,
            aud: &claims.aud,
            iat: claims.iat,
            nbf: claims.nbf,
            exp: claims.exp,
        }
    }
}

impl ValidityClaims<'_> {
    pub(super) fn check(&self, expect: &Expect<'_>, now: UnixSeconds) -> Result<(), TokenError> {
        if !text_eq(self.iss, expect.issuer) {
            return Err(TokenError::Issuer { found: self.iss.into() });
        }
        if !text_eq(self.aud, expect.audience) {
            return Err(TokenError::Audience { found: self.aud.into() });
        }
        self.check_time(now)?;
        self.check_life(expect.life_max)
    }

    fn check_time(&self, now: UnixSeconds) -> Result<(), TokenError> {
        if now >= self.exp {
            return Err(TokenError::Expired { exp: self.exp, now });
        }
        for (claim, from) in [("nbf", self.nbf), ("iat", self.iat)] {
            if from.since(now) > CLOCK_TOLERANCE {
                return Err(TokenError::NotYet { claim, from, now });
            }
        }
        Ok(())
    }

    fn check_life(&self, most: u64) -> Result<(), TokenError> {
        if (1..=most).contains(&self.exp.since(self.iat)) {
            return Ok(());
        }
        Err(TokenError::Life {
            iat: self.iat,
            exp: self.exp,
            most,
        })
    }
}

/// The targets whose revocation ends a writ, hashed once: the name of a level beside its target.
#[derive(Debug)]
pub(super) struct RevocationTargets(Vec<(&'static str, Target)>);

impl RevocationTargets {
    pub(super) fn of(claims: &Claims, kid: &str) -> Self {
        let own = [
            Level::All,
            Level::Key(kid),
            Level::Client(&claims.client_id),
            Level::Task {
                client_id: &claims.client_id,
                task_id: &claims.task_id,
            },
            Level::Agent(&claims.sub),
            Level::Chain(claims.root_lineage()),
            Level::Lineage(&claims.lin),
            Level::Writ(&claims.jti),
        ];
        let ancestors = claims.anc.iter().map(|lineage| Level::Lineage(lineage));
        let levels = own.into_iter().chain(ancestors);
        Self(levels.map(|level| (level.name(), Target::of(level))).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Target> {
        self.0.iter().map(|(_, target)| *target)
    }

    /// Checks that `rows` do not revoke a writ with these targets that was issued at `iat`.
    pub(super) fn check_revocation(&self, rows: &Rows, iat: UnixSeconds) -> Result<(), TokenError> {
        match self.0.iter().find(|(_, target)| rows.is_revoked(*target, iat)) {
            None => Ok(()),
            Some((level, _)) => Err(TokenError::Revoked { level }),
        }
    }
}
