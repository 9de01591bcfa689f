//! Records in the host's memory, where they outlive this VM, whatever ends it.
//!
//! Each VM writes to a ring of its own, found by its number, so that no two threads write the same value: a header, and slots for a few
//! records each. The header says whose ring it is and until when; a VM that has not renewed it for a while is gone, and whoever
//! notices first takes the ring over and delivers what is in it. A record is in the host's memory before its request goes on.

use crate::abi::Failure;
use crate::abi::host;
use edgewrit_edge::issuer::records::{BATCH_BYTES, Batch};
use edgewrit_shared::time::UnixSeconds;
use std::fmt::Write as _;

/// Rings of one edge in one Envoy: VMs of all threads, and as many again while a new configuration takes over.
const RINGS: u32 = 256;
/// Slots of a ring.
const SLOTS: u64 = 8_192;
/// Records of one slot; its text is written anew with each.
const SLOT_RECORDS: u64 = 8;
/// A slot that is longer, in bytes, takes no further record.
const SLOT_BYTES: usize = 8 * 1024;
/// How long a ring is its owner's after the last renewal, in seconds.
const LEASE_SECONDS: u64 = 10;

/// A ring that this VM writes to, or delivers from.
#[derive(Debug)]
pub(crate) struct RecordRing {
    name: RingName,
    owner: u64,
    header: RingHeader,
    /// The slot that the next record goes to, how many are in it, and its text: the records, then a line of numbers.
    tail: u64,
    filled: u64,
    filling: String,
    /// Bytes of `filling` before the line of numbers.
    lines: usize,
    /// The number of the next record.
    next: u64,
}

/// Where a ring is kept: under which edge, with which number.
#[derive(Clone, Copy, Debug)]
struct RingName {
    edge: u64,
    ring: u32,
}

/// What is known of a ring besides its slots.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RingHeader {
    /// 0 if it is nobody's.
    owner: u64,
    renewed: UnixSeconds,
    /// The first slot that is not delivered.
    head: u64,
    /// Under which its records are numbered; empty until there is one.
    boot_id: String,
}

/// Slots from the first one on, ready to be sent.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) batch: Batch,
    /// The first slot behind it.
    end: u64,
}

impl RecordRing {
    /// A free ring for `owner`, empty; `None` if there is none.
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

    /// The rings whose owners are gone; they are `owner`'s from now on.
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

    /// Adds a record. False if there is no room for it.
    pub(crate) fn add(&mut self, line: &str) -> Result<bool, Failure> {
        if self.filled >= SLOT_RECORDS || self.lines > SLOT_BYTES {
            self.close_slot();
        }
        if self.tail - self.header.head >= SLOTS {
            return Ok(false);
        }
        // What is there already is not written again: this is on the way of every request.
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

    /// Whether there is room for more than a few records.
    pub(crate) const fn has_room(&self) -> bool {
        self.tail - self.header.head + 1 < SLOTS
    }

    /// Its number among the rings of the edge.
    pub(crate) const fn number(&self) -> u32 {
        self.name.ring
    }

    /// Whether all that it holds is delivered.
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
    pub(crate) fn next_load(&mut self) -> Result<Option<Load>, Failure> {
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
        Ok(batch.map(|batch| Load { batch, end }))
    }

    /// Forgets what was delivered. False if the ring is somebody else's meanwhile.
    pub(crate) fn drop_load(&mut self, load: &Load) -> Result<bool, Failure> {
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

    /// Numbers its records under another boot from now on; without one until there is one. False if the ring is somebody else's meanwhile.
    pub(crate) fn set_boot_id(&mut self, boot_id: Option<String>) -> Result<bool, Failure> {
        self.header.boot_id = boot_id.unwrap_or_default();
        self.save_header()
    }

    /// Keeps it for longer. False if somebody else has it meanwhile, who delivers what is in it.
    pub(crate) fn renew(&mut self, now: UnixSeconds) -> Result<bool, Failure> {
        self.header.renewed = now;
        self.save_header()
    }

    /// Whether it must be renewed before anything is added: somebody else may be about to take it.
    pub(crate) fn is_old(&self, now: UnixSeconds) -> bool {
        now.since(self.header.renewed) > LEASE_SECONDS / 2
    }

    /// Gives it back, to be claimed again if it is empty and to be taken over if it is not.
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

    /// Finds the first slot that holds nothing of this ring's.
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

    /// What is in a slot, unless that is of an earlier round.
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
