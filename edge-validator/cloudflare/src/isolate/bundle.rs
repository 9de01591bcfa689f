//! Refresh of the snapshot. An isolate asks for a newer bundle in the background while it serves. A
//! request waits for the answer only if nothing can be decided without it.

use crate::isolate::Isolate;
use crate::isolate::records;
use crate::platform::issuer;
use crate::platform::runtime;
use edgewrit_edge::issuer::bundle;
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_shared::bundle::{RowsHash, rows_of};
use std::rc::Rc;
use worker::Context;

/// Time between two checks whether another request has finished a question, in milliseconds.
const LOOK_MS: u32 = 20;

/// Bytes of revocations from which the runtime computes their hash.
const HASHED_BYTES: usize = 16 * 1024;

/// Asks for a newer bundle in the background if it is due. There is one question at a time, and it
/// outlives its request.
pub(crate) fn refresh_in_background(isolate: &Rc<Isolate>, context: &Context) {
    let now = runtime::now();
    if isolate.refresh.borrow_mut().begin(now) {
        let isolate = Rc::clone(isolate);
        context.wait_until(async move { ask_for_bundle(&isolate).await });
    }
}

/// Waits until no question is in progress, for at most so many seconds. Requests cannot wait for
/// the promises of other requests, so they check again and again.
pub(crate) async fn wait_for_refresh(isolate: &Isolate, seconds: u64) {
    for _ in 0..seconds * 1_000 / u64::from(LOOK_MS) {
        let asks = isolate.refresh.borrow().is_asking(runtime::now());
        if !asks || runtime::pause(LOOK_MS).await.is_err() {
            return;
        }
    }
}

async fn ask_for_bundle(isolate: &Isolate) {
    let wait = isolate.refresh.borrow().wait_seconds();
    let call = bundle::bundle_call(&isolate.config, isolate.snapshot().as_deref(), wait);
    let owned_answer = issuer::call(&isolate.config, &call).await;
    let hash = hash_rows(owned_answer.as_answer()).await;
    let (config, answer, now) = (&isolate.config, owned_answer.as_answer(), runtime::now());
    let held = isolate.snapshot();
    let applied = match hash {
        Some(hash) => bundle::apply_hashed_bundle(config, held.as_deref(), answer, hash, now),
        None => bundle::apply_bundle(config, held.as_deref(), answer, now),
    };
    match applied {
        Ok(snapshot) => {
            if let Some(report) = bundle::head_report(isolate.memory(), held.as_deref(), &snapshot, now) {
                records::report_head(isolate, report);
            }
            isolate.set_snapshot(snapshot);
            isolate.refresh.borrow_mut().record_success(now);
        }
        Err(error) => {
            runtime::log(&format!("the bundle is not taken: {error}"));
            isolate.refresh.borrow_mut().record_failure(now);
        }
    }
}

/// The hash of many revocations, by the runtime. In the Worker itself the hash would be most of the
/// work of a cold isolate.
async fn hash_rows(answer: IssuerAnswer<'_>) -> Option<RowsHash> {
    let rows = rows_of(answer.body());
    if rows.len() < HASHED_BYTES {
        return None;
    }
    runtime::sha256(rows).await.ok().map(RowsHash::by_host)
}
