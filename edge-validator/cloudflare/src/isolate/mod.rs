//! The state that outlives a request: the configuration, the memory, the snapshot.

pub(crate) mod bundle;
pub(crate) mod metrics;
pub(crate) mod queue;
pub(crate) mod records;

use crate::isolate::metrics::{Counted, IsolateMetrics};
use crate::isolate::queue::Queue;
use crate::isolate::records::RecordBuffer;
use crate::platform::host::HeaderNames;
use crate::platform::runtime;
use edgewrit_edge::config::{Config, short_secret_warning};
use edgewrit_edge::issuer::pace::refresh::RefreshSchedule;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::record::Record;
use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::in_flight::OpenResponse;
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use std::cell::{OnceCell, RefCell};
use std::iter;
use std::rc::Rc;
use std::sync::Arc;
use worker::Env;

/// The text variable with the configuration. A variable has 5 KB at most; a longer configuration
/// continues in `EDGEWRIT_CONFIG_2` and so on.
const CONFIG: &str = "EDGEWRIT_CONFIG";
/// Most variables of one configuration; a Worker cannot have more.
const PARTS: u32 = 128;

/// The state of one isolate. No borrow of it lives across an await.
#[derive(Debug)]
pub(crate) struct Isolate {
    pub(crate) config: Arc<Config>,
    /// The names of the headers that the pipeline reads.
    pub(crate) names: HeaderNames,
    pub(crate) refresh: RefCell<RefreshSchedule>,
    pub(crate) buffer: RecordBuffer,
    pub(crate) metrics: IsolateMetrics,
    memory: Memory,
    snapshot: RefCell<Option<Rc<Snapshot>>>,
}

thread_local! {
    /// The isolate; `None` inside if the configuration has faults. A new deployment gets new
    /// isolates.
    static ISOLATE: OnceCell<Option<Rc<Isolate>>> = const { OnceCell::new() };
}

/// The state of the isolate, which the first request makes; `None` if the configuration has faults.
pub(crate) fn current(env: &Env) -> Option<Rc<Isolate>> {
    ISOLATE.with(|isolate| isolate.get_or_init(|| Isolate::start(env).map(Rc::new)).clone())
}

impl Isolate {
    fn start(env: &Env) -> Option<Self> {
        let config = read_config(env)?;
        let no_seed = |error| runtime::log(&format!("no randomness: {}", runtime::error_message(&error)));
        let memory = Memory::new(runtime::random().map_err(no_seed).ok()?);
        for name in config.short_secrets() {
            runtime::log(&short_secret_warning(name));
        }
        let buffer = RecordBuffer::new(Queue::of(env));
        if config.is_audit_strict() && !buffer.has_queue() {
            runtime::log("`audit` is `strict`, and there is no queue in `RECORDS`: nothing is permitted");
            memory.set_record_room(false);
        }
        Some(Self {
            names: HeaderNames::new(config.header_names()),
            refresh: RefCell::new(RefreshSchedule::every(config.refresh())),
            config: Arc::new(config),
            buffer,
            metrics: IsolateMetrics::new(),
            memory,
            snapshot: RefCell::new(None),
        })
    }

    /// Runs a step of the pipeline with the current world.
    pub(crate) fn take_step(&self, step: impl FnOnce(&World<'_>) -> Step) -> Step {
        let snapshot = self.snapshot();
        step(&self.world(snapshot.as_deref()))
    }

    fn world<'w>(&'w self, snapshot: Option<&'w Snapshot>) -> World<'w> {
        World {
            config: &self.config,
            snapshot,
            memory: &self.memory,
            now: runtime::now(),
        }
    }

    /// The record with the cause why a response must be cut now; `None` while it may go on.
    pub(crate) fn check_ended(&self, open: &OpenResponse) -> Option<Record> {
        let snapshot = self.snapshot();
        open.check_ended(&self.world(snapshot.as_deref()))
    }

    /// Writes the metrics to the log, if they are due.
    pub(crate) fn show_metrics(&self) {
        let (now, snapshot) = (runtime::now(), self.snapshot());
        let counted = Counted {
            memory: &self.memory,
            snapshot_age: snapshot.as_ref().map(|snapshot| now.since(snapshot.issued_at())),
            audit_head: snapshot.and_then(|snapshot| snapshot.highest_audit_head().map(str::to_owned)),
            records: records::count_records(&self.buffer),
        };
        if let Some(line) = self.metrics.line(&counted, now) {
            runtime::log(&line);
        }
    }

    /// The snapshot, if there is one.
    pub(crate) fn snapshot(&self) -> Option<Rc<Snapshot>> {
        self.snapshot.borrow().clone()
    }

    /// Replaces the snapshot.
    pub(crate) fn set_snapshot(&self, snapshot: Snapshot) {
        self.snapshot.replace(Some(Rc::new(snapshot)));
    }

    /// The memory.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }
}

/// Reads the configuration. Every fault is a line in the log.
fn read_config(env: &Env) -> Option<Config> {
    let secret = |name: &str| env.secret(name).ok().map(|secret| secret.to_string());
    match Config::read(&config_text(env), &secret) {
        Ok(config) => Some(config),
        Err(faults) => {
            for fault in faults.lines() {
                runtime::log(&format!("configuration (`{CONFIG}`): {fault}"));
            }
            None
        }
    }
}

/// The text of the configuration, joined from its variables; empty if there is none.
fn config_text(env: &Env) -> String {
    let names = (2..=PARTS).map(|part| format!("{CONFIG}_{part}"));
    let parts = iter::once(CONFIG.to_owned())
        .chain(names)
        .map_while(|name| env.var(&name).ok());
    parts.map(|part| part.to_string()).collect()
}
