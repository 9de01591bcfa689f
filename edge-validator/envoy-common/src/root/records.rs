//! The records of a filter: lines in the log, records for the issuer, metrics.

use super::{Caller, Root};
use crate::host::{Host, LogLevel};
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_edge::record::Record;
use edgewrit_shared::time::UnixSeconds;

impl<H: Host> Root<H> {
    /// Records a verdict: a line in the log, a record for the issuer, a counter.
    pub fn record(&self, record: &Record) {
        let line = record.line();
        let level = if record.is_routine() {
            LogLevel::Debug
        } else {
            LogLevel::Info
        };
        if level as u32 >= self.least_logged.get() {
            self.host.log(level, &line);
        }
        self.host.count("verdicts", record.label().text(), 1);
        if record.is_reflection() {
            self.host.count("responses", "reflected", 1);
        }
        if record.is_for_issuer(&self.memory) {
            self.keep_record(&line);
        }
    }

    /// Keeps a record for the issuer. Returns false if that is not possible.
    pub(crate) fn keep_record(&self, line: &str) -> bool {
        let kept = self
            .host
            .now()
            .is_ok_and(|now| self.records.borrow_mut().keep(line, now));
        self.memory.set_record_room(kept);
        kept
    }

    /// Sends the records that wait to the issuer.
    pub(super) fn deliver_records(&self, now: UnixSeconds) {
        let calls = self.records.borrow_mut().next_calls(&self.settings.config, now);
        for (id, call) in calls {
            if self.call(&call, Caller::Delivery(id)).is_err() {
                self.records.borrow_mut().receive_answer(id, IssuerAnswer::Failed, now);
            }
        }
    }

    /// Applies the answer of the issuer to a delivery, and sends the next records.
    pub fn receive_delivery(&self, id: u32, answer: IssuerAnswer<'_>) {
        let now = self.host.now().ok();
        // An answer always ends its delivery. Without the time, a failed delivery has no pause.
        let answered = now.unwrap_or(UnixSeconds(0));
        self.records.borrow_mut().receive_answer(id, answer, answered);
        if let Some(now) = now {
            self.deliver_records(now);
        }
    }
}
