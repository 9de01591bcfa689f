//! The part of the id of a lineage that says when it began.

use edgewrit_shared::time::UnixSeconds;

/// Time at which a lineage began, from its id: ids begin with twelve hexadecimal digits of
/// milliseconds.
pub(crate) fn born(lineage: &str) -> Option<UnixSeconds> {
    let millis = u64::from_str_radix(lineage.get(..12)?, 16).ok()?;
    Some(UnixSeconds(millis / 1000))
}
