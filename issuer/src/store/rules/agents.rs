//! Rules of the registration of agents, of renewals and of delegation.

use super::clients::may_act;
use super::revocations::{is_revoked, targets_on};
use crate::base::id::Seed;
use crate::store::rows::agent::LaunchToken;
use crate::store::rows::lineage::Lineage;
use crate::store::rows::registry::ClientState;
use crate::store::rows::revocation::Living;
use crate::store::rows::task::{Joined, TaskRow};
use crate::store::transactions::{DelegateOutcome, RegisterOutcome};
use edgewrit_shared::bundle::revocation::{Level, Target};
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;

/// Delegates that live at the same time and descend from the same writ, directly or not. One that
/// was released or revoked is counted until its writ would have expired: until then edges hold its
/// revocation.
pub const LIVE_DELEGATES: u64 = 1_000;

/// The rows that decide whether an agent registers.
#[derive(Clone, Debug)]
pub struct RegisterRows {
    /// The task that it registers for, if the client has it.
    pub task: Option<TaskRow>,
    /// The latest cut at [`register_targets`].
    pub latest_cut: Option<UnixSeconds>,
    /// Whether the nonce was used before.
    pub is_nonce_used: bool,
    /// The launch token, if it is kept and valid.
    pub launch_token: Option<LaunchToken>,
    /// The client.
    pub client: ClientState,
}

/// The outcome of a registration, and the uses that it consumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterDecision {
    /// The outcome. The agent is kept if it is registered.
    pub outcome: RegisterOutcome,
    /// Whether the nonce is used up.
    pub uses_nonce: bool,
    /// Whether the launch token is used up.
    pub uses_launch_token: bool,
}

/// The targets whose revocation a writ that is issued now would fall under.
#[must_use]
pub fn register_targets(joined: &Joined) -> Vec<Target> {
    let (client_id, task_id) = (joined.client_id.as_str(), joined.task_id.as_str());
    targets_on(&[Level::All, Level::Client(client_id), Level::Task { client_id, task_id }])
}

/// Registers an agent whose writ is issued at `iat`. The nonce is used up once it is compared, and
/// the launch token once the agent presents a nonce that is new.
#[must_use]
pub fn register(client_id: &str, iat: UnixSeconds, rows: &RegisterRows) -> RegisterDecision {
    let refused = |outcome, uses_nonce| RegisterDecision {
        outcome,
        uses_nonce,
        uses_launch_token: false,
    };
    // First, so that nothing is used up by it.
    if rows.task.as_ref().is_some_and(|task| task.completed.is_some()) {
        return refused(RegisterOutcome::TaskEnded, false);
    }
    if is_revoked(rows.latest_cut, iat) {
        return refused(RegisterOutcome::Cut, false);
    }
    if rows.is_nonce_used {
        return refused(RegisterOutcome::NonceUsed, false);
    }
    let Some(token) = &rows.launch_token else {
        return refused(RegisterOutcome::LaunchTokenUsed, true);
    };
    let outcome = match may_act(client_id, rows.client) {
        true => RegisterOutcome::Registered,
        false => RegisterOutcome::ClientEnded,
    };
    RegisterDecision {
        outcome,
        uses_nonce: true,
        uses_launch_token: token.single_use,
    }
}

/// The rows of a task from which the agents follow that were asked for with it.
#[derive(Clone, Debug)]
pub struct TaskAgents {
    /// The orchestration of the task.
    pub orch_id: String,
    /// The number of agents that were asked for with it.
    pub count: u32,
    /// The seed of their ids.
    pub seed: Seed,
}

/// Whether a task was asked for with this agent.
#[must_use]
pub fn is_asked_for(task: &TaskAgents, orch_id: &str, instance: &str) -> bool {
    let mut indices = 0..task.count as usize;
    task.orch_id == orch_id && indices.any(|index| task.seed.instance(index) == instance)
}

/// The rows that decide whether a writ can be renewed or passed on.
#[derive(Clone, Copy, Debug)]
pub struct WritRows {
    /// The client of the writ.
    pub client: ClientState,
    /// The latest cut at the targets of the writ.
    pub latest_cut: Option<UnixSeconds>,
}

