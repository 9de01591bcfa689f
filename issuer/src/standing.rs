//! What the issuer itself makes of a writ: whether it counts now, at whichever edge, and its early end.

use crate::bundle::BundleError;
use crate::issuer::Issuer;
use crate::store::{StoreError, revocation as rows};
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::claims::Claims;
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::jws::{Jws, Kind};
use edgewrit_shared::limits::{CLOCK_TOLERANCE, JSON_VALUES, WRIT_BYTES, WRIT_LIFE_MAX};
use edgewrit_shared::revocation::{Level, Revocation, Target};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::{Expect, TokenError, Unverified, Verified};

impl Issuer {
    /// The writ that `token` is, if it counts now at the edges of its audience.
    ///
    /// # Errors
    /// [`BundleError`] if the issuer does not know what is revoked.
    pub(crate) async fn standing(&self, token: &str) -> Result<Option<Verified>, BundleError> {
        let Some(audience) = audience_unverified(token) else {
            return Ok(None);
        };
        let snapshot = self.feed.snapshot().await?;
        let verified = self.verify(token, &audience, &snapshot, self.clock.now().seconds());
        Ok(verified.ok())
    }

    /// The issuer checks a writ as an edge of `audience` does.
    pub(crate) fn verify(
        &self,
        token: &str,
        audience: &str,
        snapshot: &Snapshot,
        now: UnixSeconds,
    ) -> Result<Verified, TokenError> {
        let expect = Expect {
            issuer: self.config.issuer.as_str(),
            audience,
            life_max: WRIT_LIFE_MAX,
        };
        Unverified::parse(token)?.verify(&expect, snapshot, now)
    }

    /// Ends the lineage of a writ: the writ, and all that descends from it.
    ///
    /// # Errors
    /// [`StoreError`]; the writ goes on.
    pub(crate) async fn revoke(&self, writ: &Claims) -> Result<(), StoreError> {
        let revocation = Revocation {
            target: Target::of(Level::Lineage(&writ.lin)),
            // A clock that was set back must not leave a writ alive that says to be from later.
            cut: self.clock.now().seconds().max(writ.iat),
            // An edge whose clock is behind must not forget it while it still takes the writ.
            expires: writ.exp.plus(CLOCK_TOLERANCE),
        };
        let append = self
            .store
            .write(move |connection| rows::append(connection, &revocation));
        append.await
    }
}

/// The audience that `token` says it has, so that it can be checked as that audience's edges would.
fn audience_unverified(token: &str) -> Option<String> {
    let jws = Jws::parse(token, Kind::Writ, WRIT_BYTES).ok()?;
    let payload = json::parse(jws.payload_unverified(), JSON_VALUES).ok()?;
    match payload.member("aud")? {
        Json::Text(audience) => Some(audience.clone()),
        _ => None,
    }
}
