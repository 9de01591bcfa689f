//! The records of one filter: its own ring, and the rings of VMs that are gone.

mod delivery;
mod ring;

use crate::host::{Host, HostFailure};
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
pub(crate) struct FilterRecords<H> {
    host: H,
    /// The id of the edge in the memory of the host.
    edge: u64,
    /// The id of this VM in that memory; not 0.
    owner: u64,
    own: Option<RecordDelivery<H>>,
    orphans: Vec<RecordDelivery<H>>,
    /// The number of deliveries that have begun.
    deliveries: u32,
    searches: Periodic,
}

impl<H: Host> FilterRecords<H> {
    pub(crate) const fn new(host: H, edge: u64, seed: u64) -> Self {
        Self {
            host,
            edge,
            owner: seed | 1,
            own: None,
            orphans: Vec::new(),
            deliveries: 0,
            searches: Periodic::every(LOOK_SECONDS),
        }
    }

    /// Keeps a record. Returns false if that is not possible; the record is then lost, and counted.
    pub(crate) fn keep(&mut self, line: &str, now: UnixSeconds) -> bool {
        let kept = self
            .ring(now)
            .and_then(|ring| ring.map_or(Ok(false), |ring| ring.add(line)));
        let kept = kept.unwrap_or_else(|failure| {
            failure.log(self.host);
            false
        });
        if kept {
            self.host.change_gauge("records", "waiting", 1);
        } else {
            self.host.count("records", "lost", 1);
        }
        kept
    }

    /// Whether records can be kept.
    pub(crate) fn has_room(&mut self, now: UnixSeconds) -> bool {
        self.ring(now).ok().flatten().is_some_and(|ring| ring.has_room())
    }

    /// The ring for new records. A ring that was not renewed in time belongs to another VM, with
    /// all its records.
    fn ring(&mut self, now: UnixSeconds) -> Result<Option<&mut RecordRing<H>>, HostFailure> {
        if let Some(own) = &mut self.own
            && own.ring.is_old(now)
            && !own.ring.renew(now)?
        {
            self.own = None;
        }
        if self.own.is_none() {
            self.own = self.claim(now)?;
        }
        Ok(self.own.as_mut().map(|own| &mut own.ring))
    }

    /// Claims a free ring. If this VM had taken the ring over and lost it since, the VM forgets
    /// that: the ring has one owner, but two deliveries would change it.
    fn claim(&mut self, now: UnixSeconds) -> Result<Option<RecordDelivery<H>>, HostFailure> {
        let Some(ring) = RecordRing::claim(self.host, self.edge, self.owner, now)? else {
            return Ok(None);
        };
        self.orphans.retain(|orphan| orphan.ring.number() != ring.number());
        Ok(Some(self.begin_delivery(ring)))
    }

    /// The delivery of a ring, with an id of its own. A ring can be lost and taken again while a
    /// call is in progress, and its answer is for the earlier delivery.
    fn begin_delivery(&mut self, ring: RecordRing<H>) -> RecordDelivery<H> {
        let id = self.deliveries;
        self.deliveries = id.wrapping_add(1);
        RecordDelivery::new(self.host, id, ring)
    }

    /// Renews the rings, and takes over rings of VMs that are gone.
    pub(crate) fn tick(&mut self, now: UnixSeconds) {
        self.retain_deliveries(|delivery| delivery.ring.renew(now).unwrap_or_default());
        if self.searches.begin(now) {
            self.take_orphans(now);
        }
    }

    fn take_orphans(&mut self, now: UnixSeconds) {
        for delivery in std::mem::take(&mut self.orphans) {
            match delivery.ring.is_empty() && delivery.is_idle() {
                true => delivery.ring.release().unwrap_or_else(|failure| failure.log(self.host)),
                false => self.orphans.push(delivery),
            }
        }
        match RecordRing::take_orphans(self.host, self.edge, self.owner, now) {
            Ok(orphans) => {
                for ring in orphans {
                    let orphan = self.begin_delivery(ring);
                    self.orphans.push(orphan);
                }
            }
            Err(failure) => failure.log(self.host),
        }
    }

    /// The calls to make now, each with the id of its delivery.
    pub(crate) fn next_calls(&mut self, config: &Config, now: UnixSeconds) -> Vec<(u32, Call)> {
        self.retain_deliveries(|delivery| !delivery.ring.is_old(now) || delivery.ring.renew(now).unwrap_or_default());
        let host = self.host;
        let call = |delivery: &mut RecordDelivery<H>| match delivery.next_call(config, now) {
            Ok(call) => Some((delivery.id, call?)),
            Err(failure) => {
                failure.log(host);
                None
            }
        };
        self.deliveries().filter_map(call).collect()
    }

    /// Applies the answer of the issuer to a call of the delivery with this id.
    pub(crate) fn receive_answer(&mut self, id: u32, answer: IssuerAnswer<'_>, now: UnixSeconds) {
        let host = self.host;
        self.retain_deliveries(|delivery| {
            delivery.id != id
                || delivery.receive_answer(answer, now).unwrap_or_else(|failure| {
                    failure.log(host);
                    true
                })
        });
    }

    /// Drops the deliveries whose rings belong to another VM.
    fn retain_deliveries(&mut self, mut is_own: impl FnMut(&mut RecordDelivery<H>) -> bool) {
        if self.own.as_mut().is_some_and(|own| !is_own(own)) {
            self.own = None;
        }
        self.orphans.retain_mut(is_own);
    }

    fn deliveries(&mut self) -> impl Iterator<Item = &mut RecordDelivery<H>> {
        self.own.iter_mut().chain(&mut self.orphans)
    }

    /// Leaves all rings to other VMs.
    pub(crate) fn release(self) {
        let host = self.host;
        for delivery in self.own.into_iter().chain(self.orphans) {
            delivery.ring.release().unwrap_or_else(|failure| failure.log(host));
        }
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
