//! What the issuer itself makes of a writ: whether it counts now, at whichever edge, and its early end.

use crate::bundle::BundleError;
use crate::issuer::Issuer;
use crate::store::StoreError;
use crate::store::revocation::{self, Living};
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::claims::Claims;
use edgewrit_shared::limits::WRIT_LIFE_MAX;
use edgewrit_shared::revocation::{Level, Target};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::{Expect, TokenError, Unverified, Verified};

impl Issuer {
    /// The writ that `token` is, if it counts now at the edges of its audience.
    ///
    /// # Errors
    /// [`BundleError`] if the issuer does not know what is revoked.
    pub(crate) async fn standing(&self, token: &str) -> Result<Option<Verified>, BundleError> {
        let Ok(writ) = Unverified::parse(token) else {
            return Ok(None);
        };
        let Ok(audience) = writ.audience_unverified() else {
            return Ok(None);
        };
        let snapshot = self.feed.snapshot().await?;
        Ok(self.verify(writ, &audience, &snapshot, self.clock.now().seconds()).ok())
    }

    /// The issuer checks a writ as an edge of `audience` does.
    pub(crate) fn verify(
        &self,
        writ: Unverified<'_>,
        audience: &str,
        snapshot: &Snapshot,
        now: UnixSeconds,
    ) -> Result<Verified, TokenError> {
        let expect = Expect {
            issuer: self.config.issuer.as_str(),
            audience,
            life_max: WRIT_LIFE_MAX,
        };
        writ.verify(&expect, snapshot, now)
    }

    /// Ends the lineage of a writ: the writ, and all that descends from it.
    ///
    /// # Errors
    /// [`StoreError`]; the writ goes on.
    pub(crate) async fn revoke(&self, writ: &Claims) -> Result<(), StoreError> {
        let living = Living {
            target: Target::of(Level::Lineage(&writ.lin)),
            born: writ.iat,
            expires: writ.exp,
        };
        let now = self.clock.now().seconds();
        self.store
            .write(move |connection| revocation::end(connection, living, now))
            .await
    }
}
