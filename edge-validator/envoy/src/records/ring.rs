//! Records in the memory of the host, where they outlive this VM, whatever ends it.
//!
//! Each VM writes to its own ring, which has a number, so that no two threads write the same value.
//! A ring has a header, and slots for a few records each. The header has the owner and the end of
//! its lease. A VM that has not renewed its lease is gone, and the first VM that notices it takes
//! the ring over and delivers its records. A record is in the memory of the host before its request
//! goes on.

use crate::abi::Failure;
use crate::abi::host;
use edgewrit_edge::issuer::records::{BATCH_BYTES, Batch};
use edgewrit_shared::time::UnixSeconds;
use std::fmt::Write as _;

/// Most rings of one edge in one Envoy: the VMs of all threads, and as many again while a new
/// configuration starts.
const RINGS: u32 = 256;
/// Number of slots of a ring.
const SLOTS: u64 = 8_192;
/// Most records of one slot. The whole text of a slot is written with each record.
const SLOT_RECORDS: u64 = 8;
/// Length of a slot in bytes after which it takes no further record.
const SLOT_BYTES: usize = 8 * 1024;
/// Length of the lease of a ring after the last renewal, in seconds.
const LEASE_SECONDS: u64 = 10;

/// A ring of this VM, for writing or for delivery.
#[derive(Debug)]
pub(crate) struct RecordRing {
    name: RingName,
    owner: u64,
    header: RingHeader,
    /// The slot for the next record. `filled` is its number of records. `filling` is its text: the
    /// records, then a line of numbers.
    tail: u64,
    filled: u64,
    filling: String,
    /// Length of `filling` without the line of numbers.
    lines: usize,
    /// The number of the next record.
    next: u64,
}

/// The key of a ring: its edge and its number.
#[derive(Clone, Copy, Debug)]
struct RingName {
    edge: u64,
    ring: u32,
}

/// The header of a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RingHeader {
    /// The owner; 0 if there is none.
    owner: u64,
    renewed: UnixSeconds,
    /// The first slot that is not delivered.
    head: u64,
    /// The boot id of its records; empty if there is none.
    boot_id: String,
}

/// Slots from the first one on, ready for delivery.
#[derive(Debug)]
pub(crate) struct RecordLoad {
    pub(crate) batch: Batch,
    /// The first slot after the load.
    end: u64,
}

impl RecordRing {
    /// A free, empty ring for `owner`; `None` if there is none.
    pub(crate) fn claim(edge: u64, owner: u64, now: UnixSeconds) -> Result<Option<Self>, Failure> {
        for name in ring_names(edge) {
            let held = name.header()?;
            let free = held.as_ref().is_none_or(|(header, _)| header.owner == 0);
            if free && let Some(ring) = Self::take_ring(name, held, owner, now)? {
                return Ok(Some(ring));
            }
        }
        Ok(None)
    }

    /// Takes over, for `owner`, the rings whose owners are gone.
    pub(crate) fn take_orphans(edge: u64, owner: u64, now: UnixSeconds) -> Result<Vec<Self>, Failure> {
        let mut orphans = Vec::new();
        for name in ring_names(edge) {
            let Some((header, version)) = name.header()? else { break };
            let is_gone = now.since(header.renewed) > LEASE_SECONDS && header.owner != 0;
            if is_gone && let Some(mut ring) = Self::take_ring(name, Some((header, version)), owner, now)? {
                ring.find_end()?;
                orphans.push(ring);
            }
        }
        Ok(orphans)
    }

    fn take_ring(
        name: RingName,
        held: Option<(RingHeader, u32)>,
        owner: u64,
        now: UnixSeconds,
    ) -> Result<Option<Self>, Failure> {
        let (held, version) = held.unzip();
        let (head, boot_id) = match held {
            Some(held) if held.owner == 0 => (held.head, String::new()),
            Some(held) => (held.head, held.boot_id),
            None => (0, String::new()),
        };
        let header = RingHeader {
            owner,
            renewed: now,
            head,
            boot_id,
        };
        let ring = Self {
            name,
            owner,
            tail: header.head,
            header,
            filled: 0,
            filling: String::new(),
            lines: 0,
            next: 1,
        };
        Ok(ring.name.write(&ring.header, version)?.then_some(ring))
    }

    /// Adds a record. Returns false if the ring is full.
    pub(crate) fn add(&mut self, line: &str) -> Result<bool, Failure> {
        if self.filled >= SLOT_RECORDS || self.lines > SLOT_BYTES {
            self.close_slot();
        }
        if self.tail - self.header.head >= SLOTS {
            return Ok(false);
        }
        // Only the new part is written, because this runs for every request.
        self.filling.truncate(self.lines);
        if self.filled > 0 {
            self.filling.push(',');
        }
        self.filling.push_str(line);
        self.lines = self.filling.len();
        self.filled += 1;
        let first = self.next + 1 - self.filled;
        let _ = write!(self.filling, "\n{} {first} {}", self.tail, self.filled);
        host::write_shared(&self.name.slot(self.tail), self.filling.as_bytes(), None)?;
        self.next += 1;
        Ok(true)
    }

    /// Whether the ring has room for more than a few records.
    pub(crate) const fn has_room(&self) -> bool {
        self.tail - self.header.head + 1 < SLOTS
    }

