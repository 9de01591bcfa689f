//! The snapshot of a filter: refreshes, and the handover to later filters.

use super::{Caller, Root, change};
use crate::handover;
use crate::host::{Host, HostFailure, LogLevel};
use edgewrit_edge::issuer::bundle::{self, FollowError};
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

impl<H: Host> Root<H> {
    /// Asks the issuer for a newer bundle if the schedule says so.
    pub fn ask_for_bundle(&self) {
        let Ok(now) = self.host.now() else { return };
        if !change(&self.refresh, |refresh| refresh.begin(now)) {
            return;
        }
        let call = bundle::bundle_call(
            &self.settings.config,
            self.snapshot.borrow().as_ref(),
            self.refresh.get().wait_seconds(),
        );
        if let Err(failure) = self.call(&call, Caller::Refresh) {
            self.report_failed_call(failure);
            change(&self.refresh, |refresh| refresh.record_failure(now));
        }
    }

    /// Applies the answer of the issuer, leaves the bundle to other instances, and asks again.
    pub fn receive_bundle(&self, answer: IssuerAnswer<'_>) {
        let Ok(now) = self.host.now() else { return };
        let held = self.snapshot.take();
        let config = &self.settings.config;
        match bundle::apply_bundle(config, held.as_ref(), answer, now) {
            Ok(snapshot) => {
                if handover::leave_bundle(self.host, config, held.as_ref(), answer.body(), &snapshot, now) {
                    self.ask_for_base();
                }
                self.report_head(held.as_ref(), &snapshot, now);
                self.snapshot.replace(Some(snapshot));
                self.host.count("bundles", "taken", 1);
                change(&self.refresh, |refresh| refresh.record_success(now));
            }
            Err(error) => {
                self.report_rejected_bundle(&error);
                self.host.count("bundles", error.label(), 1);
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
            self.host.log(LogLevel::Error, &report.line);
            self.host.count("bundles", report.contradiction.label(), 1);
            if report.is_new {
                self.keep_record(&report.line);
            }
        }
    }

    /// Shows the highest audit head of the issuer: its number in a gauge, the whole head in the log
    /// from time to time.
    pub(super) fn show_head(&self, snapshot: &Snapshot, now: UnixSeconds) {
        if let Some(seq) = snapshot.highest_audit_seq() {
            self.host.set_gauge("snapshot", "audit_seq", seq);
        }
        if snapshot.highest_audit_head().is_some()
            && change(&self.head_lines, |lines| lines.begin(now))
            && let Some(line) = bundle::head_line(snapshot, now)
        {
            self.host.log(LogLevel::Info, &line);
        }
    }

    /// Asks for a whole bundle for the handover. A failure does no harm, because an instance asks
    /// again later.
    fn ask_for_base(&self) {
        let call = bundle::bundle_call(&self.settings.config, None, 0);
        if let Err(failure) = self.call(&call, Caller::Handover) {
            self.report_failed_call(failure);
        }
    }

    /// Leaves the whole bundle in the answer.
    pub fn receive_base(&self, answer: IssuerAnswer<'_>) {
        let (Ok(now), config) = (self.host.now(), &self.settings.config) else {
            return;
        };
        match bundle::apply_bundle(config, None, answer, now) {
            Ok(snapshot) => handover::leave_base(self.host, config, answer.body(), &snapshot),
            Err(error) => self.report_rejected_bundle(&error),
        }
    }

    fn report_rejected_bundle(&self, error: &FollowError) {
        let line = format!("the bundle is not taken: {error}");
        self.host.log(LogLevel::Warn, &line);
    }

    fn report_failed_call(&self, failure: HostFailure) {
        let line = format!("the bundle cannot be asked for: {failure}");
        self.host.log(LogLevel::Warn, &line);
    }
}
