//! Refresh of the snapshot. An isolate asks for a newer bundle in the background while it serves. A
//! request waits for the answer only if nothing can be decided without it.

use crate::isolate::Isolate;
use crate::isolate::records;
use crate::platform::issuer;
use crate::platform::runtime;
use edgewrit_edge::issuer::bundle;
use edgewrit_edge::issuer::call::IssuerAnswer;
use edgewrit_shared::bundle::{RowsHash, rows_of};
use edgewrit_shared::time::UnixSeconds;
use std::cell::Cell;
use std::rc::Rc;
use worker::Context;

/// Longest pause after failures, in seconds. The pause doubles with each.
const PAUSE_SECONDS_MAX: u64 = 16;
/// Seconds after which a question is lost, because the request that ran it was cut off.
const LOST_SECONDS: u64 = 10;
/// Time between two checks in milliseconds, and most checks, whether another request has finished a
/// question.
const LOOK_MS: u32 = 20;
const LOOKS: u32 = 300;

/// Bytes of revocations from which the runtime computes their hash.
const HASHED_BYTES: usize = 16 * 1024;

/// The state of the refresh.
#[derive(Debug)]
pub(crate) struct RefreshSchedule {
    asking_since: Cell<Option<UnixSeconds>>,
    due: Cell<UnixSeconds>,
    pause: Cell<u64>,
}

impl RefreshSchedule {
    pub(crate) const fn new() -> Self {
        Self {
            asking_since: Cell::new(None),
            due: Cell::new(UnixSeconds(0)),
            pause: Cell::new(1),
        }
    }

    fn is_asking(&self, now: UnixSeconds) -> bool {
        self.asking_since
            .get()
            .is_some_and(|since| now.since(since) < LOST_SECONDS)
    }

    /// Whether the isolate should ask now.
    fn is_due(&self, now: UnixSeconds) -> bool {
        !self.is_asking(now) && self.due.get() <= now
    }

    fn record_success(&self, due: UnixSeconds) {
        self.asking_since.set(None);
        self.due.set(due);
        self.pause.set(1);
    }

    fn record_failure(&self, now: UnixSeconds) {
        self.asking_since.set(None);
        self.due.set(now.plus(self.pause.get()));
        self.pause
            .set(self.pause.get().saturating_mul(2).min(PAUSE_SECONDS_MAX));
    }
}

/// Asks for a newer bundle in the background if it is due. There is one question at a time, and it
/// outlives its request.
pub(crate) fn refresh_in_background(isolate: &Rc<Isolate>, context: &Context) {
    let now = runtime::now();
    if isolate.follow.is_due(now) {
        isolate.follow.asking_since.set(Some(now));
        let isolate = Rc::clone(isolate);
        context.wait_until(async move { ask_for_bundle(&isolate).await });
    }
}

/// Waits until no question is in progress. Requests cannot wait for the promises of other requests,
/// so they check again and again.
pub(crate) async fn wait_for_refresh(isolate: &Isolate) {
    for _ in 0..LOOKS {
        if !isolate.follow.is_asking(runtime::now()) || runtime::pause(LOOK_MS).await.is_err() {
            return;
        }
    }
}

async fn ask_for_bundle(isolate: &Isolate) {
    let call = bundle::bundle_call(&isolate.config, isolate.snapshot().as_deref(), 0);
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
            isolate.follow.record_success(now.plus(isolate.config.refresh()));
        }
        Err(error) => {
            runtime::log(&format!("the bundle is not taken: {error}"));
            isolate.follow.record_failure(now);
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