/// Whether a writ is valid where its renewal or its delegation becomes durable.
#[must_use]
pub fn is_valid(writ: &Claims, rows: WritRows) -> bool {
    may_act(&writ.client_id, rows.client) && !is_revoked(rows.latest_cut, writ.iat)
}

/// Whether a writ is renewed: it is valid, and the latest one of its lineage. A lineage that is not
/// kept has one writ.
#[must_use]
pub fn is_renewed(writ: &Claims, rows: WritRows, latest_of_lineage: Option<&str>) -> bool {
    is_valid(writ, rows) && latest_of_lineage.is_none_or(|latest| latest == writ.jti)
}

/// The authority that ends when a writ is renewed: the writ, and nothing else of its lineage.
#[must_use]
pub fn living_of_writ(writ: &Claims) -> Living {
    Living {
        target: Target::of(Level::Writ(&writ.jti)),
        born: writ.iat,
        expires: writ.exp,
    }
}

/// The authority that ends with the lineage of a writ, which is kept as `lineage`.
#[must_use]
pub fn living_of_lineage(writ: &Claims, lineage: Option<&Lineage>) -> Living {
    Living {
        target: Target::of(Level::Lineage(&writ.lin)),
        born: writ.iat,
        // The latest writ of the lineage may be another, and no descendant lives longer than that.
        expires: lineage.map_or(writ.exp, |kept| kept.expires.max(writ.exp)),
    }
}

/// The lineage from which all of a chain descends.
#[must_use]
pub fn root_of(writ: &Claims) -> &str {
    writ.anc.first().unwrap_or(&writ.lin)
}

