//! Delivery of the records in a ring to the issuer: one batch at a time, repeated until the issuer
//! has it.

use crate::abi::Failure;
use crate::metrics;
use crate::records::ring::{RecordLoad, RecordRing};
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_edge::issuer::records::{self, DeliveryOutcome};
use edgewrit_shared::time::UnixSeconds;

/// Longest pause after failures, in seconds. The pause doubles with each.
const PAUSE_SECONDS_MAX: u64 = 8;

/// A ring and the call that is in progress for it.
#[derive(Debug)]
pub(crate) struct RecordDelivery {
    pub(crate) ring: RecordRing,
    sent: Sent,
    due: UnixSeconds,
    pause: u64,
}

#[derive(Debug)]
enum Sent {
    Nothing,
    ForBoot,
    Load(RecordLoad),
}

impl RecordDelivery {
    pub(crate) const fn new(ring: RecordRing) -> Self {
        Self {
            ring,
            sent: Sent::Nothing,
            due: UnixSeconds(0),
            pause: 1,
        }
    }

    /// The call to make now; `None` if no record waits or the next attempt is not due.
    pub(crate) fn next_call(&mut self, config: &Config, now: UnixSeconds) -> Result<Option<Call>, Failure> {
        if !matches!(self.sent, Sent::Nothing) || now < self.due {
            return Ok(None);
        }
        let Some(load) = self.ring.next_load()? else {
            return Ok(None);
        };
        Ok(Some(match self.ring.boot_id() {
            Some(boot_id) => {
                let call = records::delivery_call(config, load.batch.body(boot_id));
                self.sent = Sent::Load(load);
                call
            }
            None => {
                self.sent = Sent::ForBoot;
                records::boot_call(config)
            }
        }))
    }

    /// Applies the answer of the issuer to [`Self::next_call`], or the failure of the call. Returns
    /// false if another VM has taken the ring over.
    pub(crate) fn receive_answer(&mut self, answer: IssuerAnswer<'_>, now: UnixSeconds) -> Result<bool, Failure> {
        match core::mem::replace(&mut self.sent, Sent::Nothing) {
            Sent::Nothing => Ok(true),
            Sent::ForBoot => match records::boot_id(answer) {
                Some(boot_id) => self.ring.set_boot_id(Some(boot_id)),
                None => Ok(self.back_off(now)),
            },
            Sent::Load(load) => match records::read_outcome(answer) {
                DeliveryOutcome::Recorded => self.finish_load(&load, "delivered"),
                DeliveryOutcome::Refused(_) => self.finish_load(&load, "lost"),
                DeliveryOutcome::UnknownBoot => {
                    self.back_off(now);
                    self.ring.set_boot_id(None)
                }
                DeliveryOutcome::Later => Ok(self.back_off(now)),
            },
        }
    }

    fn finish_load(&mut self, load: &RecordLoad, how: &'static str) -> Result<bool, Failure> {
        self.pause = 1;
        // If another VM has taken the ring over, that VM delivers and counts its records.
        let is_own = self.ring.drop_load(load)?;
        if is_own {
            let count = load.batch.count();
            metrics::count("records", how, count);
            metrics::change("records", "waiting", i64::try_from(count).map_or(0, i64::wrapping_neg));
        }
        Ok(is_own)
    }

    /// Backs off. The ring stays with this VM.
    fn back_off(&mut self, now: UnixSeconds) -> bool {
        self.due = now.plus(self.pause);
        self.pause = self.pause.saturating_mul(2).min(PAUSE_SECONDS_MAX);
        true
    }

    /// Whether no delivery is in progress.
    pub(crate) const fn is_idle(&self) -> bool {
        matches!(self.sent, Sent::Nothing)
    }
}
