//! Records in the memory of the host, where they outlive this VM, whatever ends it.
//!
//! Each VM writes to its own ring, which has a number, so that no two threads write the same value.
//! A ring has a header, and slots for a few records each. The header has the owner and the end of
//! its lease. A VM that has not renewed its lease is gone, and the first VM that notices it takes
//! the ring over and delivers its records. A record is in the memory of the host before its request
//! goes on.

mod header;
mod slots;

use self::header::RingHeader;
use self::slots::{SLOTS, Slot, SlotWriter};
use crate::host::{Host, HostFailure};
use edgewrit_edge::issuer::records::{BATCH_BYTES, Batch};
use edgewrit_shared::time::UnixSeconds;

/// Most rings of one edge in one Envoy: the VMs of all threads, and as many again while a new
/// configuration starts.
const RINGS: u32 = 256;

/// A ring of this VM, for writing or for delivery.
#[derive(Debug)]
pub(crate) struct RecordRing<H> {
    shared: SharedRing<H>,
    owner: u64,
    header: RingHeader,
    writer: SlotWriter,
}

/// The values of a ring in the shared data: its header and its slots. Their keys have the edge and
/// the number of the ring.
#[derive(Clone, Copy, Debug)]
struct SharedRing<H> {
    host: H,
    edge: u64,
    ring: u32,
}

/// Slots from the first one on, ready for delivery.
#[derive(Debug)]
pub(crate) struct RecordLoad {
    pub(crate) batch: Batch,
    /// The first slot after the load.
    end: u64,
}

impl<H: Host> RecordRing<H> {
    /// A free, empty ring for `owner`; `None` if there is none.
    pub(crate) fn claim(host: H, edge: u64, owner: u64, now: UnixSeconds) -> Result<Option<Self>, HostFailure> {
        for shared in shared_rings(host, edge) {
            let held = shared.header()?;
            let is_free = held.as_ref().is_none_or(|(header, _)| header.is_free());
            if is_free && let Some(ring) = Self::take_ring(shared, held, owner, now)? {
                return Ok(Some(ring));
            }
        }
        Ok(None)
    }

    /// Takes over, for `owner`, the rings whose owners are gone.
    pub(crate) fn take_orphans(host: H, edge: u64, owner: u64, now: UnixSeconds) -> Result<Vec<Self>, HostFailure> {
        let mut orphans = Vec::new();
        for shared in shared_rings(host, edge) {
            let Some((header, version)) = shared.header()? else {
                break;
            };
            if header.is_abandoned(now)
                && let Some(mut ring) = Self::take_ring(shared, Some((header, version)), owner, now)?
            {
                ring.find_end()?;
                orphans.push(ring);
            }
        }
        Ok(orphans)
    }

    fn take_ring(
        shared: SharedRing<H>,
        held: Option<(RingHeader, u32)>,
        owner: u64,
        now: UnixSeconds,
    ) -> Result<Option<Self>, HostFailure> {
        let (held, version) = held.unzip();
        let header = RingHeader::taken(held.as_ref(), owner, now);
        let is_taken = shared.write_header(&header, version)?;
        Ok(is_taken.then(|| Self {
            shared,
            owner,
            writer: SlotWriter::new(header.head),
            header,
        }))
    }

    /// Adds a record. Returns false if the ring is full.
    pub(crate) fn add(&mut self, line: &str) -> Result<bool, HostFailure> {
        let Some(staged) = self.writer.stage(line, self.header.head) else {
            return Ok(false);
        };
        self.shared.write_slot(self.writer.tail(), self.writer.text())?;
        self.writer.commit(staged);
        Ok(true)
    }

    /// Whether the ring has room for more than a few records.
    pub(crate) const fn has_room(&self) -> bool {
        self.writer.has_room(self.header.head)
    }

    /// The number of the ring among the rings of the edge.
    pub(crate) const fn number(&self) -> u32 {
        self.shared.ring
    }

    /// Whether all records of the ring are delivered.
    pub(crate) const fn is_empty(&self) -> bool {
        self.writer.is_empty(self.header.head)
    }

    /// The next records to deliver; `None` if there are none.
    pub(crate) fn next_load(&mut self) -> Result<Option<RecordLoad>, HostFailure> {
        self.writer.close();
        let mut end = self.header.head;
        let mut batch: Option<Batch> = None;
        while end < self.writer.tail()
            && let Some(slot) = self.shared.read_slot(end)?
        {
            let batch = batch.get_or_insert(Batch::new(slot.first, BATCH_BYTES));
            if !batch.add(&slot.lines, slot.count) {
                break;
            }
            end += 1;
        }
        Ok(batch.map(|batch| RecordLoad { batch, end }))
    }

