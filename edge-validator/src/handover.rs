//! What an instance leaves to those that come after it on the same host: the bundles that it has verified, as they came. Who takes
//! them believes nothing of it and verifies every one again.
//!
//! There are two parts, because one is long and seldom changes: the *base*, a whole bundle, and the *trail* of those that came after
//! it. A trail grows up to a limit; then somebody asks the issuer for another base, once for all instances.

use crate::config::Config;
use alloc::string::String;
use alloc::vec::Vec;
use core::iter;
use edgewrit_shared::bundle::{BundleError, Snapshot};
use edgewrit_shared::time::UnixSeconds;

/// Bundles of the longest trail, and their bytes, before another base is asked for.
const BUNDLES: usize = 32;
const BYTES: usize = 512 * 1024;
/// Age of the oldest base, in seconds: keys that have signed it are dropped some day.
const BASE_SECONDS: u64 = 600;
/// How far a trail may lie behind what somebody holds, in seconds, before it counts as lost.
const BEHIND_SECONDS: u64 = 30;
/// For so long nobody else asks for another base, in seconds.
const ASKING_SECONDS: u64 = 30;

/// The trail: how far it reaches, and over which bundles.
#[derive(Debug, PartialEq, Eq)]
pub struct Trail {
    /// Where its base lies: 0 or 1, in turns, so that a base is not changed under whoever reads it.
    slot: u8,
    /// When somebody last asked for another base.
    asked_at: UnixSeconds,
    /// The base, without its document, and what came after it. Only the last may leave everything as it was but the time.
    bundles: Vec<Left>,
}

#[derive(Debug, PartialEq, Eq)]
struct Left {
    /// What is held once it is applied.
    position: String,
    issued_at: UnixSeconds,
    document: Vec<u8>,
}

impl Left {
    fn new(applied: &Snapshot, document: &[u8]) -> Self {
        Self {
            position: applied.position(),
            issued_at: applied.issued_at(),
            document: document.into(),
        }
    }
}

impl Trail {
    /// The trail after a new base that gave `snapshot`; `None` if `before` reaches as far.
    #[must_use]
    pub fn begin(before: Option<&Self>, snapshot: &Snapshot) -> Option<Self> {
        if before
            .and_then(Self::end)
            .is_some_and(|end| snapshot.issued_at() <= end.issued_at)
        {
            return None;
        }
        Some(Self {
            slot: before.map_or(0, |before| 1 - before.slot.min(1)),
            asked_at: UnixSeconds(0),
            bundles: Vec::from([Left::new(snapshot, &[])]),
        })
    }

    /// Where its base lies, 0 or 1.
    #[must_use]
    pub const fn slot(&self) -> u8 {
        self.slot
    }

    /// Appends `document`, which made `applied` of `held`. Answers whether it was the next one.
    pub fn extend(&mut self, held: &Snapshot, document: &[u8], applied: &Snapshot) -> bool {
        let left = Left::new(applied, document);
        let next = self.end().is_some_and(|end| {
            end.position == held.position() && (end.position != left.position || end.issued_at < left.issued_at)
        });
        if next && self.bytes() + document.len() <= BYTES {
            // What only the time has changed in is not needed any more.
            let idle = matches!(self.bundles.as_slice(), [.., one, last] if one.position == last.position);
            self.bundles.truncate(self.bundles.len() - usize::from(idle));
            self.bundles.push(left);
            return true;
        }
        false
    }

    /// Whether somebody who holds `held` should ask for another base now. Who is told so does: nobody else is told for a while.
    pub fn is_due(&mut self, held: &Snapshot, now: UnixSeconds) -> bool {
        let too_long = self.bundles.len() > BUNDLES || self.bytes() > BYTES / 2;
        let too_old = self
            .bundles
            .first()
            .is_none_or(|base| now.since(base.issued_at) > BASE_SECONDS);
        let lost = self
            .end()
            .is_none_or(|end| held.issued_at().since(end.issued_at) > BEHIND_SECONDS);
        let due = (too_long || too_old || lost) && now.since(self.asked_at) > ASKING_SECONDS;
        if due {
            self.asked_at = now;
        }
        due
    }

    /// What it leads to from `base`.
    ///
    /// # Errors
    /// [`BundleError`] if anything of it does not count.
    pub fn follow(&self, base: &[u8], config: &Config, now: UnixSeconds) -> Result<Snapshot, BundleError> {
        let after = self.bundles.iter().skip(1).map(|left| left.document.as_slice());
        Snapshot::replay(iter::once(base).chain(after), config.trust(), now)
    }

    fn end(&self) -> Option<&Left> {
        self.bundles.last()
    }

    fn bytes(&self) -> usize {
        self.bundles.iter().map(|left| left.document.len()).sum()
    }

    /// As bytes: slot, time, and of each bundle its time, its position and itself, both after their lengths.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from([self.slot]);
        bytes.extend(self.asked_at.0.to_be_bytes());
        for left in &self.bundles {
            bytes.extend(left.issued_at.0.to_be_bytes());
            for part in [left.position.as_bytes(), &left.document] {
                bytes.extend((part.len() as u64).to_be_bytes());
                bytes.extend_from_slice(part);
            }
        }
        bytes
    }

    /// From [`Self::to_bytes`]; `None` if they are something else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (slot, rest) = bytes.split_first()?;
        let (asked_at, mut rest) = number(rest)?;
        let mut bundles = Vec::new();
        while !rest.is_empty() {
            let (issued_at, after) = number(rest)?;
            let (position, after) = part(after)?;
            let (document, after) = part(after)?;
            bundles.push(Left {
                position: String::from_utf8(position.into()).ok()?,
                issued_at: UnixSeconds(issued_at),
                document: document.into(),
            });
            rest = after;
        }
        Some(Self {
            slot: *slot,
            asked_at: UnixSeconds(asked_at),
            bundles,
        })
    }
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*number), rest))
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests;
