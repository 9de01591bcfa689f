//! The status of a writ at the issuer itself: whether it is valid now at the edges of its audience.

use crate::audit::Event;
use crate::base::clock::Clock;
use crate::tokens::bundle::{BuildBundleError, Feed};
use crate::tokens::cache::VerifiedWrits;
use edgewrit_shared::limits::WRIT_TTL_MAX;
use edgewrit_shared::token::claims::Claims;
use edgewrit_shared::token::{Expect, TokenError, Unverified, Verified};
use serde_json::json;
use std::sync::Arc;

/// The writs that the issuer itself verifies, as an edge does it.
#[derive(Debug)]
pub(crate) struct TokenStatus {
    /// `iss` of every writ.
    issuer: String,
    clock: Clock,
    feed: Arc<Feed>,
    verified: VerifiedWrits,
}

impl TokenStatus {
    pub(crate) fn new(issuer: String, clock: Clock, feed: Arc<Feed>) -> Self {
        Self {
            issuer,
            clock,
            feed,
            verified: VerifiedWrits::default(),
        }
    }

    /// The writ that `token` is, if it is valid now at the edges of its audience.
    ///
    /// # Errors
    /// [`BuildBundleError`] if the issuer does not know what is revoked.
    pub(crate) async fn find_valid(&self, token: &str) -> Result<Option<Arc<Verified>>, BuildBundleError> {
        let audience = match self.verified.find(token) {
            Some(seen) => Ok(seen.claims().aud.clone()),
            None => Unverified::parse(token).and_then(|writ| writ.audience_unverified()),
        };
        match audience {
            Ok(audience) => Ok(self.check_at(token, &audience).await?.ok()),
            Err(_) => Ok(None),
        }
    }

    /// The issuer checks a writ as an edge of `audience` does.
    ///
    /// # Errors
    /// [`BuildBundleError`] if the issuer does not know what is revoked.
    pub(crate) async fn check_at(
        &self,
        token: &str,
        audience: &str,
    ) -> Result<Result<Arc<Verified>, TokenError>, BuildBundleError> {
        let snapshot = self.feed.snapshot().await?;
        let now = self.clock.now().seconds();
        let expect = Expect {
            issuer: &self.issuer,
            audience,
            life_max: WRIT_TTL_MAX,
        };
        if let Some(seen) = self.verified.find(token) {
            return Ok(seen.check_validity(&expect, &snapshot, now).map(|()| seen));
        }
        let verified = Unverified::parse(token).and_then(|writ| writ.verify(&expect, &snapshot, now));
        let verified = verified.map(Arc::new);
        if let Ok(writ) = &verified {
            self.verified.keep(token, writ);
        }
        Ok(verified)
    }
}

/// `event`, about a writ.
pub(crate) fn of_writ(event: Event, writ: &Claims) -> Event {
    let event = event.client(&writ.client_id).agent(&writ.sub);
    let event = Event {
        task_id: Some(writ.task_id.clone()),
        orch_id: Some(writ.orch_id.clone()),
        ..event
    };
    event.data(&json!({"jti": writ.jti, "lineage": writ.lin}))
}
