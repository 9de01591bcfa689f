//! A verified writ as the edge keeps it.

pub(crate) mod cache;

use alloc::vec::Vec;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};
use edgewrit_shared::grant::{Grant, GrantId};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::token::Verified;

/// A writ with a verified signature, and its text. The text is the cache key, and the edge shows it
/// to the issuer with a spend.
#[derive(Debug)]
pub(crate) struct Writ {
    pub(crate) token: Secret,
    pub(crate) verified: Verified,
    /// The ids of the grants. An id is 0 until it is first needed.
    ids: Vec<AtomicU64>,
}

impl Writ {
    pub(crate) fn new(token: &str, verified: Verified) -> Self {
        Self {
            token: Secret::new(token.into()),
            ids: verified.grants().as_slice().iter().map(|_| AtomicU64::new(0)).collect(),
            verified,
        }
    }

    /// The id of a grant of this writ. The hash costs as much as a decision, so it is computed
    /// once.
    pub(crate) fn grant_id(&self, grant: &Grant) -> GrantId {
        let grants = self.verified.grants().as_slice();
        let place = grants.iter().position(|own| ptr::eq(own, grant));
        let Some(known) = place.and_then(|place| self.ids.get(place)) else {
            return grant.id();
        };
        match known.load(Ordering::Relaxed) {
            0 => {
                let id = grant.id();
                known.store(id.0, Ordering::Relaxed);
                id
            }
            id => GrantId(id),
        }
    }
}
