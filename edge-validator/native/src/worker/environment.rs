//! The environment of a request: its configuration, its snapshot and its memory. A request keeps the
//! environment in which it began.

use crate::clock;
use crate::issuer::held::HeldSnapshot;
use edgewrit_edge::config::Config;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::record::Record;
use edgewrit_edge::verdict::in_flight::OpenResponse;
use edgewrit_edge::world::World;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// A configuration that was taken, with the snapshot that was verified under its trust.
#[derive(Clone, Debug)]
pub(crate) struct ActiveConfig {
    /// The number of configurations that were taken before.
    pub(crate) number: u64,
    pub(crate) config: Arc<Config>,
    pub(crate) held: Arc<HeldSnapshot>,
}

/// An active configuration on one thread, with the memory of the pipeline.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) active: Arc<ActiveConfig>,
    pub(crate) memory: Rc<Memory>,
    /// The numbers of lookups of writs that the metrics have counted.
    counted: Cell<(u64, u64)>,
}

impl Environment {
    /// The first environment of a thread. `seed` is randomness.
    pub(super) fn new(active: Arc<ActiveConfig>, seed: u64) -> Self {
        Self::with_memory(active, Rc::new(Memory::new(seed)))
    }

    /// The environment after this one. Verified writs and the boot id pass into it only if its
    /// configuration continues the configuration of this one.
    pub(super) fn followed_by(&self, active: Arc<ActiveConfig>, seed: u64) -> Self {
        if active.config.continues(&self.active.config) {
            let next = Self::with_memory(active, Rc::clone(&self.memory));
            next.counted.set(self.counted.get());
            return next;
        }
        // Ids of requests begin with the seed, so each memory has a seed of its own.
        let seed = seed.wrapping_add(active.number);
        Self::with_memory(active, Rc::new(Memory::with_shared_budget(seed, self.memory.bodies())))
    }

    fn with_memory(active: Arc<ActiveConfig>, memory: Rc<Memory>) -> Self {
        Self {
            active,
            memory,
            counted: Cell::new((0, 0)),
        }
    }

    /// The configuration.
    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.active.config
    }

    /// The record with the cause why a response must be cut now; `None` while it may go on.
    pub(crate) fn check_ended(&self, open: &OpenResponse) -> Option<Record> {
        self.in_world(|world| open.check_ended(world))
    }

    /// The lookups of writs since the last call: those that found a verified writ, and others.
    pub(super) fn take_lookups(&self) -> (u64, u64) {
        let (hits, misses) = self.memory.lookups();
        let (hits_before, misses_before) = self.counted.replace((hits, misses));
        (hits.wrapping_sub(hits_before), misses.wrapping_sub(misses_before))
    }

    /// Runs a step of the pipeline, or a check, in the current world.
    pub(crate) fn in_world<T>(&self, act: impl FnOnce(&World<'_>) -> T) -> T {
        let snapshot = self.active.held.snapshot();
        act(&World {
            config: &self.active.config,
            snapshot: snapshot.as_deref(),
            memory: &self.memory,
            now: clock::now(),
        })
    }
}
