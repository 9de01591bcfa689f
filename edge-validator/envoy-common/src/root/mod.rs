//! One configured filter: its settings, its memory, and its snapshot.

mod calls;
mod records;
mod snapshot;

use crate::handover;
use crate::host::{Host, LogLevel};
use crate::records::FilterRecords;
use crate::settings::{self, FilterSettings};
use edgewrit_edge::config::{FaultList, short_secret_warning};
use edgewrit_edge::issuer::pace::refresh::RefreshSchedule;
use edgewrit_edge::issuer::pace::{LOG_SECONDS, Periodic};
use edgewrit_edge::memory::Memory;
use edgewrit_edge::memory::body_budget::BodyBudget;
use edgewrit_edge::record::Record;
use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::in_flight::OpenResponse;
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;
use std::cell::{Cell, RefCell};

/// One configured filter.
#[derive(Debug)]
pub struct Root<H> {
    pub(crate) host: H,
    /// The settings.
    pub settings: FilterSettings,
    memory: Memory,
    snapshot: RefCell<Option<Snapshot>>,
    refresh: Cell<RefreshSchedule>,
    /// Whether a route has sent a permitted request to another cluster. The filter then permits
    /// nothing more, because the next choice of the route is not known either.
    misrouted: Cell<bool>,
    records: RefCell<FilterRecords<H>>,
    /// The least level of lines in the log of the host when it was last read.
    least_logged: Cell<u32>,
    /// The log lines with the audit head of the issuer.
    head_lines: Cell<Periodic>,
    /// The numbers of lookups of writs that the metrics have counted.
    counted: Cell<(u64, u64)>,
    /// The calls in progress: the token of the host, and the caller that waits for the answer.
    calls: RefCell<Vec<(u32, Caller)>>,
}

/// The caller that waits for an answer of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The refresh of the snapshot.
    Refresh,
    /// The handover, which leaves whole bundles to other instances.
    Handover,
    /// The delivery of records with this id.
    Delivery(u32),
    /// The stream context with this number.
    Stream(u32),
}

impl<H: Host> Root<H> {
    /// A filter with these settings. `seed` is randomness of the host. Bodies use the budget
    /// `bodies` of the thread, or a new one if this is the first filter of the thread.
    ///
    /// # Errors
    /// If the host has no time.
    pub fn new(host: H, settings: FilterSettings, seed: u64, bodies: Option<BodyBudget>) -> Result<Self, FaultList> {
        for name in settings.config.short_secrets() {
            host.log(LogLevel::Warn, &short_secret_warning(name));
        }
        let now = host.now().map_err(settings::single_fault)?;
        let left = handover::take_snapshot(host, &settings.config, now);
        Ok(Self {
            host,
            records: RefCell::new(FilterRecords::new(host, settings.config.identity(), seed)),
            least_logged: Cell::new(0),
            head_lines: Cell::new(Periodic::every(LOG_SECONDS)),
            counted: Cell::new((0, 0)),
            settings,
            memory: Memory::with_shared_budget(seed, &bodies.unwrap_or_else(|| BodyBudget::new(seed))),
            snapshot: RefCell::new(left),
            refresh: Cell::new(RefreshSchedule::delayed()),
            misrouted: Cell::new(false),
            calls: RefCell::new(Vec::new()),
        })
    }

    /// The budget of bodies.
    pub fn bodies(&self) -> &BodyBudget {
        self.memory.bodies()
    }

    /// Runs a step of the pipeline with the current world.
    pub fn take_step(&self, step: impl FnOnce(&World<'_>) -> Step) -> Step {
        match self.host.now() {
            Ok(now) => step(&World {
                config: &self.settings.config,
                snapshot: self.snapshot.borrow().as_ref(),
                memory: &self.memory,
                now,
            }),
            Err(failure) => {
                failure.log(self.host);
                Step::Refuse(self.host_refusal(HostFault::Unreadable))
            }
        }
    }

    /// The refusal of a request that never reached the pipeline.
    pub fn host_refusal(&self, fault: HostFault) -> Refusal {
        Refusal::of_host(fault, &self.memory, self.host.now().unwrap_or(UnixSeconds(0)))
    }

    /// Whether all permitted requests have gone to their clusters.
    pub fn trusts_routes(&self) -> bool {
        !self.misrouted.get()
    }

    /// Notes that a permitted request did not go to `cluster`.
    pub fn distrust_routes(&self, cluster: &str) {
        self.misrouted.set(true);
        let text = format!(
            "a route sent a permitted request to another cluster than `{cluster}`; all are refused now, see docs/envoy.md"
        );
        self.host.log(LogLevel::Error, &text);
    }

    /// The record with the cause why a response must be cut now; `None` while it may go on.
    pub fn check_ended(&self, open: &OpenResponse) -> Option<Record> {
        open.check_ended(&World {
            config: &self.settings.config,
            snapshot: self.snapshot.borrow().as_ref(),
            memory: &self.memory,
            now: self.host.now().ok()?,
        })
    }

    /// Maintains the records and the metrics. The host calls it at every tick.
    pub fn tick(&self) {
        let Ok(now) = self.host.now() else { return };
        self.least_logged.set(self.host.log_threshold().unwrap_or_default());
        self.records.borrow_mut().tick(now);
        if self.settings.config.is_audit_strict() {
            self.memory.set_record_room(self.records.borrow_mut().has_room(now));
        }
        self.deliver_records(now);
        let (hits, misses) = self.memory.lookups();
        let (hits_before, misses_before) = self.counted.replace((hits, misses));
        self.host.count("cache", "hits", hits.wrapping_sub(hits_before));
        self.host.count("cache", "misses", misses.wrapping_sub(misses_before));
        self.host.set_gauge("bodies", "held_bytes", self.bodies().held() as u64);
        if let Some(snapshot) = self.snapshot.borrow().as_ref() {
            self.host
                .set_gauge("snapshot", "age_seconds", now.since(snapshot.issued_at()));
            self.show_head(snapshot, now);
        }
    }

    /// Ends the use of the configuration of the filter.
    pub fn shut_down(&self) {
        let nothing = FilterRecords::new(self.host, self.settings.config.identity(), 0);
        self.records.replace(nothing).release();
    }
}

/// Changes a value in its cell.
fn change<V: Copy, T>(cell: &Cell<V>, act: impl FnOnce(&mut V) -> T) -> T {
    let mut value = cell.get();
    let result = act(&mut value);
    cell.set(value);
    result
}

#[cfg(test)]
mod tests;
