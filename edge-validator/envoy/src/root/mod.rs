//! One configured filter: its settings, its memory, and its snapshot.

use crate::abi::Failure;
use crate::abi::host::{self, LogLevel, Outgoing};
use crate::bundle::handover;
use crate::metrics;
use crate::records::FilterRecords;
use crate::settings::{self, Settings};
use edgewrit_edge::config::{FaultList, short_secret_warning};
use edgewrit_edge::issuer::bundle::{self, FollowError};
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_edge::issuer::pace::Periodic;
use edgewrit_edge::issuer::pace::refresh::RefreshSchedule;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::memory::body_budget::BodyBudget;
use edgewrit_edge::record::Record;
use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::in_flight::{InFlight, OpenResponse};
use edgewrit_edge::verdict::refusal::{HostFault, Refusal};
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;
use std::cell::{Cell, RefCell};

/// Least time between two log lines with the audit head of the issuer, in seconds.
const HEAD_SECONDS: u64 = 60;

/// One root context.
pub(crate) struct Root {
    pub(crate) settings: Settings,
    memory: Memory,
    snapshot: RefCell<Option<Snapshot>>,
    refresh: Cell<RefreshSchedule>,
    /// Whether a route has sent a permitted request to another cluster. The filter then permits
    /// nothing more, because the next choice of the route is not known either.
    misrouted: Cell<bool>,
    records: RefCell<FilterRecords>,
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
pub(crate) enum Caller {
    /// The refresh of the snapshot.
    Refresh,
    /// The handover, which leaves whole bundles to other instances.
    Handover,
    /// The ring with this number.
    RecordRing(u32),
    /// The stream context with this number.
    Stream(u32),
}

/// The time of the clock of the host.
pub(crate) fn now() -> Result<UnixSeconds, Failure> {
    const NANOSECONDS: u64 = 1_000_000_000;
    Ok(UnixSeconds(host::nanoseconds()? / NANOSECONDS))
}

impl Root {
    /// A root with its configuration, `size` bytes long. Bodies use the budget `bodies` of the VM,
    /// or a new one if this is the first root of the VM.
    pub(crate) fn configure(size: usize, bodies: Option<BodyBudget>) -> Result<Self, FaultList> {
        let settings = Settings::read(size)?;
        let seed = host::random().map_err(settings::single_fault)?;
        for name in settings.config.short_secrets() {
            host::log(LogLevel::Warn, &short_secret_warning(name));
        }
        let left = handover::take_snapshot(&settings.config, now().map_err(settings::single_fault)?);
        Ok(Self {
            records: RefCell::new(FilterRecords::new(settings.config.identity(), seed)),
            least_logged: Cell::new(0),
            head_lines: Cell::new(Periodic::every(HEAD_SECONDS)),
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
    pub(crate) fn bodies(&self) -> &BodyBudget {
        self.memory.bodies()
    }

    /// Runs a step of the pipeline with the current world.
    pub(crate) fn take_step(&self, step: impl FnOnce(&World<'_>) -> Step) -> Step {
        match now() {
            Ok(now) => step(&World {
                config: &self.settings.config,
                snapshot: self.snapshot.borrow().as_ref(),
                memory: &self.memory,
                now,
            }),
            Err(failure) => {
                failure.log();
                Step::Refuse(self.host_refusal(HostFault::Unreadable))
            }
        }
    }

    /// The refusal of a request that never reached the pipeline.
    pub(crate) fn host_refusal(&self, fault: HostFault) -> Refusal {
        Refusal::of_host(fault, &self.memory, now().unwrap_or(UnixSeconds(0)))
    }

    /// Whether all permitted requests have gone to their clusters.
    pub(crate) fn trusts_routes(&self) -> bool {
        !self.misrouted.get()
    }

    /// Notes that a permitted request did not go to `cluster`.
    pub(crate) fn distrust_routes(&self, cluster: &str) {
        self.misrouted.set(true);
        let text = format!(
            "a route sent a permitted request to another cluster than `{cluster}`; all are refused now, see docs/envoy.md"
        );
        host::log(LogLevel::Error, &text);
    }

    /// Starts a call to the issuer. `caller` gets the response.
    pub(crate) fn call(&self, call: &Call, caller: Caller) -> Result<(), Failure> {
        let authority = self.settings.issuer_authority().as_bytes();
        let mut headers = vec![
            (":method", call.method.as_bytes()),
            (":scheme", b"https"),
            (":path", call.path.as_bytes()),
            (":authority", authority),
        ];
        headers.extend(
            call.headers
                .iter()
                .map(|(name, value)| (*name, value.expose().as_bytes())),
        );
        let token = host::start_call(&Outgoing {
            cluster: &self.settings.issuer_cluster,
            headers: &headers,
            body: &call.body,
            timeout_ms: call.timeout_ms,
        })?;
        self.calls.borrow_mut().push((token, caller));
        Ok(())
    }

    /// The caller that waits for the response to the call with this token.
    pub(crate) fn take_caller(&self, token: u32) -> Option<Caller> {
        let mut calls = self.calls.borrow_mut();
        let at = calls.iter().position(|(own, _)| *own == token)?;
        Some(calls.swap_remove(at).1)
    }

    /// Asks the issuer for a newer bundle if the schedule says so.
    pub(crate) fn ask_for_bundle(&self) {
        let Ok(now) = now() else { return };
        if !change(&self.refresh, |refresh| refresh.begin(now)) {
            return;
        }
        let call = bundle::bundle_call(
            &self.settings.config,
            self.snapshot.borrow().as_ref(),
            self.refresh.get().wait_seconds(),
        );
        if let Err(failure) = self.call(&call, Caller::Refresh) {
            report_failed_call(failure);
            change(&self.refresh, |refresh| refresh.record_failure(now));
        }
    }

    /// Applies the answer of the issuer, leaves the bundle to other instances, and asks again.
    pub(crate) fn receive_bundle(&self, answer: IssuerAnswer<'_>) {
        let Ok(now) = now() else { return };
        let held = self.snapshot.take();
        let config = &self.settings.config;
        match bundle::apply_bundle(config, held.as_ref(), answer, now) {
            Ok(snapshot) => {
                if handover::leave_bundle(config, held.as_ref(), answer.body(), &snapshot, now) {
                    self.ask_for_base();
                }
                self.report_head(held.as_ref(), &snapshot, now);
                self.snapshot.replace(Some(snapshot));
                metrics::count("bundles", "taken", 1);
                change(&self.refresh, |refresh| refresh.record_success(now));
            }
            Err(error) => {
                report_rejected_bundle(&error);
                metrics::count("bundles", error.label(), 1);
                self.snapshot.replace(held);
                change(&self.refresh, |refresh| refresh.record_failure(now));
            }
        }
        self.ask_for_bundle();
    }

    /// Reports an audit of the issuer that went back or forked: in the log, in a counter, and to
    /// the issuer.
    fn report_head(&self, held: Option<&Snapshot>, applied: &Snapshot, now: UnixSeconds) {
        if let Some(report) = bundle::head_report(&self.memory, held, applied, now) {
            host::log(LogLevel::Error, &report.line);
            metrics::count("bundles", report.contradiction.label(), 1);
            if report.is_new {
                self.keep_record(&report.line);
            }
        }
    }

    /// Shows the highest audit head of the issuer: its number in a gauge, the whole head in the log
    /// from time to time.
    fn show_head(&self, snapshot: &Snapshot, now: UnixSeconds) {
        if let Some(seq) = snapshot.highest_audit_seq() {
            metrics::set("snapshot", "audit_seq", seq);
        }
        if snapshot.highest_audit_head().is_some()
            && change(&self.head_lines, |lines| lines.begin(now))
            && let Some(line) = bundle::head_line(snapshot, now)
        {
            host::log(LogLevel::Info, &line);
        }
    }

    /// Records a verdict: a line in the log, a record for the issuer, a counter.
    pub(crate) fn record(&self, record: &Record) {
        self.write_record(record, true);
    }

    /// Records a permit whose request was sent. If its record was kept [ahead](Self::record_ahead),
    /// the issuer gets no other.
    pub(crate) fn record_sent(&self, record: &Record) {
        self.write_record(record, !self.settings.config.is_audit_strict());
    }

    fn write_record(&self, record: &Record, deliver: bool) {
        let line = record.line();
        let level = if record.is_routine() {
            LogLevel::Debug
        } else {
            LogLevel::Info
        };
        if level as u32 >= self.least_logged.get() {
            host::log(level, &line);
        }
        metrics::count("verdicts", record.label().text(), 1);
        if record.is_reflection() {
            metrics::count("responses", "reflected", 1);
        }
        if deliver && record.is_for_issuer(&self.memory) {
            self.keep_record(&line);
        }
    }

    /// Records a permit before its request is sent, if the configuration requires it. Returns false
    /// if that is not possible.
    pub(crate) fn record_ahead(&self, in_flight: &InFlight) -> bool {
        !self.settings.config.is_audit_strict() || self.keep_record(&in_flight.record_ahead().line())
    }

    fn keep_record(&self, line: &str) -> bool {
        let kept = now().is_ok_and(|now| self.records.borrow_mut().keep(line, now));
        self.memory.set_record_room(kept);
        kept
    }

    /// The record with the cause why a response must be cut now; `None` while it may go on.
    pub(crate) fn check_ended(&self, open: &OpenResponse) -> Option<Record> {
        open.check_ended(&World {
            config: &self.settings.config,
            snapshot: self.snapshot.borrow().as_ref(),
            memory: &self.memory,
            now: now().ok()?,
        })
    }

    /// Maintains the records and the metrics. The host calls it at every tick.
    pub(crate) fn tick(&self) {
        let Ok(now) = now() else { return };
        self.least_logged.set(host::log_threshold().unwrap_or_default());
        self.records.borrow_mut().tick(now);
        if self.settings.config.is_audit_strict() {
            self.memory.set_record_room(self.records.borrow_mut().has_room(now));
        }
        self.deliver_records(now);
        let (hits, misses) = self.memory.lookups();
        let (hits_before, misses_before) = self.counted.replace((hits, misses));
        metrics::count("cache", "hits", hits.wrapping_sub(hits_before));
        metrics::count("cache", "misses", misses.wrapping_sub(misses_before));
        metrics::set("bodies", "held_bytes", self.bodies().held() as u64);
        if let Some(snapshot) = self.snapshot.borrow().as_ref() {
            metrics::set("snapshot", "age_seconds", now.since(snapshot.issued_at()));
            self.show_head(snapshot, now);
        }
    }

    /// Sends the records that wait to the issuer.
    fn deliver_records(&self, now: UnixSeconds) {
        let calls = self.records.borrow_mut().next_calls(&self.settings.config, now);
        for (ring, call) in calls {
            if self.call(&call, Caller::RecordRing(ring)).is_err() {
                self.records
                    .borrow_mut()
                    .receive_answer(ring, IssuerAnswer::Failed, now);
            }
        }
    }

    /// Applies the answer of the issuer for a ring, and sends the next records.
    pub(crate) fn receive_delivery(&self, ring: u32, answer: IssuerAnswer<'_>) {
        let Ok(now) = now() else { return };
        self.records.borrow_mut().receive_answer(ring, answer, now);
        self.deliver_records(now);
    }

    /// Ends the use of the configuration of the filter.
    pub(crate) fn shut_down(&self) {
        let nothing = FilterRecords::new(self.settings.config.identity(), 0);
        self.records.replace(nothing).release();
    }

    /// Asks for a whole bundle for the handover. A failure does no harm, because an instance asks
    /// again later.
    fn ask_for_base(&self) {
        let call = bundle::bundle_call(&self.settings.config, None, 0);
        if let Err(failure) = self.call(&call, Caller::Handover) {
            report_failed_call(failure);
        }
    }

    /// Leaves the whole bundle in the answer.
    pub(crate) fn receive_base(&self, answer: IssuerAnswer<'_>) {
        let (Ok(now), config) = (now(), &self.settings.config) else {
            return;
        };
        match bundle::apply_bundle(config, None, answer, now) {
            Ok(snapshot) => handover::leave_base(config, answer.body(), &snapshot),
            Err(error) => report_rejected_bundle(&error),
        }
    }
}

/// Changes a value in its cell.
fn change<V: Copy, T>(cell: &Cell<V>, act: impl FnOnce(&mut V) -> T) -> T {
    let mut value = cell.get();
    let result = act(&mut value);
    cell.set(value);
    result
}

fn report_rejected_bundle(error: &FollowError) {
    host::log(LogLevel::Warn, &format!("the bundle is not taken: {error}"));
}

fn report_failed_call(failure: Failure) {
    host::log(LogLevel::Warn, &format!("the bundle cannot be asked for: {failure}"));
}