    /// Removes a delivered load. Returns false if another VM owns the ring.
    pub(crate) fn drop_load(&mut self, load: &RecordLoad) -> Result<bool, HostFailure> {
        let mut header = self.header.clone();
        let head = std::mem::replace(&mut header.head, load.end);
        let saved = self.save_header(header)?;
        if saved {
            for slot in head..load.end {
                self.shared.write_slot(slot, "")?;
            }
        }
        Ok(saved)
    }

    pub(crate) fn boot_id(&self) -> Option<&str> {
        Some(self.header.boot_id.as_str()).filter(|id| !id.is_empty())
    }

    /// Sets the boot id under which the records are numbered; `None` until there is one. Returns
    /// false if another VM owns the ring.
    pub(crate) fn set_boot_id(&mut self, boot_id: Option<String>) -> Result<bool, HostFailure> {
        let mut header = self.header.clone();
        header.boot_id = boot_id.unwrap_or_default();
        self.save_header(header)
    }

    /// Renews the lease. Returns false if another VM owns the ring, which delivers its records.
    pub(crate) fn renew(&mut self, now: UnixSeconds) -> Result<bool, HostFailure> {
        let mut header = self.header.clone();
        header.renew(now);
        self.save_header(header)
    }

    /// Whether the lease must be renewed before the next record.
    pub(crate) const fn is_old(&self, now: UnixSeconds) -> bool {
        self.header.is_old(now)
    }

    /// Releases the ring. Another VM can claim it if it is empty, and takes it over if it is not.
    pub(crate) fn release(mut self) -> Result<(), HostFailure> {
        self.writer.close();
        let mut header = self.header.clone();
        header.release(self.is_empty());
        self.save_header(header).map(drop)
    }

    /// Replaces the header of the ring. If the host refuses, the ring keeps the header that other
    /// VMs see: an owner must not rely on a lease that it could not renew.
    fn save_header(&mut self, header: RingHeader) -> Result<bool, HostFailure> {
        let is_saved = match self.shared.header()? {
            Some((held, version)) if held.owner == self.owner => self.shared.write_header(&header, Some(version))?,
            _ => false,
        };
        if is_saved {
            self.header = header;
        }
        Ok(is_saved)
    }

    /// Finds the first slot that has no record of this ring.
    fn find_end(&mut self) -> Result<(), HostFailure> {
        while self.shared.read_slot(self.writer.tail())?.is_some() && self.writer.skip(self.header.head) {}
        Ok(())
    }
}

fn shared_rings<H: Host>(host: H, edge: u64) -> impl Iterator<Item = SharedRing<H>> {
    (0..RINGS).map(move |ring| SharedRing { host, edge, ring })
}

impl<H: Host> SharedRing<H> {
    fn key(&self, part: &str) -> String {
        format!("edgewrit.records.{:016x}.{}.{part}", self.edge, self.ring)
    }

    fn slot_key(&self, slot: u64) -> String {
        self.key(&(slot % SLOTS).to_string())
    }

    /// The header and its version.
    fn header(&self) -> Result<Option<(RingHeader, u32)>, HostFailure> {
        let shared = self.host.read_shared(&self.key("header"))?;
        Ok(shared.and_then(|shared| Some((RingHeader::read(str::from_utf8(&shared.value).ok()?)?, shared.version))))
    }

    fn write_header(&self, header: &RingHeader, version: Option<u32>) -> Result<bool, HostFailure> {
        let (key, text) = (self.key("header"), header.text());
        match version {
            Some(_) => self.host.write_shared(&key, text.as_bytes(), version),
            None => self.host.create_shared(&key, text.as_bytes()),
        }
    }

    fn write_slot(&self, slot: u64, text: &str) -> Result<bool, HostFailure> {
        self.host.write_shared(&self.slot_key(slot), text.as_bytes(), None)
    }

    /// The content of a slot; `None` if it is of an earlier round.
    fn read_slot(&self, slot: u64) -> Result<Option<Slot>, HostFailure> {
        let shared = self.host.read_shared(&self.slot_key(slot))?;
        Ok(shared.and_then(|shared| Slot::read(&String::from_utf8(shared.value).ok()?, slot)))
    }
}

#[cfg(test)]
mod tests;
