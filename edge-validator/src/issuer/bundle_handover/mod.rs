//! The verified bundles that an instance leaves to later instances on the same host, as they
//! arrived. A later instance trusts none of them and verifies each one again.
//!
//! The handover has two parts, because one part is long and seldom changes: the *base*, a whole
//! bundle, and the *delta log*, the bundles that came after the base. A log grows up to a limit.
//! Then one instance asks the issuer for another base, once for all instances.

use crate::config::Config;
use alloc::string::String;
use alloc::vec::Vec;
use core::iter;
use edgewrit_shared::bundle::{BundleError, Snapshot};
use edgewrit_shared::time::UnixSeconds;

/// Length of a log in bytes after which an instance asks for another base: about thirty bundles
/// with one revocation each.
const LONG_BYTES: usize = 24 * 1024;
/// Longest log in bytes. One more bundle, which can be long, fits into a log of [`LONG_BYTES`].
const BYTES: usize = 512 * 1024;
/// Greatest age of a base in seconds: the issuer drops the keys that have signed it some day.
const BASE_SECONDS: u64 = 600;
/// Seconds after a request for another base in which no other instance makes one.
const ASKING_SECONDS: u64 = 30;

/// The delta log: its position, and the bundles that came after its base.
#[derive(Debug, PartialEq, Eq)]
pub struct DeltaLog {
    /// The place of the base: 0 or 1, in turns, so that no instance overwrites a base while another
    /// instance reads it.
    slot: u64,
    /// The time at which an instance last asked for another base.
    asked_at: u64,
    /// The time at which the base was signed.
    base_at: u64,
    /// The position at the end of the log, and the time at which its last bundle was signed.
    position: String,
    end_at: u64,
    /// The bundles, each after its length.
    bundles: Vec<u8>,
    /// The length of the last bundle, if it changed only the time. The next bundle replaces it.
    idle: u64,
}

impl DeltaLog {
    /// A log after a new base that gave `snapshot`; `None` if `before` reaches as far.
    #[must_use]
    pub fn begin(before: Option<&Self>, snapshot: &Snapshot) -> Option<Self> {
        let at = snapshot.issued_at().0;
        if before.is_some_and(|before| at <= before.end_at) {
            return None;
        }
        Some(Self {
            slot: before.map_or(0, |before| u64::from(before.slot == 0)),
            asked_at: 0,
            base_at: at,
            position: snapshot.position(),
            end_at: at,
            bundles: Vec::new(),
            idle: 0,
        })
    }

    /// The place of the base, 0 or 1.
    #[must_use]
    pub const fn slot(&self) -> u64 {
        self.slot
    }

    /// Appends `document`, which turned `held` into `applied`. Returns whether it was the next
    /// bundle.
    pub fn extend(&mut self, held: &Snapshot, document: &[u8], applied: &Snapshot) -> bool {
        let (position, at) = (applied.position(), applied.issued_at().0);
        let idle = position == self.position;
        let next = self.position == held.position() && (!idle || self.end_at < at);
        if !next || self.bundles.len() + document.len() > BYTES {
            return false;
        }
        // A bundle that changed only the time is no longer needed.
        let kept = self
            .bundles
            .len()
            .saturating_sub(usize::try_from(self.idle).unwrap_or_default());
        self.bundles.truncate(kept);
        self.bundles.extend((document.len() as u64).to_be_bytes());
        self.bundles.extend_from_slice(document);
        self.idle = if idle { (self.bundles.len() - kept) as u64 } else { 0 };
        (self.position, self.end_at) = (position, at);
        true
    }

    /// Whether the caller should ask for another base now. After one caller got `true`, no other
    /// caller gets it for a while.
    pub fn is_due(&mut self, now: UnixSeconds) -> bool {
        let since = |then: u64| now.0.saturating_sub(then);
        let outworn = self.bundles.len() > LONG_BYTES || since(self.base_at) > BASE_SECONDS;
        let due = outworn && since(self.asked_at) > ASKING_SECONDS;
        if due {
            self.asked_at = now.0;
        }
        due
    }

    /// Applies the log to `base`.
    ///
    /// # Errors
    /// [`BundleError`] if a bundle of it is invalid.
    pub fn follow(&self, base: &[u8], config: &Config, now: UnixSeconds) -> Result<Snapshot, BundleError> {
        let mut rest = self.bundles.as_slice();
        let after = iter::from_fn(|| {
            // A truncated rest is not a bundle, so the reader of bundles refuses it.
            let (bundle, after) = split_part(rest).unwrap_or((rest, &[]));
            rest = after;
            (!bundle.is_empty()).then_some(bundle)
        });
        Snapshot::replay(iter::once(base).chain(after), config.trust(), now)
    }

    /// The log as bytes: numbers, the position after its length, the bundles.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = self.position.len() as u64;
        let numbers = [self.slot, self.asked_at, self.base_at, self.end_at, self.idle, length];
        let numbers = numbers.map(u64::to_be_bytes);
        [numbers.as_flattened(), self.position.as_bytes(), &self.bundles].concat()
    }

    /// Reads the bytes of [`Self::to_bytes`]; `None` if they have another form.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, rest) = bytes.split_first_chunk::<{ 5 * size_of::<u64>() }>()?;
        let (numbers, _) = numbers.as_chunks();
        let [slot, asked_at, base_at, end_at, idle] = numbers.try_into().ok()?;
        let (position, bundles) = split_part(rest)?;
        Some(Self {
            slot: u64::from_be_bytes(slot),
            asked_at: u64::from_be_bytes(asked_at),
            base_at: u64::from_be_bytes(base_at),
            position: String::from_utf8(position.into()).ok()?,
            end_at: u64::from_be_bytes(end_at),
            bundles: bundles.into(),
            idle: u64::from_be_bytes(idle),
        })
    }
}

fn split_part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests;
