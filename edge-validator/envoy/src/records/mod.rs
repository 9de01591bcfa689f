//! The records of one filter: its own ring, and the rings of VMs that are gone.

mod delivery;
mod ring;

use crate::abi::Failure;
use crate::metrics;
use crate::records::delivery::RecordDelivery;
use crate::records::ring::RecordRing;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::{Call, IssuerAnswer};
use edgewrit_edge::issuer::pace::Periodic;
use edgewrit_shared::time::UnixSeconds;

/// Seconds between two searches for rings of VMs that are gone.
const LOOK_SECONDS: u64 = 5;

/// Records on their way to the issuer.
#[derive(Debug)]
pub(crate) struct FilterRecords {
    /// The id of the edge in the memory of the host.
    edge: u64,
    /// The id of this VM in that memory; not 0.
    owner: u64,
    own: Option<RecordDelivery>,
    orphans: Vec<RecordDelivery>,
    searches: Periodic,
}

impl FilterRecords {
    pub(crate) const fn new(edge: u64, seed: u64) -> Self {
        Self {
            edge,
            owner: seed | 1,
            own: None,
            orphans: Vec::new(),
            searches: Periodic::every(LOOK_SECONDS),
        }
    }

    /// Keeps a record. Returns false if that is not possible; the record is then lost, and counted.
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

    /// The ring for new records. A ring that was not renewed in time belongs to another VM, with
    /// all its records.
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

    /// Renews the rings, and takes over rings of VMs that are gone.
    pub(crate) fn tick(&mut self, now: UnixSeconds) {
        self.retain_deliveries(|delivery| delivery.ring.renew(now).unwrap_or_default());
        if self.searches.begin(now) {
            self.take_orphans(now);
        }
    }

    fn take_orphans(&mut self, now: UnixSeconds) {
        for delivery in core::mem::take(&mut self.orphans) {
            match delivery.ring.is_empty() && delivery.is_idle() {
                true => delivery.ring.release().unwrap_or_else(Failure::log),
                false => self.orphans.push(delivery),
            }
        }
        match RecordRing::take_orphans(self.edge, self.owner, now) {
            Ok(orphans) => self.orphans.extend(orphans.into_iter().map(RecordDelivery::new)),
            Err(failure) => failure.log(),
        }
    }

    /// The calls to make now, each with the number of its ring.
    pub(crate) fn next_calls(&mut self, config: &Config, now: UnixSeconds) -> Vec<(u32, Call)> {
        self.retain_deliveries(|delivery| !delivery.ring.is_old(now) || delivery.ring.renew(now).unwrap_or_default());
        let call = |delivery: &mut RecordDelivery| match delivery.next_call(config, now) {
            Ok(call) => Some((delivery.ring.number(), call?)),
            Err(failure) => {
                failure.log();
                None
            }
        };
        self.deliveries().filter_map(call).collect()
    }

    /// Applies the answer of the issuer to a call for the ring with this number.
    pub(crate) fn receive_answer(&mut self, ring: u32, answer: IssuerAnswer<'_>, now: UnixSeconds) {
        self.retain_deliveries(|delivery| {
            delivery.ring.number() != ring
                || delivery.receive_answer(answer, now).unwrap_or_else(|failure| {
                    failure.log();
                    true
                })
        });
    }

    /// Drops the deliveries whose rings belong to another VM.
    fn retain_deliveries(&mut self, mut is_own: impl FnMut(&mut RecordDelivery) -> bool) {
        if self.own.as_mut().is_some_and(|own| !is_own(own)) {
            self.own = None;
        }
        self.orphans.retain_mut(is_own);
    }

    fn deliveries(&mut self) -> impl Iterator<Item = &mut RecordDelivery> {
        self.own.iter_mut().chain(&mut self.orphans)
    }

    /// Leaves all rings to other VMs.
    pub(crate) fn release(self) {
        for delivery in self.own.into_iter().chain(self.orphans) {
            delivery.ring.release().unwrap_or_else(Failure::log);
        }
    }
}
