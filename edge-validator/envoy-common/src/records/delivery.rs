//! Delivery of the records in a ring to the issuer: one batch at a time, repeated until the issuer
//! has it.

use crate::host::{Host, HostFailure};
use crate::records::ring::{RecordLoad, RecordRing};
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_edge::issuer::pace::delivery::DeliveryPace;
use edgewrit_edge::issuer::records::{self, DeliveryOutcome};
use edgewrit_shared::time::UnixSeconds;

/// A ring and the call that is in progress for it.
#[derive(Debug)]
pub(crate) struct RecordDelivery<H> {
    host: H,
    /// The id among the deliveries of the filter.
    pub(crate) id: u32,
    pub(crate) ring: RecordRing<H>,
    sent: Sent,
    pace: DeliveryPace,
}

#[derive(Debug)]
enum Sent {
    Nothing,
    ForBoot,
    Load(RecordLoad),
}

impl<H: Host> RecordDelivery<H> {
    pub(crate) const fn new(host: H, id: u32, ring: RecordRing<H>) -> Self {
        Self {
            host,
            id,
            ring,
            sent: Sent::Nothing,
            pace: DeliveryPace::with_timer(),
        }
    }

    /// The call to make now; `None` if no record waits or the next attempt is not due.
    pub(crate) fn next_call(&mut self, config: &Config, now: UnixSeconds) -> Result<Option<Call>, HostFailure> {
        if !self.pace.is_due(now) {
            return Ok(None);
        }
        let Some(load) = self.ring.next_load()? else {
            return Ok(None);
        };
        self.pace.begin(now);
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
    pub(crate) fn receive_answer(&mut self, answer: IssuerAnswer<'_>, now: UnixSeconds) -> Result<bool, HostFailure> {
        match std::mem::replace(&mut self.sent, Sent::Nothing) {
            Sent::Nothing => Ok(true),
            Sent::ForBoot => match records::boot_id(answer) {
                Some(boot_id) => {
                    self.pace.end();
                    self.ring.set_boot_id(Some(boot_id))
                }
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

    fn finish_load(&mut self, load: &RecordLoad, how: &'static str) -> Result<bool, HostFailure> {
        self.pace.record_decision();
        // If another VM has taken the ring over, that VM delivers and counts its records.
        let is_own = self.ring.drop_load(load)?;
        if is_own {
            let count = load.batch.count();
            self.host.count("records", how, count);
            self.host
                .change_gauge("records", "waiting", i64::try_from(count).map_or(0, i64::wrapping_neg));
        }
        Ok(is_own)
    }

    /// Backs off. The ring stays with this VM.
    fn back_off(&mut self, now: UnixSeconds) -> bool {
        self.pace.record_failure(now);
        true
    }

    /// Whether no delivery is in progress.
    pub(crate) const fn is_idle(&self) -> bool {
        self.pace.is_idle()
    }
}
