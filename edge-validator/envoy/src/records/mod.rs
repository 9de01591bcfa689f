//! The records of one filter: its own ring, and those that other VMs have left behind.

mod delivery;
mod ring;

use crate::abi::Failure;
use crate::metrics;
use crate::records::delivery::RecordDelivery;
use crate::records::ring::RecordRing;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_shared::time::UnixSeconds;

/// Seconds from one look for rings that others have left behind to the next.
const LOOK_SECONDS: u64 = 5;

/// Records on their way to the issuer.
#[derive(Debug)]
pub(crate) struct FilterRecords {
    /// Names the edge in the host's memory.
    edge: u64,
    /// Names this VM there; not 0.
    owner: u64,
    own: Option<RecordDelivery>,
    left_behind: Vec<RecordDelivery>,
    looked: UnixSeconds,
}

impl FilterRecords {
    pub(crate) const fn new(edge: u64, seed: u64) -> Self {
        Self {
            edge,
            owner: seed | 1,
            own: None,
            left_behind: Vec::new(),
            looked: UnixSeconds(0),
        }
    }

    /// Keeps a record. If that is not possible it is lost, and counted.
    pub(crate) fn keep(&mut self, line: &str, now: UnixSeconds) -> bool {
        let kept = self
            .ring(now)
            .and_then(|ring| ring.map_or(Ok(false), |ring| ring.add(line)));
        let kept = kept.unwrap_or_else(|failure| {
            failure.log();
            false
        });
        if kept {
            metrics::change("records", "waiting", 1);
        } else {
            metrics::count("records", "lost", 1);
        }
        kept
    }

    /// Whether records can be kept.
    pub(crate) fn has_room(&mut self, now: UnixSeconds) -> bool {
        self.ring(now).ok().flatten().is_some_and(|ring| ring.has_room())
    }

    /// The ring to write to. One that was not renewed in time is somebody else's, and so is what is in it.
    fn ring(&mut self, now: UnixSeconds) -> Result<Option<&mut RecordRing>, Failure> {
        if let Some(own) = &mut self.own
            && own.ring.is_old(now)
            && !own.ring.renew(now)?
        {
            self.own = None;
        }
        if self.own.is_none() {
            self.own = RecordRing::claim(self.edge, self.owner, now)?.map(RecordDelivery::new);
        }
        Ok(self.own.as_mut().map(|own| &mut own.ring))
    }

    /// Time has passed: renews what is held, and takes over what others have left behind.
    pub(crate) fn tick(&mut self, now: UnixSeconds) {
        self.retain_deliveries(|courier| courier.ring.renew(now).unwrap_or_default());
        if now.since(self.looked) >= LOOK_SECONDS {
            self.looked = now;
            self.take_orphans(now);
        }
    }

    fn take_orphans(&mut self, now: UnixSeconds) {
        for courier in core::mem::take(&mut self.left_behind) {
            match courier.ring.is_empty() && courier.is_idle() {
                true => courier.ring.release().unwrap_or_else(Failure::log),
                false => self.left_behind.push(courier),
            }
        }
        match RecordRing::take_orphans(self.edge, self.owner, now) {
            Ok(orphans) => self.left_behind.extend(orphans.into_iter().map(RecordDelivery::new)),
            Err(failure) => failure.log(),
        }
    }

    /// The calls to make now, each with the number of the ring that it is for.
    pub(crate) fn next_calls(&mut self, config: &Config, now: UnixSeconds) -> Vec<(u32, Call)> {
        self.retain_deliveries(|courier| !courier.ring.is_old(now) || courier.ring.renew(now).unwrap_or_default());
        let call = |courier: &mut RecordDelivery| match courier.next_call(config, now) {
            Ok(call) => Some((courier.ring.number(), call?)),
            Err(failure) => {
                failure.log();
                None
            }
        };
        self.deliveries().filter_map(call).collect()
    }

    /// Takes in the issuer's answer to a call for the ring with this number.
    pub(crate) fn receive_answer(&mut self, ring: u32, answer: IssuerAnswer<'_>, now: UnixSeconds) {
        self.retain_deliveries(|courier| {
            courier.ring.number() != ring
                || courier.receive_answer(answer, now).unwrap_or_else(|failure| {
                    failure.log();
                    true
                })
        });
    }

    /// Lets go of the couriers whose rings are somebody else's.
    fn retain_deliveries(&mut self, mut is_own: impl FnMut(&mut RecordDelivery) -> bool) {
        if self.own.as_mut().is_some_and(|own| !is_own(own)) {
            self.own = None;
        }
        self.left_behind.retain_mut(is_own);
    }

    fn deliveries(&mut self) -> impl Iterator<Item = &mut RecordDelivery> {
        self.own.iter_mut().chain(&mut self.left_behind)
    }

    /// Leaves everything to others.
    pub(crate) fn release(self) {
        for courier in self.own.into_iter().chain(self.left_behind) {
            courier.ring.release().unwrap_or_else(Failure::log);
        }
    }
}
