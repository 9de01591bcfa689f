//! The events that are always kept, and the events that a limiter may omit.

use super::EventKind;
use crate::base::limiter::Rate;

/// Whether an event is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Every event is kept.
    Always,
    /// Up to these rates. What is beyond them is counted.
    Limited(Rates),
}

/// The rates at which events of one kind are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rates {
    /// Of one cause: those of one task, address, edge, label or grant.
    pub(crate) cause: Rate,
    /// Of all causes of one client, or of one edge where no client is known, or of all requests
    /// without either.
    pub(crate) party: Rate,
}

/// Attempts that were refused, and boots of an edge: the hundredth of a minute says nothing new.
const REFUSED: Rates = Rates {
    cause: Rate {
        interval: 1_000,
        burst: 100,
    },
    party: Rate {
        interval: 100,
        burst: 1_000,
    },
};
/// Attempts by unauthenticated clients.
const UNAUTHENTICATED: Rates = Rates {
    cause: Rate {
        interval: 1_000,
        burst: 10,
    },
    ..REFUSED
};
/// Events of clients and agents within their authority, which they repeat as often as they like.
const DONE: Rates = Rates {
    cause: Rate {
        interval: 100,
        burst: 1_000,
    },
    party: Rate {
        interval: 10,
        burst: 10_000,
    },
};
/// Permits of edges. Each is a request of its own, so that far more of them are kept.
const PERMITTED: Rates = Rates {
    cause: Rate {
        interval: 20,
        burst: 5_000,
    },
    party: Rate {
        interval: 5,
        burst: 20_000,
    },
};

impl EventKind {
    /// Whether events of this kind are kept. The question for a new kind: can a client, an agent,
    /// an edge or an unauthenticated client repeat its cause? Revocations, ends, changes of keys
    /// and what operators do are always kept.
    pub(crate) const fn keeping(self) -> Keeping {
        match self {
            // A task is authority that a client takes, and each has an end: what it was granted is
            // nowhere else.
            Self::TaskStarted
            | Self::TaskCompleted
            | Self::TokenReleased
            | Self::TokenRevoked
            | Self::AdminAuth
            | Self::AppRegistered
            | Self::AppUpdated
            | Self::AppDeregistered
            | Self::ClientSecretRotated
            | Self::EdgeRegistered
            | Self::KeyRotated
            | Self::KeyDropped
            | Self::BackupMade
            | Self::DatabaseRestored
            | Self::EdgeSecretRotated
            | Self::CheckpointKeysPinned
            | Self::OriginalDeclared
            | Self::AuditPruned
            | Self::EventsOmitted => Keeping::Always,
            Self::TaskRefused
            | Self::TokenRenewalFailed
            | Self::DelegationRefused
            | Self::ScopeViolation
            | Self::EdgeBooted
            | Self::LaunchTokenDenied
            | Self::RegistrationRefused
            | Self::AuditHeadReported
            | Self::RequestRefused => Keeping::Limited(REFUSED),
            Self::AdminAuthFailed | Self::TokenAuthFailed | Self::AppAuthFailed => Keeping::Limited(UNAUTHENTICATED),
            Self::TokenIssued
            | Self::TokenRenewed
            | Self::DelegationCreated
            | Self::AppAuthenticated
            | Self::LaunchTokenIssued
            | Self::AgentRegistered => Keeping::Limited(DONE),
            Self::UsesSpent | Self::RequestPermitted => Keeping::Limited(PERMITTED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_or_ends_authority_is_always_kept() {
        let kept = EventKind::ALL.iter().filter(|kind| kind.keeping() == Keeping::Always);
        let kept: Vec<_> = kept.map(|kind| kind.as_str()).collect();
        let expected = [
            "task_started",
            "task_completed",
            "token_released",
            "token_revoked",
            "admin_auth",
            "app_registered",
            "app_updated",
            "app_deregistered",
            "client_secret_rotated",
            "edge_registered",
            "edge_secret_rotated",
            "key_rotated",
            "key_dropped",
            "backup_made",
            "database_restored",
            "audit_pruned",
            "events_omitted",
            "checkpoint_keys_pinned",
            "original_declared",
        ];
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_cause_has_no_more_than_its_party() {
        for kind in EventKind::ALL {
            if let Keeping::Limited(rates) = kind.keeping() {
                assert!(rates.cause.burst <= rates.party.burst, "{kind:?}");
                assert!(rates.cause.interval >= rates.party.interval, "{kind:?}");
            }
        }
    }
}