/// Admits a delegate of `parent`. `is_full` says whether [`LIVE_DELEGATES`] live already that
/// descend from the same root.
#[must_use]
pub fn delegate(parent: &Claims, rows: WritRows, is_full: bool) -> DelegateOutcome {
    if !is_valid(parent, rows) {
        return DelegateOutcome::Ended;
    }
    match is_full {
        true => DelegateOutcome::TooMany,
        false => DelegateOutcome::Delegated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Moment;
    use edgewrit_shared::token::claims::Authority;

    fn token(single_use: bool) -> LaunchToken {
        LaunchToken {
            client_id: "c".to_owned(),
            agent_name: "a".to_owned(),
            scope: "read:x:*".to_owned(),
            max_ttl: 60,
            single_use,
            expires: UnixSeconds(200),
        }
    }

    fn rows() -> RegisterRows {
        RegisterRows {
            task: None,
            latest_cut: None,
            is_nonce_used: false,
            launch_token: Some(token(true)),
            client: ClientState::Active,
        }
    }

    fn task(completed: Option<UnixSeconds>) -> TaskRow {
        TaskRow {
            task: 1,
            client_id: "c".to_owned(),
            orch_id: "o".to_owned(),
            agent: None,
            born: Moment { millis: 1 },
            live_until: UnixSeconds(300),
            completed,
        }
    }

    fn used(rows: &RegisterRows) -> (RegisterOutcome, bool, bool) {
        let registration = register("c", UnixSeconds(100), rows);
        let RegisterDecision {
            outcome,
            uses_nonce,
            uses_launch_token,
        } = registration;
        (outcome, uses_nonce, uses_launch_token)
    }

    #[test]
    fn a_registration_uses_up_the_nonce_and_the_launch_token() {
        assert_eq!(used(&rows()), (RegisterOutcome::Registered, true, true));
        let again = RegisterRows {
            task: Some(task(None)),
            launch_token: Some(token(false)),
            ..rows()
        };
        assert_eq!(used(&again), (RegisterOutcome::Registered, true, false));
    }

    #[test]
    fn a_task_that_ended_and_a_cut_use_nothing_up() {
        let ended = RegisterRows {
            task: Some(task(Some(UnixSeconds(50)))),
            ..rows()
        };
        assert_eq!(used(&ended), (RegisterOutcome::TaskEnded, false, false));
        let cut = RegisterRows {
            latest_cut: Some(UnixSeconds(100)),
            ..rows()
        };
        assert_eq!(used(&cut), (RegisterOutcome::Cut, false, false));
    }

    #[test]
    fn a_used_nonce_uses_nothing_up_and_a_new_one_is_used_without_a_launch_token() {
        let nonce = RegisterRows {
            is_nonce_used: true,
            ..rows()
        };
        assert_eq!(used(&nonce), (RegisterOutcome::NonceUsed, false, false));
        let no_token = RegisterRows {
            launch_token: None,
            ..rows()
        };
        assert_eq!(used(&no_token), (RegisterOutcome::LaunchTokenUsed, true, false));
    }

    #[test]
    fn a_client_that_was_shut_out_gets_no_agent_and_loses_the_launch_token() {
        let ended = RegisterRows {
            client: ClientState::Ended,
            ..rows()
        };
        assert_eq!(used(&ended), (RegisterOutcome::ClientEnded, true, true));
    }

    #[test]
    fn the_agents_of_a_whole_task_follow_from_its_seed() {
        let task = TaskAgents {
            orch_id: "o".to_owned(),
            count: 2,
            seed: Seed([7; 32]),
        };
        assert!(is_asked_for(&task, "o", &task.seed.instance(1)));
        assert!(!is_asked_for(&task, "o", &task.seed.instance(2)));
        assert!(!is_asked_for(&task, "p", &task.seed.instance(1)));
    }

    fn writ() -> Claims {
        Claims {
            iss: "https://issuer.example".to_owned(),
            aud: "a".to_owned(),
            sub: "spiffe://example/agent/o/t/i".to_owned(),
            client_id: "c".to_owned(),
            task_id: "t".to_owned(),
            orch_id: "o".to_owned(),
            jti: "l.2".to_owned(),
            lin: "l".to_owned(),
            iat: UnixSeconds(100),
            nbf: UnixSeconds(100),
            exp: UnixSeconds(200),
            authority: Authority::Scope(Vec::new()),
            anc: Vec::new(),
            cnf_jkt: None,
            agent_key: None,
        }
    }

    const VALID: WritRows = WritRows {
        client: ClientState::Active,
        latest_cut: None,
    };
    const REVOKED: WritRows = WritRows {
        client: ClientState::Active,
        latest_cut: Some(UnixSeconds(100)),
    };
    const SHUT_OUT: WritRows = WritRows {
        client: ClientState::Ended,
        latest_cut: None,
    };

    #[test]
    fn only_the_latest_writ_of_a_lineage_is_renewed() {
        assert!(is_renewed(&writ(), VALID, None));
        assert!(is_renewed(&writ(), VALID, Some("l.2")));
        assert!(!is_renewed(&writ(), VALID, Some("l.3")));
        assert!(!is_renewed(&writ(), REVOKED, Some("l.2")));
        assert!(!is_renewed(&writ(), SHUT_OUT, Some("l.2")));
    }

    #[test]
    fn a_valid_writ_has_so_many_delegates() {
        assert_eq!(delegate(&writ(), VALID, false), DelegateOutcome::Delegated);
        assert_eq!(delegate(&writ(), VALID, true), DelegateOutcome::TooMany);
        assert_eq!(delegate(&writ(), REVOKED, true), DelegateOutcome::Ended);
        assert_eq!(delegate(&writ(), SHUT_OUT, false), DelegateOutcome::Ended);
    }

    #[test]
    fn a_lineage_lives_as_long_as_its_latest_writ() {
        assert_eq!(living_of_lineage(&writ(), None).expires, UnixSeconds(200));
        for (expires, until) in [(150, 200), (250, 250)] {
            let kept = Lineage {
                expires: UnixSeconds(expires),
                chain: None,
            };
            assert_eq!(living_of_lineage(&writ(), Some(&kept)).expires, UnixSeconds(until));
        }
        let delegated = Claims {
            anc: vec!["r".to_owned(), "s".to_owned()],
            ..writ()
        };
        assert_eq!((root_of(&writ()), root_of(&delegated)), ("l", "r"));
    }
}
