//! Delivery of records to the issuer: numbered, in batches, repeated until the issuer acknowledges
//! them.
//!
//! A host keeps the lines that it logs and sends them again until they are delivered; the issuer
//! skips numbers that it has seen under the same boot id. The host chooses where the lines wait;
//! [`PendingRecords`] keeps them in memory.

use crate::config::Config;
use crate::issuer::boot;
use crate::issuer::call::{Call, IssuerAnswer};
use alloc::collections::{BTreeSet, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::edge_api::boot::read_answer as read_boot_answer;
pub use edgewrit_shared::edge_api::records::{BATCH_BYTES, replace_boot_id};
use edgewrit_shared::edge_api::records::{BATCH_RECORDS, PATH, write_batch};

/// Most records that wait in memory. Later records are lost.
const WAITING: usize = 20_000;
/// Most bytes of records that wait in memory.
const WAITING_BYTES: usize = 8 * 1024 * 1024;

/// Records with consecutive numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The number of the first record. The first record of a boot has the number 1.
    first: u64,
    count: u64,
    bytes_max: usize,
    /// The boot id of [`PendingRecords`] when it made the batch.
    boot_id: Option<String>,
    /// JSON objects with commas between them.
    lines: String,
}

impl Batch {
    /// An empty batch whose next record has the number `first`. The batch takes at most `bytes_max`
    /// bytes, a limit such as [`BATCH_BYTES`].
    #[must_use]
    pub const fn new(first: u64, bytes_max: usize) -> Self {
        Self {
            first,
            count: 0,
            bytes_max,
            boot_id: None,
            lines: String::new(),
        }
    }

    /// Adds `count` records, JSON objects with commas between them, if they fit. The first records
    /// always fit.
    pub fn add(&mut self, lines: &str, count: u64) -> bool {
        let fits = self.count + count <= BATCH_RECORDS as u64 && self.lines.len() + lines.len() < self.bytes_max;
        if self.count > 0 {
            if !fits {
                return false;
            }
            self.lines.push(',');
        }
        self.lines.push_str(lines);
        self.count += count;
        true
    }

    /// The number of records.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The body of the request to the issuer.
    #[must_use]
    pub fn body(&self, boot_id: &str) -> String {
        write_batch(boot_id, self.first, &self.lines)
    }
}

/// The call that delivers a [`Batch::body`].
#[must_use]
pub fn delivery_call(config: &Config, body: String) -> Call {
    Call::post(config, PATH, body.into_bytes())
}

/// The outcome of the delivery of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The issuer has stored the batch durably.
    Recorded,
    /// The issuer does not know the boot id: the edge must send the batch under another boot id.
    UnknownBoot,
    /// The issuer will never accept the batch, so its records are lost.
    Refused(u16),
    /// The edge must send the batch again later.
    Later,
}

impl DeliveryOutcome {
    /// Whether the issuer has decided about the batch for good, so that nothing sends it again.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Recorded | Self::Refused(_))
    }
}

/// The outcome that the answer to [`delivery_call`] reports.
#[must_use]
pub fn read_outcome(answer: IssuerAnswer<'_>) -> DeliveryOutcome {
    match answer {
        IssuerAnswer::Got { status: 200, .. } => DeliveryOutcome::Recorded,
        _ if boot::is_unknown(answer) => DeliveryOutcome::UnknownBoot,
        IssuerAnswer::Got {
            status: status @ (400 | 413 | 422),
            ..
        } => DeliveryOutcome::Refused(status),
        _ => DeliveryOutcome::Later,
    }
}

/// The call that asks for a boot id.
#[must_use]
pub fn boot_call(config: &Config) -> Call {
    boot::boot_call(config)
}

/// The boot id in the answer to [`boot_call`]. Without a boot id the edge asks again later.
#[must_use]
pub fn boot_id(answer: IssuerAnswer<'_>) -> Option<String> {
    match answer {
        IssuerAnswer::Got { status: 201, body } => read_boot_answer(body),
        _ => None,
    }
}

/// The next act of a delivery of [`PendingRecords`].
#[derive(Debug)]
pub enum DeliveryAct {
    /// The host makes [`boot_call`], and the answer goes to [`PendingRecords::take_boot`].
    AskForBoot,
    /// The host sends this body, and the outcome goes to [`PendingRecords::finish_batch`].
    Send(Batch, String),
}

/// Records that wait in memory for their delivery.
#[derive(Debug)]
pub struct PendingRecords {
    boot_id: Option<String>,
    /// The number of the first record that waits.
    first: u64,
    waiting: VecDeque<String>,
    /// The numbers of waiting records whose first line may be in a batch that is on its way.
    replaced: BTreeSet<u64>,
    bytes: usize,
    lost: u64,
}

