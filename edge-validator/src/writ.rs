//! The writ that comes with a request: where it stands, whether it counts, whether it still counts after a wait.

use crate::cache::Versions;
use crate::config::Config;
use crate::headers::Headers;
use crate::memory::Memory;
use crate::reason::{self, Objection, Reason};
use crate::step::World;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::grant::{Grant, GrantId};
use edgewrit_shared::secret::Secret;
use edgewrit_shared::token::{TokenError, Unverified, Verified};

/// A writ whose signature was checked, and its text: to recognise it by, and to show to the issuer when a use is spent.
#[derive(Debug)]
pub(crate) struct Writ {
    pub(crate) token: Secret,
    pub(crate) verified: Verified,
    /// The ids of its grants, each once it was asked for; 0 before, and then it is worked out again.
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

    /// The id of one of its grants. Hashing one costs as much as deciding, so it is done once.
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

/// The token in `authorization` (RFC 6750, section 2.1), and nowhere else.
fn bearer(authorization: &str) -> Result<&str, Reason> {
    if authorization.is_empty() {
        return Err(reason::TOKEN_MISSING);
    }
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    // Hosts join several headers by a comma. No token holds one, unless it is of the form that is refused under a label of its own.
    if authorization.contains(',') && !token.starts_with('{') {
        return Err(reason::TOKEN_REPEATED);
    }
    if !is_bearer(scheme) || token.is_empty() || token.contains(' ') || token.contains('\t') {
        return Err(reason::TOKEN_SCHEME);
    }
    Ok(token)
}

fn is_bearer(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("bearer")
}

/// The snapshot, if decisions may be made by it now.
pub(crate) fn fresh<'w>(config: &Config, world: &World<'w>) -> Result<&'w Snapshot, Reason> {
    let snapshot = world.snapshot.ok_or(reason::SNAPSHOT_MISSING)?;
    if snapshot.is_fresh(world.now) && world.now.since(snapshot.issued_at()) < config.freshness() {
        Ok(snapshot)
    } else {
        Err(reason::SNAPSHOT_STALE)
    }
}

/// The writ that comes with a request, if it counts here and now.
pub(crate) fn verify(headers: &Headers<'_>, config: &Config, world: &World<'_>) -> Result<Arc<Writ>, Objection> {
    let authorization = headers.value("authorization").unwrap_or_default();
    let snapshot = fresh(config, world);
    if let Ok(snapshot) = snapshot
        && let Some(writ) = known(authorization, versions(config, snapshot), world.memory)
    {
        writ.verified
            .stands(&config.expect(), snapshot, world.now)
            .map_err(objection)?;
        return Ok(writ);
    }
    let (token, snapshot) = (bearer(authorization)?, snapshot?);
    world.memory.looked_up(false);
    let unverified = Unverified::parse(token).map_err(objection)?;
    let verified = unverified
        .verify(&config.expect(), snapshot, world.now)
        .map_err(objection)?;
    // No edge takes proofs yet, so a writ that needs one counts nowhere (RFC 9449, section 7.2).
    if verified.claims().cnf_jkt.is_some() {
        return Err(reason::TOKEN_BOUND.into());
    }
    let writ = Arc::new(Writ::new(token, verified));
    let versions = versions(config, snapshot);
    world.memory.cache.borrow_mut().keep(Arc::clone(&writ), versions);
    Ok(writ)
}

/// The writ in `authorization`, if it was verified before: then nothing is wrong with its form either.
fn known(authorization: &str, versions: Versions, memory: &Memory) -> Option<Arc<Writ>> {
    let (_, token) = authorization.split_once(' ').filter(|(scheme, _)| is_bearer(scheme))?;
    let writ = memory.cache.borrow_mut().find(token, versions)?;
    memory.looked_up(true);
    Some(writ)
}

fn versions(config: &Config, snapshot: &Snapshot) -> Versions {
    Versions {
        keys: snapshot.keys_version(),
        config: config.version(),
    }
}

/// Whether `writ` counts now. Asked again after every wait.
pub(crate) fn stands(writ: &Writ, config: &Config, world: &World<'_>) -> Result<(), Objection> {
    let snapshot = fresh(config, world)?;
    writ.verified
        .stands(&config.expect(), snapshot, world.now)
        .map_err(objection)
}

fn objection(error: TokenError) -> Objection {
    Reason::token(error.label()).because(error.to_string())
}
