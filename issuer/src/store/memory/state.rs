//! The rows of a store in memory.

use crate::audit::{ChainHead, EventKind, EventOutcome, Link};
use crate::base::clock::Moment;
use crate::base::id::Seed;
use crate::store::rows::agent::{AgentRow, LaunchToken};
use crate::store::rows::ends::HistoryEnds;
use crate::store::rows::keys::KeyRow;
use crate::store::rows::registry::{ClientRow, EdgeRow};
use crate::store::rows::reporting_edge::Numbers;
use crate::store::rows::spend::EarlierSpend;
use crate::store::rows::task::{EarlierAnswer, Repetition, TaskRow};
use edgewrit_shared::bundle::revocation::Revocation;
use edgewrit_shared::time::UnixSeconds;
use std::collections::{BTreeMap, BTreeSet};

/// All rows of the store.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryState {
    pub(super) clients: BTreeMap<String, ClientRow>,
    /// By their ids, each with the time of its registration.
    pub(super) edges: BTreeMap<String, (UnixSeconds, EdgeRow)>,
    /// By their numbers.
    pub(super) tasks: BTreeMap<i64, KeptTask>,
    /// By task, audience and id.
    pub(super) grants: BTreeMap<(i64, String, String), KeptGrant>,
    /// By task, audience and label: the number of refusals, and the time of the last one.
    pub(super) refusals: BTreeMap<(i64, String, String), (u64, UnixSeconds)>,
    pub(super) allowances: BTreeMap<String, KeptAllowance>,
    /// By task and instance.
    pub(super) agents: BTreeMap<(i64, String), AgentRow>,
    pub(super) lineages: BTreeMap<String, KeptLineage>,
    pub(super) launch_tokens: BTreeMap<[u8; 32], LaunchToken>,
    /// The nonces that were used. A nonce begins with its expiry.
    pub(super) nonces: BTreeSet<[u8; 32]>,
    pub(super) boots: BTreeMap<String, KeptBoot>,
    /// By their numbers, each with the client that caused it.
    pub(super) revocations: BTreeMap<u64, (Revocation, Option<String>)>,
    /// The number of the latest revocation, which may be forgotten by now.
    pub(super) latest_revocation: u64,
    /// For each share the number of revocations that live.
    pub(super) shares: BTreeMap<String, u64>,
    pub(super) keys: BTreeMap<String, KeyRow>,
    /// By their numbers.
    pub(super) events: BTreeMap<u64, KeptEvent>,
    pub(super) pruned: ChainHead,
    /// By the numbers of their events.
    pub(super) checkpoints: BTreeMap<u64, String>,
    pub(super) next_epoch: Option<String>,
    pub(super) has_outside_head: bool,
}

/// A task.
#[derive(Clone, Debug)]
pub(super) struct KeptTask {
    pub(super) row: TaskRow,
    pub(super) task_id: String,
    /// The number of agents that were asked for with it.
    pub(super) agents: u32,
    pub(super) seed: Seed,
    /// Time at which the first writs of the task expire.
    pub(super) expires: UnixSeconds,
    pub(super) repeat: Option<(Repetition, EarlierAnswer)>,
}

/// A grant of a task, and its use.
#[derive(Clone, Debug)]
pub(super) struct KeptGrant {
    /// The place among those that were granted with it.
    pub(super) place: usize,
    pub(super) body: String,
    pub(super) used: u64,
    pub(super) last: Option<UnixSeconds>,
}

/// A counter of uses.
#[derive(Clone, Debug)]
pub(super) struct KeptAllowance {
    pub(super) task: i64,
    pub(super) max: u64,
    pub(super) spent: u64,
}

/// A lineage that was renewed or passed something on.
#[derive(Clone, Debug)]
pub(super) struct KeptLineage {
    /// The id of its latest writ.
    pub(super) jti: String,
    pub(super) expires: UnixSeconds,
    pub(super) chain: Option<String>,
    /// The lineage from which all of its chain descends, of a delegated one.
    pub(super) root: Option<String>,
    /// The agent that passed something of it on.
    pub(super) agent_id: Option<String>,
}

/// A boot of an edge.
#[derive(Clone, Debug)]
pub(super) struct KeptBoot {
    pub(super) edge_id: String,
    pub(super) created: UnixSeconds,
    /// By their counters: the answers to debits, and when they were given.
    pub(super) spends: BTreeMap<u64, (UnixSeconds, EarlierSpend)>,
    /// The numbers of the records that were taken in.
    pub(super) recorded: Vec<Numbers>,
}

/// An event of the chain, and what it is looked up by.
#[derive(Clone, Debug)]
pub(super) struct KeptEvent {
    pub(super) at: Moment,
    pub(super) kind: EventKind,
    pub(super) outcome: EventOutcome,
    pub(super) task: Option<i64>,
    pub(super) agent_id: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) link: Link,
}

impl MemoryState {
    /// The head of the chain.
    pub(super) fn head(&self) -> ChainHead {
        self.events
            .last_key_value()
            .map_or_else(ChainHead::default, |(_, event)| event.link.head)
    }

    /// Time at which the last event happened.
    pub(super) fn last_at(&self) -> Moment {
        self.events
            .last_key_value()
            .map_or_else(Moment::default, |(_, event)| event.at)
    }

    pub(super) fn ends(&self) -> HistoryEnds {
        HistoryEnds {
            revocation: self.latest_revocation,
            head: self.head(),
        }
    }
}