    /// The number of the ring among the rings of the edge.
    pub(crate) const fn number(&self) -> u32 {
        self.name.ring
    }

    /// Whether all records of the ring are delivered.
    pub(crate) const fn is_empty(&self) -> bool {
        self.header.head == self.tail && self.filled == 0
    }

    fn close_slot(&mut self) {
        if self.filled > 0 {
            self.tail += 1;
            self.filled = 0;
            self.lines = 0;
        }
    }

    /// The next records to deliver; `None` if there are none.
    pub(crate) fn next_load(&mut self) -> Result<Option<RecordLoad>, Failure> {
        self.close_slot();
        let mut end = self.header.head;
        let mut batch: Option<Batch> = None;
        while end < self.tail
            && let Some(slot) = self.name.read(end)?
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
    pub(crate) fn drop_load(&mut self, load: &RecordLoad) -> Result<bool, Failure> {
        let head = core::mem::replace(&mut self.header.head, load.end);
        let saved = self.save_header()?;
        if saved {
            for slot in head..load.end {
                host::write_shared(&self.name.slot(slot), b"", None)?;
            }
        }
        Ok(saved)
    }

    pub(crate) fn boot_id(&self) -> Option<&str> {
        Some(self.header.boot_id.as_str()).filter(|id| !id.is_empty())
    }

    /// Sets the boot id under which the records are numbered; `None` until there is one. Returns
    /// false if another VM owns the ring.
    pub(crate) fn set_boot_id(&mut self, boot_id: Option<String>) -> Result<bool, Failure> {
        self.header.boot_id = boot_id.unwrap_or_default();
        self.save_header()
    }

    /// Renews the lease. Returns false if another VM owns the ring, which delivers its records.
    pub(crate) fn renew(&mut self, now: UnixSeconds) -> Result<bool, Failure> {
        self.header.renewed = now;
        self.save_header()
    }

    /// Whether the lease must be renewed before the next record, because another VM may be about to
    /// take the ring over.
    pub(crate) fn is_old(&self, now: UnixSeconds) -> bool {
        now.since(self.header.renewed) > LEASE_SECONDS / 2
    }

    /// Releases the ring. Another VM can claim it if it is empty, and takes it over if it is not.
    pub(crate) fn release(mut self) -> Result<(), Failure> {
        self.close_slot();
        self.header.renewed = UnixSeconds(0);
        if self.is_empty() {
            self.header.owner = 0;
        }
        self.save_header().map(drop)
    }

    fn save_header(&self) -> Result<bool, Failure> {
        match self.name.header()? {
            Some((held, version)) if held.owner == self.owner => self.name.write(&self.header, Some(version)),
            _ => Ok(false),
        }
    }

    /// Finds the first slot that has no record of this ring.
    fn find_end(&mut self) -> Result<(), Failure> {
        while self.tail - self.header.head < SLOTS && self.name.read(self.tail)?.is_some() {
            self.tail += 1;
        }
        Ok(())
    }
}

/// Records of one slot.
struct Slot {
    first: u64,
    count: u64,
    lines: String,
}

fn ring_names(edge: u64) -> impl Iterator<Item = RingName> {
    (0..RINGS).map(move |ring| RingName { edge, ring })
}

impl RingName {
    fn key(self, part: &str) -> String {
        format!("edgewrit.records.{:016x}.{}.{part}", self.edge, self.ring)
    }

    fn slot(self, slot: u64) -> String {
        self.key(&(slot % SLOTS).to_string())
    }

    fn header(self) -> Result<Option<(RingHeader, u32)>, Failure> {
        let shared = host::read_shared(&self.key("header"))?;
        Ok(shared.and_then(|shared| Some((RingHeader::read(str::from_utf8(&shared.value).ok()?)?, shared.version))))
    }

    fn write(self, header: &RingHeader, version: Option<u32>) -> Result<bool, Failure> {
        let (key, text) = (self.key("header"), header.text());
        match version {
            Some(_) => host::write_shared(&key, text.as_bytes(), version),
            None => host::create_shared(&key, text.as_bytes()),
        }
    }

    /// The content of a slot; `None` if it is of an earlier round.
    fn read(self, slot: u64) -> Result<Option<Slot>, Failure> {
        let shared = host::read_shared(&self.slot(slot))?;
        Ok(shared.and_then(|shared| Slot::read(&String::from_utf8(shared.value).ok()?, slot)))
    }
}

impl Slot {
    fn read(text: &str, slot: u64) -> Option<Self> {
        let (lines, numbers) = text.rsplit_once('\n')?;
        let mut numbers = numbers.split(' ').map(str::parse::<u64>);
        let mut number = || numbers.next()?.ok();
        let (own, first, count) = (number()?, number()?, number()?);
        (own == slot).then(|| Self {
            first,
            count,
            lines: lines.to_owned(),
        })
    }
}

impl RingHeader {
    fn text(&self) -> String {
        let Self {
            owner,
            renewed,
            head,
            boot_id,
        } = self;
        format!("{owner} {} {head} {boot_id}", renewed.0)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ' ');
        Some(Self {
            owner: parts.next()?.parse().ok()?,
            renewed: UnixSeconds(parts.next()?.parse().ok()?),
            head: parts.next()?.parse().ok()?,
            boot_id: parts.next()?.to_owned(),
        })
    }
}
