//! Revocations as fixed-size rows, sorted, and searched in place.

use crate::limits::REVOCATIONS;
use crate::time::UnixSeconds;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use sha2::{Digest as _, Sha256};

#[cfg(test)]
mod tests;

/// Bytes of one row: 16 of the target's hash, 4 of the cut, 4 of the expiry, big-endian.
pub const ROW_BYTES: usize = 24;

/// The writs that a revocation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level<'a> {
    /// One lineage: a writ, its renewals, and (through `anc`) all writs that were delegated from
    /// it.
    Lineage(&'a str),
    /// One writ by `jti`. A renewal revokes its predecessor by it.
    Writ(&'a str),
    /// All writs of one agent (`sub`).
    Agent(&'a str),
    /// One task of one client.
    Task {
        /// The client.
        client_id: &'a str,
        /// The task of the client.
        task_id: &'a str,
    },
    /// A delegation chain, by the lineage at its root.
    Chain(&'a str),
    /// All writs of one client.
    Client(&'a str),
    /// All writs signed by one key.
    Key(&'a str),
    /// All writs.
    All,
}

impl<'a> Level<'a> {
    /// The name of the level in the hash and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lineage(_) => "lineage",
            Self::Writ(_) => "writ",
            Self::Agent(_) => "agent",
            Self::Task { .. } => "task",
            Self::Chain(_) => "chain",
            Self::Client(_) => "client",
            Self::Key(_) => "key",
            Self::All => "all",
        }
    }

    fn parts(self) -> [Option<&'a str>; 2] {
        match self {
            Self::Lineage(id)
            | Self::Writ(id)
            | Self::Agent(id)
            | Self::Chain(id)
            | Self::Client(id)
            | Self::Key(id) => [Some(id), None],
            Self::Task { client_id, task_id } => [Some(client_id), Some(task_id)],
            Self::All => [None, None],
        }
    }
}

/// The hash by which a level is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target([u8; 16]);

impl Target {
    /// The target of `level`: the first 16 bytes of SHA-256 over `edgewrit-revocation/1`, 0, the
    /// name of the level, 0, and each of its parts after its length in bytes as 8 bytes,
    /// big-endian.
    #[must_use]
    pub fn of(level: Level<'_>) -> Self {
        let mut hash = Sha256::new_with_prefix("edgewrit-revocation/1\0");
        hash.update(level.name());
        hash.update([0]);
        for part in level.parts().into_iter().flatten() {
            // No platform has an address space beyond 64 bits.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut target = [0; 16];
        for (own, byte) in target.iter_mut().zip(hash.finalize()) {
            *own = byte;
        }
        Self(target)
    }

    /// The bytes of the target, for storage.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// The target with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

/// One revocation, which ends every writ of `target` with `iat <= cut`. The revocation may be
/// forgotten at `expires`.
///
/// A row has 32 bits for each time, which reach to the year 2106; a later time is written as the
/// last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revocation {
    /// The target that the revocation ends.
    pub target: Target,
    /// The cut: writs that were issued at or before this time are revoked.
    pub cut: UnixSeconds,
    /// The time at which the last writ of this target with `iat <= cut` has expired.
    pub expires: UnixSeconds,
}

impl Revocation {
    fn to_row(self) -> RowBytes {
        let Target(target) = self.target;
        let mut row = [0; ROW_BYTES];
        let bytes = target
            .into_iter()
            .chain(encode_seconds(self.cut))
            .chain(encode_seconds(self.expires));
        for (own, byte) in row.iter_mut().zip(bytes) {
            *own = byte;
        }
        row
    }

    fn from_row(row: &RowBytes) -> Self {
        let [target @ .., c0, c1, c2, c3, e0, e1, e2, e3] = *row;
        Self {
            target: Target(target),
            cut: UnixSeconds(u32::from_be_bytes([c0, c1, c2, c3]).into()),
            expires: UnixSeconds(u32::from_be_bytes([e0, e1, e2, e3]).into()),
        }
    }

    /// Both revocations in one row: the later cut, the later expiry.
    fn union_with(self, other: Self) -> Self {
        Self {
            target: self.target,
            cut: self.cut.max(other.cut),
            expires: self.expires.max(other.expires),
        }
    }
}

fn encode_seconds(time: UnixSeconds) -> [u8; 4] {
    u32::try_from(time.0).unwrap_or(u32::MAX).to_be_bytes()
}

type RowBytes = [u8; ROW_BYTES];

/// The cause why bytes are not rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsError {
    /// The length is not a whole number of rows.
    Length,
    /// The targets are not in strictly ascending order.
    Order,
    /// There are more rows than [`REVOCATIONS`].
    TooMany,
}

impl fmt::Display for RowsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => write!(f, "revocations are not a whole number of rows of {ROW_BYTES} bytes"),
            Self::Order => f.write_str("revocations are not in strictly ascending order"),
            Self::TooMany => write!(f, "more than {REVOCATIONS} revocations"),
        }
    }
}

