//! The parts of the ids of writs and lineages.

use edgewrit_shared::time::UnixSeconds;

/// When a lineage began, which its id says: ids begin with twelve hexadecimal digits of
/// milliseconds.
pub(crate) fn born(lineage: &str) -> Option<UnixSeconds> {
    let millis = u64::from_str_radix(lineage.get(..12)?, 16).ok()?;
    Some(UnixSeconds(millis / 1000))
}

/// The lineage of a writ, which its id begins with.
#[must_use]
pub(crate) fn lineage_of(jti: &str) -> &str {
    jti.split('.').next().unwrap_or(jti)
}