impl PendingRecords {
    /// No waiting record.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            boot_id: None,
            first: 1,
            waiting: VecDeque::new(),
            replaced: BTreeSet::new(),
            bytes: 0,
            lost: 0,
        }
    }

    /// Keeps the line of a record until it is delivered, and returns its number. Without room the
    /// record is lost, and the loss is counted.
    pub fn keep(&mut self, line: String) -> Option<u64> {
        if self.waiting.len() >= WAITING || self.bytes + line.len() > WAITING_BYTES {
            self.lost += 1;
            return None;
        }
        self.bytes += line.len();
        self.waiting.push_back(line);
        Some(self.first + self.waiting.len() as u64 - 1)
    }

    /// Whether the record with this number is delivered.
    #[must_use]
    pub const fn is_delivered(&self, number: u64) -> bool {
        number < self.first
    }

    /// The number of records that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The number of records that were ever lost.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// The boot id, if the issuer has given one.
    #[must_use]
    pub fn boot_id(&self) -> Option<&str> {
        self.boot_id.as_deref()
    }

    /// Sets the boot id, unless there is one: two callers must not number the same records under
    /// two boot ids.
    pub fn set_boot_id(&mut self, boot_id: String) {
        self.boot_id.get_or_insert(boot_id);
    }

    /// Replaces the line of the record with this number, if the record still waits. If a batch with
    /// the first line is recorded nevertheless, the new line becomes a record of its own.
    pub fn replace(&mut self, number: u64, line: String) {
        let place = number
            .checked_sub(self.first)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(waiting) = place.and_then(|place| self.waiting.get_mut(place)) {
            self.bytes = self.bytes.saturating_sub(waiting.len()) + line.len();
            *waiting = line;
            self.replaced.insert(number);
        }
    }

    /// The next batch, of at most `bytes_max` bytes. The batch is empty if no records wait.
    #[must_use]
    pub fn next_batch(&self, bytes_max: usize) -> Batch {
        let mut batch = Batch::new(self.first, bytes_max);
        batch.boot_id.clone_from(&self.boot_id);
        let mut waiting = self.waiting.iter();
        while waiting.next().is_some_and(|line| batch.add(line, 1)) {}
        batch
    }

    /// The next act of a delivery of the records up to the one with the number `upto`; `None` if
    /// they are delivered. A batch has at most `bytes_max` bytes.
    #[must_use]
    pub fn next_act(&self, upto: u64, bytes_max: usize) -> Option<DeliveryAct> {
        if self.waiting.is_empty() || self.is_delivered(upto) {
            return None;
        }
        Some(match &self.boot_id {
            None => DeliveryAct::AskForBoot,
            Some(boot_id) => {
                let batch = self.next_batch(bytes_max);
                let body = batch.body(boot_id);
                DeliveryAct::Send(batch, body)
            }
        })
    }

    /// Applies the answer to [`boot_call`]. Returns false if it has no boot id, and the delivery
    /// ends.
    pub fn take_boot(&mut self, answer: IssuerAnswer<'_>) -> bool {
        let boot_id = boot_id(answer);
        let is_given = boot_id.is_some();
        if let Some(boot_id) = boot_id {
            self.set_boot_id(boot_id);
        }
        is_given
    }

    /// Applies the outcome of `batch`, which was the next batch. Returns false if the batch must be
    /// sent again later.
    pub fn finish_batch(&mut self, batch: &Batch, delivery: DeliveryOutcome) -> bool {
        match delivery {
            DeliveryOutcome::Recorded => self.forget(batch),
            DeliveryOutcome::Refused(_) => {
                self.lost += batch.count;
                self.forget(batch);
            }
            DeliveryOutcome::UnknownBoot => {
                // Another delivery may have set a newer boot id meanwhile.
                if self.boot_id == batch.boot_id {
                    self.boot_id = None;
                }
                return false;
            }
            DeliveryOutcome::Later => return false,
        }
        true
    }

    fn forget(&mut self, batch: &Batch) {
        let upto = batch.first + batch.count;
        let mut unsent = Vec::new();
        while self.first < upto
            && let Some(line) = self.waiting.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(line.len());
            if self.replaced.remove(&self.first) && !batch.lines.contains(&line) {
                unsent.push(line);
            }
            self.first += 1;
        }
        for line in unsent {
            self.keep(line);
        }
    }
}

impl Default for PendingRecords {
    fn default() -> Self {
        Self::new()
    }
}
