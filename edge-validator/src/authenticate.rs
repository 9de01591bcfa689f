//! Authenticates a request by the writ that it presents, and validates the writ again after every
//! wait.

use crate::config::Config;
use crate::http::headers::Headers;
use crate::issuer::bundle::is_fresh;
use crate::memory::Memory;
use crate::reason::{Objection, Reason};
use crate::world::World;
use crate::writ::Writ;
use crate::writ::cache::Versions;
use alloc::string::ToString;
use alloc::sync::Arc;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::token::{TokenError, Unverified};

/// The token in the header `authorization` (RFC 6750, section 2.1). The edge reads a writ from no
/// other place.
fn bearer_token(authorization: &str) -> Result<&str, Reason> {
    if authorization.is_empty() {
        return Err(Reason::TokenMissing);
    }
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    // Hosts join several headers by a comma. No token contains a comma, except the JSON form of a
    // JWS, which is refused under a label of its own.
    if authorization.contains(',') && !token.starts_with('{') {
        return Err(Reason::TokenRepeated);
    }
    if !is_bearer(scheme) || token.is_empty() || token.contains(' ') || token.contains('\t') {
        return Err(Reason::TokenScheme);
    }
    Ok(token)
}

fn is_bearer(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("bearer")
}

/// The snapshot, if the edge may decide by the snapshot now.
pub(crate) fn fresh_snapshot<'w>(config: &Config, world: &World<'w>) -> Result<&'w Snapshot, Reason> {
    let snapshot = world.snapshot.ok_or(Reason::SnapshotMissing)?;
    if is_fresh(config, snapshot, world.now) {
        Ok(snapshot)
    } else {
        Err(Reason::SnapshotStale)
    }
}

/// The writ that a request presents, if the writ is valid at this edge now.
pub(crate) fn verify(headers: &Headers<'_>, config: &Config, world: &World<'_>) -> Result<Arc<Writ>, Objection> {
    let authorization = headers.value("authorization").unwrap_or_default();
    let snapshot = fresh_snapshot(config, world);
    if let Ok(snapshot) = snapshot
        && let Some(writ) = find_cached(authorization, current_versions(config, snapshot), world.memory)
    {
        writ.verified
            .check_validity(&config.expect(), snapshot, world.now)
            .map_err(token_objection)?;
        return Ok(writ);
    }
    let (token, snapshot) = (bearer_token(authorization)?, snapshot?);
    world.memory.count_lookup(false);
    let unverified = Unverified::parse(token).map_err(token_objection)?;
    let verified = unverified
        .verify(&config.expect(), snapshot, world.now)
        .map_err(token_objection)?;
    // Edges take no proof of possession yet, so a writ that requires one is invalid (RFC 9449,
    // section 7.2).
    if verified.claims().cnf_jkt.is_some() {
        return Err(Reason::TokenBound.into());
    }
    let writ = Arc::new(Writ::new(token, verified));
    let versions = current_versions(config, snapshot);
    world.memory.cache.borrow_mut().keep(Arc::clone(&writ), versions);
    Ok(writ)
}

/// The cached writ whose text is in `authorization`. The form of the header was checked before the
/// writ entered the cache.
fn find_cached(authorization: &str, versions: Versions, memory: &Memory) -> Option<Arc<Writ>> {
    let (_, token) = authorization.split_once(' ').filter(|(scheme, _)| is_bearer(scheme))?;
    let writ = memory.cache.borrow_mut().find(token, versions)?;
    memory.count_lookup(true);
    Some(writ)
}

fn current_versions(config: &Config, snapshot: &Snapshot) -> Versions {
    Versions {
        keys: snapshot.keys_version(),
        config: config.version(),
    }
}

/// Objects if `writ` is no longer valid. The steps call it after every wait.
pub(crate) fn revalidate(writ: &Writ, config: &Config, world: &World<'_>) -> Result<(), Objection> {
    let snapshot = fresh_snapshot(config, world)?;
    writ.verified
        .check_validity(&config.expect(), snapshot, world.now)
        .map_err(token_objection)
}

fn token_objection(error: TokenError) -> Objection {
    Objection::new(error.reason(), error.to_string())
}
