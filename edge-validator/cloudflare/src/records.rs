//! Writing down verdicts: a line in the log, and a record that goes to the issuer.
//!
//! Records wait in the isolate's memory and are delivered in the background of whichever request comes first. What an isolate still
//! holds when the platform ends it is lost.

use crate::isolate::Isolate;
use crate::{issuer, runtime};
use edgewrit_edge::record::Record;
use edgewrit_edge::records::{self, Ledger};
use edgewrit_shared::time::UnixSeconds;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use worker::Context;

/// How long records wait for others, in milliseconds.
const PAUSE_MS: u32 = 1_000;
/// After this a delivery counts as lost: the request that ran it was cut off.
const LOST_SECONDS: u64 = 30;

/// Records that wait, and whether somebody delivers them.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    ledger: RefCell<Ledger>,
    delivering_since: Cell<Option<UnixSeconds>>,
}

/// Writes down a verdict.
pub(crate) fn record(isolate: &Rc<Isolate>, context: &Context, record: &Record) {
    let line = record.to_string();
    runtime::log(&line);
    isolate.desk.ledger.borrow_mut().keep(line);
    let now = runtime::now();
    let delivering = isolate.desk.delivering_since.get();
    if delivering.is_none_or(|since| now.since(since) > LOST_SECONDS) {
        isolate.desk.delivering_since.set(Some(now));
        let isolate = Rc::clone(isolate);
        context.wait_until(async move {
            if runtime::pause(PAUSE_MS).await.is_ok() {
                deliver(&isolate).await;
            }
            isolate.desk.delivering_since.set(None);
        });
    }
}

/// Delivers what waits. What the issuer does not take now waits for the next request.
async fn deliver(isolate: &Isolate) {
    loop {
        let batch = isolate.desk.ledger.borrow().batch();
        if batch.count() == 0 {
            return;
        }
        let boot_id = isolate.desk.ledger.borrow().boot_id().map(str::to_owned);
        let Some(boot_id) = boot_id else {
            let heard = issuer::call(&isolate.config, &records::boot_call(&isolate.config)).await;
            let Some(boot_id) = records::boot_id(heard.answer()) else {
                return;
            };
            isolate.desk.ledger.borrow_mut().name(boot_id);
            continue;
        };
        let call = records::call(&isolate.config, batch.body(&boot_id));
        let heard = issuer::call(&isolate.config, &call).await;
        let delivery = records::delivery(heard.answer());
        if !isolate.desk.ledger.borrow_mut().delivered(&batch, delivery) {
            return;
        }
    }
}
