//! Where instances find what others have left: in the host's shared data, which outlives them. One that starts after a crash or with
//! a new configuration decides at once, and asks the issuer for no more than what came since.

use crate::abi::Failure;
use crate::abi::host::{self, Level, Shared};
use edgewrit_edge::config::Config;
use edgewrit_edge::handover::Trail;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

/// Changes with the form of what is left.
const KEY: &str = "edgewrit/bundle/1";

/// The snapshot that others have left for `config`, if it counts.
pub(crate) fn take(config: &Config, now: UnixSeconds) -> Option<Snapshot> {
    let taken = trail(config).and_then(|found| {
        let Some((trail, _)) = found else { return Ok(None) };
        let base = host::shared(&base_key(config, trail.slot()))?;
        Ok(base.map(|base| trail.follow(&base.value, config, now)))
    });
    match taken {
        Ok(Some(Ok(snapshot))) => Some(snapshot),
        Ok(Some(Err(error))) => {
            host::log(
                Level::Warn,
                &format!("the bundle that another filter has left is not taken: {error}"),
            );
            None
        }
        Ok(None) => None,
        Err(failure) => {
            complain(failure);
            None
        }
    }
}

/// Leaves `document`, which made `applied` of `held`. Answers whether another base should be asked for.
pub(crate) fn leave(
    config: &Config,
    held: Option<&Snapshot>,
    document: &[u8],
    applied: &Snapshot,
    now: UnixSeconds,
) -> bool {
    let Some(held) = held else {
        leave_base(config, document, applied);
        return false;
    };
    let left = trail(config).and_then(|found| {
        let Some((mut trail, version)) = found else {
            return Ok(false);
        };
        let extended = trail.extend(held, document, applied);
        let due = trail.is_due(applied, now);
        // If it is another one meanwhile, whoever has changed it goes on from there.
        let done = (extended || due) && host::share(&trail_key(config), &trail.to_bytes(), Some(version))?;
        Ok(done && due)
    });
    left.unwrap_or_else(|failure| {
        complain(failure);
        false
    })
}

/// Leaves a whole bundle, which gives `snapshot`, if that reaches further than what is left.
pub(crate) fn leave_base(config: &Config, document: &[u8], snapshot: &Snapshot) {
    let left = trail(config).and_then(|found| {
        let (before, version) = found.unzip();
        let Some(trail) = Trail::begin(before.as_ref(), snapshot) else {
            return Ok(false);
        };
        host::share(&base_key(config, trail.slot()), document, None)?;
        host::share(&trail_key(config), &trail.to_bytes(), version)
    });
    if let Err(failure) = left {
        complain(failure);
    }
}

/// The trail and its version.
fn trail(config: &Config) -> Result<Option<(Trail, u32)>, Failure> {
    let found = host::shared(&trail_key(config))?;
    Ok(found.and_then(|Shared { value, version }| Some((Trail::from_bytes(&value)?, version))))
}

/// Filters with one `vm_id` may follow several issuers.
fn trail_key(config: &Config) -> String {
    format!("{KEY}/{}/trail", config.issuer())
}

fn base_key(config: &Config, slot: u8) -> String {
    format!("{KEY}/{}/{slot}", config.issuer())
}

fn complain(failure: Failure) {
    host::log(Level::Warn, &failure.to_string());
}