impl core::error::Error for RowsError {}

/// Sorted rows, at most one for each target. A clone shares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(Arc<Vec<RowBytes>>);

impl Rows {
    /// Sorts and encodes `revocations`. Of several with one target, the latest cut is kept.
    #[must_use]
    pub fn encode(mut revocations: Vec<Revocation>) -> Self {
        revocations.sort_unstable();
        revocations.dedup_by(|later, kept| {
            let same = later.target == kept.target;
            if same {
                *kept = kept.union_with(*later);
            }
            same
        });
        Self(Arc::new(revocations.into_iter().map(Revocation::to_row).collect()))
    }

    /// Rows from their bytes on the wire.
    ///
    /// # Errors
    /// [`RowsError`] if `bytes` are not whole rows, strictly ascending, within [`REVOCATIONS`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RowsError> {
        let (rows, rest) = bytes.as_chunks::<ROW_BYTES>();
        if !rest.is_empty() {
            return Err(RowsError::Length);
        }
        if rows.len() > REVOCATIONS {
            return Err(RowsError::TooMany);
        }
        if !rows.is_sorted_by(|one, next| target_of(one) < target_of(next)) {
            return Err(RowsError::Order);
        }
        Ok(Self(Arc::new(rows.to_vec())))
    }

    /// The bytes on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a writ of `target` that was issued at `iat` is revoked. This is a binary search.
    #[must_use]
    pub fn is_revoked(&self, target: Target, iat: UnixSeconds) -> bool {
        let found = self.0.binary_search_by(|row| compare_target(row, &target.0));
        found
            .ok()
            .and_then(|at| self.0.get(at))
            .is_some_and(|row| iat <= Revocation::from_row(row).cut)
    }

    /// Whether these rows and `other` have the same targets, apart from rows that have expired at
    /// `now`.
    #[must_use]
    pub fn have_same_targets(&self, other: &Self, now: UnixSeconds) -> bool {
        self.live_targets(now).eq(other.live_targets(now))
    }

    fn live_targets(&self, now: UnixSeconds) -> impl Iterator<Item = Target> + '_ {
        let live = self.0.iter().filter(move |row| now < Revocation::from_row(row).expires);
        live.map(target_of)
    }

    /// These rows and the rows of `added`, without rows that have expired at `now`.
    ///
    /// # Errors
    /// [`RowsError::TooMany`] if the union exceeds [`REVOCATIONS`].
    pub fn merge(&self, added: &Self, now: UnixSeconds) -> Result<Self, RowsError> {
        if added.is_empty() {
            return Ok(self.clone());
        }
        let mut merged: Vec<RowBytes> = union_rows(&self.0, &added.0);
        merged.retain(|row| now < Revocation::from_row(row).expires);
        if merged.len() > REVOCATIONS {
            return Err(RowsError::TooMany);
        }
        Ok(Self(Arc::new(merged)))
    }
}

/// Compares the target of a row with `target`, byte by byte. The first byte mostly decides, and a
/// call of the C library takes longer.
fn compare_target(row: &RowBytes, target: &[u8; 16]) -> Ordering {
    let pairs = row.iter().zip(target);
    let differ = pairs.map(|(own, other)| own.cmp(other)).find(|order| order.is_ne());
    differ.unwrap_or(Ordering::Equal)
}

fn target_of(row: &RowBytes) -> Target {
    Revocation::from_row(row).target
}

/// The union of two sorted runs of rows, in linear time.
fn union_rows(mut left: &[RowBytes], mut right: &[RowBytes]) -> Vec<RowBytes> {
    let mut out = Vec::with_capacity(left.len().saturating_add(right.len()));
    while let ([first, rest @ ..], [other, others @ ..]) = (left, right) {
        match target_of(first).cmp(&target_of(other)) {
            Ordering::Less => {
                out.push(*first);
                left = rest;
            }
            Ordering::Greater => {
                out.push(*other);
                right = others;
            }
            Ordering::Equal => {
                out.push(
                    Revocation::from_row(first)
                        .union_with(Revocation::from_row(other))
                        .to_row(),
                );
                (left, right) = (rest, others);
            }
        }
    }
    out.extend_from_slice(left);
    out.extend_from_slice(right);
    out
}
