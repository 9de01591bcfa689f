//! Rules of the revocations that go with a change of keys.

use crate::audit::{Event, EventKind};
use crate::keys::{KeyJob, KeyState};
use crate::store::rows::keys::KeyRow;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::limits::{CLOCK_TOLERANCE, WRIT_TTL_MAX};
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;

/// The event of a key that comes to one of its last states.
#[must_use]
pub fn key_event(kind: EventKind, row: &KeyRow) -> Event {
    Event::done(kind).data(&json!({"job": row.job.as_str(), "kid": row.kid}))
}

/// The revocation of what a key signed that is dropped at `now`, also with a date to come.
#[must_use]
pub fn revocation_of_key(kid: &str, now: UnixSeconds) -> Revocation {
    Revocation {
        target: Target::of(Level::Key(kid)),
        cut: now.plus(CLOCK_TOLERANCE),
        expires: now.plus(CLOCK_TOLERANCE + WRIT_TTL_MAX + CLOCK_TOLERANCE),
    }
}

/// The revocation that goes with a key that a restore drops: one of what it signed, if that is
/// writs.
#[must_use]
pub fn revocation_at_restore(row: &KeyRow, now: UnixSeconds) -> Option<Revocation> {
    (row.job == KeyJob::Writ).then(|| revocation_of_key(&row.kid, now))
}

/// Whether a key is forgotten that came to its state before `moment`, when nothing that it signed
/// can be valid any more. Checkpoints are verified for ever.
#[must_use]
pub fn is_forgotten(row: &KeyRow, moment: UnixSeconds) -> bool {
    let is_over = matches!(row.state, KeyState::Retired | KeyState::Dropped);
    is_over && row.job != KeyJob::Checkpoint && row.since < moment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(job: KeyJob, state: KeyState) -> KeyRow {
        KeyRow {
            kid: "k".to_owned(),
            job,
            state,
            jwk: "{}".to_owned(),
            since: UnixSeconds(100),
        }
    }

    #[test]
    fn a_key_is_forgotten_once_it_is_over_unless_it_signed_checkpoints() {
        let at = UnixSeconds;
        for state in [KeyState::Retired, KeyState::Dropped] {
            assert!(is_forgotten(&row(KeyJob::Writ, state), at(101)));
            assert!(!is_forgotten(&row(KeyJob::Writ, state), at(100)));
            assert!(!is_forgotten(&row(KeyJob::Checkpoint, state), at(101)));
        }
        for state in [KeyState::Current, KeyState::Next] {
            assert!(!is_forgotten(&row(KeyJob::Writ, state), at(101)));
        }
    }

    #[test]
    fn a_restore_revokes_what_keys_for_writs_signed() {
        let now = UnixSeconds(100);
        let revoked = revocation_at_restore(&row(KeyJob::Writ, KeyState::Current), now).unwrap();
        assert_eq!(revoked.cut, now.plus(CLOCK_TOLERANCE));
        assert!(revocation_at_restore(&row(KeyJob::Session, KeyState::Current), now).is_none());
    }
}
