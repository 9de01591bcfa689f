//! Records of verdicts: a line in the log, and a record for the issuer.
//!
//! Records wait in the memory of the isolate, and the next request delivers them in the background:
//! into the queue if there is one, otherwise to the issuer. When the platform ends an isolate, the
//! records in its memory are lost. So if every permit must be recorded (`audit: strict`), its
//! record is in the queue before its request is sent.

use crate::isolate::Isolate;
use crate::isolate::queue::{self, Queue};
use crate::platform::issuer;
use crate::platform::runtime;
use edgewrit_edge::issuer::bundle::HeadReport;
use edgewrit_edge::issuer::pace::delivery::{COLLECT_MS, DeliveryPace};
use edgewrit_edge::issuer::records::{self, BATCH_BYTES, DeliveryAct, DeliveryOutcome, PendingRecords};
use edgewrit_edge::record::Record;
use std::cell::RefCell;
use std::rc::Rc;
use worker::Context;

/// Records that wait, their destination, and the pace of their deliveries.
#[derive(Debug)]
pub(crate) struct RecordBuffer {
    pending: RefCell<PendingRecords>,
    queue: Option<Queue>,
    pace: RefCell<DeliveryPace>,
}

impl RecordBuffer {
    pub(crate) const fn new(queue: Option<Queue>) -> Self {
        Self {
            pending: RefCell::new(PendingRecords::new()),
            queue,
            pace: RefCell::new(DeliveryPace::with_requests()),
        }
    }

    /// Whether delivered records are durable, because there is a queue.
    pub(crate) const fn has_queue(&self) -> bool {
        self.queue.is_some()
    }
}

/// Records a verdict.
pub(crate) fn write_record(isolate: &Rc<Isolate>, context: &Context, record: &Record) {
    let line = log_record(isolate, record);
    if record.is_for_issuer(isolate.memory()) {
        isolate.buffer.pending.borrow_mut().keep(line);
    }
    if !record.may_be_lost() {
        deliver_in_background(isolate, context);
    }
}

/// Logs and counts a verdict. Returns the line.
fn log_record(isolate: &Isolate, record: &Record) -> String {
    let line = record.line();
    runtime::log(&line);
    isolate.metrics.count(record);
    line
}

/// Reports an audit of the issuer that went back or forked: in the log, in a counter, and to the
/// issuer with the next records.
pub(crate) fn report_head(isolate: &Isolate, report: HeadReport) {
    runtime::log(&report.line);
    isolate.metrics.count_head(report.contradiction);
    if report.is_new {
        isolate.buffer.pending.borrow_mut().keep(report.line);
    }
}

/// Records a permit before its request is sent.
///
/// # Errors
/// If that is not possible: the number of the record, if it waits, for [`replace_record`].
pub(crate) async fn record_ahead(isolate: &Isolate, record: &Record) -> Result<(), Option<u64>> {
    let number = isolate.buffer.pending.borrow_mut().keep(record.line()).ok_or(None)?;
    deliver_records(isolate, number).await;
    match isolate.buffer.pending.borrow().is_delivered(number) {
        true => Ok(()),
        false => Err(Some(number)),
    }
}

/// Records a refusal in place of the permit that was recorded ahead.
pub(crate) fn replace_record(isolate: &Isolate, number: Option<u64>, record: &Record) {
    let line = log_record(isolate, record);
    if let Some(number) = number {
        isolate.buffer.pending.borrow_mut().replace(number, line);
    }
}

fn deliver_in_background(isolate: &Rc<Isolate>, context: &Context) {
    let now = runtime::now();
    if isolate.buffer.pace.borrow().is_due(now) {
        isolate.buffer.pace.borrow_mut().begin(now);
        let isolate = Rc::clone(isolate);
        context.wait_until(async move {
            if runtime::pause(COLLECT_MS).await.is_ok() {
                deliver_records(&isolate, u64::MAX).await;
            }
            isolate.buffer.pace.borrow_mut().end();
            isolate.show_metrics();
        });
    }
}

/// The number of records that wait, and of those that were lost.
pub(crate) fn count_records(buffer: &RecordBuffer) -> (usize, u64) {
    let pending = buffer.pending.borrow();
    (pending.waiting(), pending.lost())
}

/// Delivers the waiting records up to the one with this number. Records that are not taken now wait
/// for the next request.
async fn deliver_records(isolate: &Isolate, upto: u64) {
    let bytes_max = isolate
        .buffer
        .queue
        .as_ref()
        .map_or(BATCH_BYTES, |_| queue::MESSAGE_BYTES);
    loop {
        let act = isolate.buffer.pending.borrow().next_act(upto, bytes_max);
        let goes_on = match act {
            None => return,
            Some(DeliveryAct::AskForBoot) => {
                let owned_answer = issuer::call(&isolate.config, &records::boot_call(&isolate.config)).await;
                let mut pending = isolate.buffer.pending.borrow_mut();
                pending.take_boot(owned_answer.as_answer())
            }
            Some(DeliveryAct::Send(batch, body)) => {
                let outcome = send_batch(isolate, body).await;
                isolate.buffer.pending.borrow_mut().finish_batch(&batch, outcome)
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// Puts a batch into the queue if there is one, otherwise posts it to the issuer.
async fn send_batch(isolate: &Isolate, body: String) -> DeliveryOutcome {
    match &isolate.buffer.queue {
        Some(queue) => queue.put_batch(&body).await,
        None => queue::post_batch(isolate, body).await,
    }
}
