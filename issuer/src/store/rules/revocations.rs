//! Rules of the effect of a revocation, and of the number of revocations that a client can cause.

use crate::store::rows::revocation::{By, Living};
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::limits::CLOCK_TOLERANCE;
use edgewrit_shared::time::UnixSeconds;

/// Live revocations that one client can cause.
const CLIENT_SHARE: u64 = 100_000;
/// Live revocations that all clients together can cause: edges hold 500,000.
const CLIENTS_SHARE: u64 = 450_000;
/// Under which the revocations of all clients are counted. No client has this name.
const ALL_CLIENTS: &str = "";

/// Whether a writ that was issued at `iat` is revoked, where `latest_cut` is the latest cut of the
/// revocations of its targets. Asked where what follows becomes durable, so that nothing that is
/// revoked first can come after it.
///
/// A cut has whole seconds, and ends what is issued later in its own second.
#[must_use]
pub fn is_revoked(latest_cut: Option<UnixSeconds>, iat: UnixSeconds) -> bool {
    latest_cut.is_some_and(|cut| cut >= iat)
}

/// The targets on `levels`.
#[must_use]
pub fn targets_on(levels: &[Level<'_>]) -> Vec<Target> {
    levels.iter().copied().map(Target::of).collect()
}

/// The revocation that ends authority at `now`, the time of the writer; `None` if the authority has
/// expired.
#[must_use]
pub fn end_authority(living: &Living, now: UnixSeconds) -> Option<Revocation> {
    let revocation = Revocation {
        target: living.target,
        // A clock that was set back must not leave writs alive that say to be from later.
        cut: now.max(living.born),
        // An edge whose clock is behind must not forget it while it still takes the writs.
        expires: living.expires.plus(CLOCK_TOLERANCE),
    };
    (revocation.expires > now).then_some(revocation)
}

/// Whether a revocation that is kept ends as much as another, which is not needed then.
#[must_use]
pub fn ends_as_much(kept: &Revocation, other: &Revocation) -> bool {
    kept.target == other.target && kept.cut >= other.cut && kept.expires >= other.expires
}

/// A share of the revocations that edges hold. Its counter has one more for each revocation that
/// is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationShare<'a> {
    /// The name under which the share is counted.
    pub name: &'a str,
    most: u64,
}

/// The shares from which a revocation takes. The operator has no share: there is always room.
#[must_use]
pub fn shares_of(by: By<'_>) -> Vec<RevocationShare<'_>> {
    let share = |name, most| RevocationShare { name, most };
    match by {
        By::Operator => Vec::new(),
        By::Client(client_id) => vec![share(client_id, CLIENT_SHARE), share(ALL_CLIENTS, CLIENTS_SHARE)],
    }
}

/// The client that a revocation is counted for; `None` for the operator.
#[must_use]
pub const fn counted_client(by: By<'_>) -> Option<&str> {
    match by {
        By::Operator => None,
        By::Client(client_id) => Some(client_id),
    }
}

/// A share is used up. The transaction is undone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` has {most} revocations that live, and gets no more")]
pub struct ShareFull {
    name: String,
    most: u64,
}

/// Checks a share that has counted one more revocation and has `live` of them now.
///
/// # Errors
/// [`ShareFull`].
pub fn check_share(share: RevocationShare<'_>, live: u64) -> Result<(), ShareFull> {
    if live <= share.most {
        return Ok(());
    }
    Err(ShareFull {
        name: share.name.to_owned(),
        most: share.most,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> UnixSeconds {
        UnixSeconds(seconds)
    }

    fn living(born: u64, expires: u64) -> Living {
        Living {
            target: Target::of(Level::Client("c")),
            born: at(born),
            expires: at(expires),
        }
    }

    #[test]
    fn a_cut_ends_what_was_issued_in_its_second_or_before() {
        assert!(is_revoked(Some(at(10)), at(9)));
        assert!(is_revoked(Some(at(10)), at(10)));
        assert!(!is_revoked(Some(at(10)), at(11)));
        assert!(!is_revoked(None, at(0)));
    }

    #[test]
    fn a_revocation_cuts_now_or_at_the_birth_if_that_is_later() {
        let ended = end_authority(&living(100, 200), at(150)).unwrap();
        assert_eq!((ended.cut, ended.expires), (at(150), at(200 + CLOCK_TOLERANCE)));
        assert_eq!(end_authority(&living(160, 200), at(150)).unwrap().cut, at(160));
    }

    #[test]
    fn authority_that_no_edge_takes_any_more_is_not_revoked() {
        let end = 200 + CLOCK_TOLERANCE;
        assert!(end_authority(&living(100, 200), at(end - 1)).is_some());
        assert!(end_authority(&living(100, 200), at(end)).is_none());
    }

    #[test]
    fn a_kept_revocation_replaces_another_only_if_it_ends_as_much() {
        let kept = end_authority(&living(100, 200), at(150)).unwrap();
        let other = |cut: u64, expires: u64| Revocation {
            cut: at(cut),
            expires: at(expires),
            ..kept
        };
        assert!(ends_as_much(&kept, &kept));
        assert!(ends_as_much(&kept, &other(149, 200)));
        assert!(!ends_as_much(&kept, &other(151, 200)));
        assert!(!ends_as_much(&kept, &other(150, 200 + CLOCK_TOLERANCE + 1)));
        let elsewhere = Revocation {
            target: Target::of(Level::Client("d")),
            ..kept
        };
        assert!(!ends_as_much(&kept, &elsewhere));
    }

    #[test]
    fn a_client_has_a_share_all_clients_have_one_and_the_operator_has_room() {
        assert!(shares_of(By::Operator).is_empty());
        let [own, all] = shares_of(By::Client("c")).try_into().unwrap();
        assert_eq!((own.name, all.name), ("c", ALL_CLIENTS));
        assert_eq!(check_share(own, CLIENT_SHARE), Ok(()));
        assert!(check_share(own, CLIENT_SHARE + 1).is_err());
        assert_eq!(check_share(all, CLIENTS_SHARE), Ok(()));
        let full = check_share(all, CLIENTS_SHARE + 1).unwrap_err();
        assert_eq!(
            full.to_string(),
            "`` has 450000 revocations that live, and gets no more"
        );
        assert_eq!(counted_client(By::Client("c")), Some("c"));
        assert_eq!(counted_client(By::Operator), None);
    }
}
