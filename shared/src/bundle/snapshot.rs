//! The snapshot: the keys and revocations of the bundles that an edge has applied.

use super::audit_head::{HeadContradiction, SeenHead, number};
use super::payload::Payload;
use super::{BundleError, RowsHash, SEPARATOR, Trust};
use crate::bundle::revocation::Rows;
use crate::jose::jws::{Jws, JwsKind};
use crate::jose::keys::{KeySet, PublicKey};
use crate::jose::signature::Dalek;
use crate::json;
use crate::limits::{BUNDLE_CLOCK_SKEW, BUNDLE_HEAD_BYTES, JSON_VALUES};
use crate::small_code::heap_sort::sorted;
use crate::time::UnixSeconds;
use alloc::format;
use alloc::string::String;
use core::cmp::Ordering;
use core::str;
use sha2::{Digest as _, Sha256};

/// The keys and revocations of the bundles that an edge has applied. A snapshot is immutable and is
/// replaced as a whole.
#[derive(Clone, Debug)]
pub struct Snapshot {
    epoch: String,
    seq: u64,
    issued_at: UnixSeconds,
    fresh_until: UnixSeconds,
    keys: KeySet,
    keys_version: u64,
    audit_head: SeenHead,
    revocations: Rows,
}

impl Snapshot {
    /// Applies a bundle to the snapshot `held` (`None` at start).
    ///
    /// A bundle is applied if it is newer than `held`. In the same epoch its `seq` is higher and
    /// its `issued_at` not earlier, or its `seq` is the same and its `issued_at` later (which only
    /// refreshes). Another epoch requires a whole bundle with a later `issued_at`. A delta extends
    /// exactly the `seq` of `held`.
    ///
    /// # Errors
    /// [`BundleError`] if the bundle is not signed by a pinned key, is of another issuer, older,
    /// stale, from the future, does not extend `held`, or contradicts it.
    pub fn apply(held: Option<&Self>, document: &[u8], trust: &Trust, now: UnixSeconds) -> Result<Self, BundleError> {
        Self::apply_after(held, document, None, trust, now, Freshness::Now)
    }

    /// The same as [`Self::apply`], with the hash of [`rows_of`] the document. A host may have a
    /// faster hash, which is most of the work for many revocations.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn apply_hashed(
        held: Option<&Self>,
        document: &[u8],
        sha256: RowsHash,
        trust: &Trust,
        now: UnixSeconds,
    ) -> Result<Self, BundleError> {
        Self::apply_after(held, document, Some(sha256), trust, now, Freshness::Now)
    }

    /// Applies bundles that another instance has applied: a whole bundle and the deltas since, in
    /// order. Each must be valid as if it had just arrived, but only the last one must still be
    /// fresh.
    ///
    /// # Errors
    /// [`BundleError`] of the first bundle that is invalid; [`BundleError::Frame`] if there is no
    /// bundle.
    pub fn replay<'d>(
        documents: impl IntoIterator<Item = &'d [u8]>,
        trust: &Trust,
        now: UnixSeconds,
    ) -> Result<Self, BundleError> {
        let mut held = None;
        for document in documents {
            held = Some(Self::apply_after(
                held.as_ref(),
                document,
                None,
                trust,
                now,
                Freshness::Once,
            )?);
        }
        let held = held.ok_or(BundleError::Frame)?;
        check_fresh(held.fresh_until, now).map(|()| held)
    }

    // A second copy in a validator would take 3 KB more.
    #[inline(never)]
    fn apply_after(
        held: Option<&Self>,
        document: &[u8],
        sha256: Option<RowsHash>,
        trust: &Trust,
        now: UnixSeconds,
        freshness: Freshness,
    ) -> Result<Self, BundleError> {
        let (jws, rows) = split_frame(document)?;
        let payload = verify_payload(jws, trust, held.map(Self::keys))?;
        check_time(&payload, trust, now)?;
        if freshness == Freshness::Now {
            check_fresh(payload.fresh_until, now)?;
        }
        check_position(&payload, held)?;
        let rows = payload.verify_rows(rows, &sha256.unwrap_or_else(|| RowsHash::of(rows)))?;
        check_history(&payload, &rows, held, now)?;
        let revocations = match (payload.from, held) {
            (Some(_), Some(held)) => held.revocations.merge(&rows, now).map_err(BundleError::Rows)?,
            _ => rows,
        };
        let same_epoch = held.filter(|held| held.epoch == payload.epoch);
        let seen = same_epoch.map_or_else(SeenHead::default, |held| held.audit_head.clone());
        Ok(Self {
            audit_head: seen.after(payload.audit_head),
            epoch: payload.epoch,
            seq: payload.seq,
            issued_at: payload.issued_at,
            fresh_until: payload.fresh_until,
            keys_version: hash_key_ids(&payload.keys),
            keys: KeySet::new(payload.keys),
            revocations,
        })
    }

    /// Whether an edge may decide by this snapshot at `now`: not after it expires, and not on a
    /// clock that was set back to before its signing.
    #[must_use]
    pub fn is_fresh(&self, now: UnixSeconds) -> bool {
        now < self.fresh_until && self.issued_at.since(now) <= BUNDLE_CLOCK_SKEW
    }

    /// The time at which its last bundle was signed.
    #[must_use]
    pub fn issued_at(&self) -> UnixSeconds {
        self.issued_at
    }

    /// The time until which an edge may decide by it.
    #[must_use]
    pub fn fresh_until(&self) -> UnixSeconds {
        self.fresh_until
    }

    /// `<epoch>.<seq>`, the name of this state. The issuer answers a poll when its own position is
    /// another.
    #[must_use]
    pub fn position(&self) -> String {
        format!("{}.{}", self.epoch, self.seq)
    }

    /// A number that depends only on the set of valid keys; part of the key of everything that is
    /// cached.
    #[must_use]
    pub fn keys_version(&self) -> u64 {
        self.keys_version
    }

    /// The keys that sign writs, without dropped keys.
    #[must_use]
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// The revocations of the snapshot.
    #[must_use]
    pub fn revocations(&self) -> &Rows {
        &self.revocations
    }

    /// The head of the audit chain of the issuer at the signing of the bundle.
    #[must_use]
    pub fn audit_head(&self) -> Option<&str> {
        self.audit_head.last()
    }

    /// The highest head of the audit chain of the issuer in any applied bundle of this epoch.
    #[must_use]
    pub fn highest_audit_head(&self) -> Option<&str> {
        self.audit_head.highest()
    }

    /// The number of the event in [`Self::highest_audit_head`].
    #[must_use]
    pub fn highest_audit_seq(&self) -> Option<u64> {
        self.highest_audit_head().and_then(number)
    }

    /// The latest contradiction in this epoch between a head and [`Self::highest_audit_head`].
    /// Decisions do not depend on it: revoked writs stay revoked.
    #[must_use]
    pub fn audit_contradiction(&self) -> Option<HeadContradiction> {
        self.audit_head.last_contradiction()
    }
}

/// The revocation rows of a document; no bytes if the document is no bundle.
#[must_use]
pub fn rows_of(document: &[u8]) -> &[u8] {
    split_frame(document).map_or(&[], |(_, rows)| rows)
}

/// The time at which a bundle must be fresh.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Now,
    /// The time at which it was first applied.
    Once,
}

/// The JWS and the rows.
fn split_frame(document: &[u8]) -> Result<(&str, &[u8]), BundleError> {
    let head = document.get(..=BUNDLE_HEAD_BYTES).unwrap_or(document);
    let end = head.iter().position(|byte| *byte == SEPARATOR);
    end.and_then(|end| document.split_at_checked(end))
        .and_then(|(jws, rest)| Some((str::from_utf8(jws).ok()?, rest.get(1..)?)))
        .ok_or(BundleError::Frame)
}

/// The payload, if a pinned key signed it. Keys of the snapshot were checked before and are reused.
fn verify_payload(jws: &str, trust: &Trust, known: Option<&KeySet>) -> Result<Payload, BundleError> {
    let jws = Jws::parse(jws, JwsKind::Bundle, BUNDLE_HEAD_BYTES).map_err(BundleError::Jws)?;
    let Some(pin) = trust.pins.iter().find(|pin| pin.kid() == jws.kid()) else {
        return Err(BundleError::Key { kid: jws.kid().into() });
    };
    let signed = jws.verify(pin, &Dalek).map_err(|_| BundleError::Signature)?;
    let payload = json::parse(signed.payload(), JSON_VALUES).map_err(BundleError::Payload)?;
    Payload::read(&payload, &trust.pins, known.unwrap_or(&KeySet::default()))
}

fn check_time(payload: &Payload, trust: &Trust, now: UnixSeconds) -> Result<(), BundleError> {
    if payload.iss != trust.issuer {
        return Err(BundleError::Issuer {
            found: payload.iss.clone(),
        });
    }
    if payload.issued_at.since(now) > BUNDLE_CLOCK_SKEW {
        return Err(BundleError::Clock {
            issued_at: payload.issued_at,
            now,
        });
    }
    Ok(())
}

fn check_fresh(fresh_until: UnixSeconds, now: UnixSeconds) -> Result<(), BundleError> {
    if fresh_until <= now {
        return Err(BundleError::Stale { fresh_until, now });
    }
    Ok(())
}

/// Checks that a bundle may follow the snapshot `held`.
fn check_position(payload: &Payload, held: Option<&Snapshot>) -> Result<(), BundleError> {
    let Some(held) = held else {
        return match payload.from {
            None => Ok(()),
            Some(_) => Err(BundleError::Unfounded),
        };
    };
    let same_epoch = payload.epoch == held.epoch;
    match payload.from {
        Some(_) if !same_epoch => {
            return Err(BundleError::Epoch {
                found: payload.epoch.clone(),
                held: held.epoch.clone(),
            });
        }
        Some(from) if from != held.seq => return Err(BundleError::Gap { from, held: held.seq }),
        _ => {}
    }
    let newer = match payload.seq.cmp(&held.seq) {
        Ordering::Less if same_epoch => false,
        Ordering::Greater if same_epoch => payload.issued_at >= held.issued_at,
        _ => payload.issued_at > held.issued_at,
    };
    if newer {
        Ok(())
    } else {
        Err(BundleError::Old { held: held.seq })
    }
}

/// Checks that a position has one content. A second content for the position of the snapshot, even
/// with a valid signature, contradicts the first.
fn check_history(payload: &Payload, rows: &Rows, held: Option<&Snapshot>, now: UnixSeconds) -> Result<(), BundleError> {
    let same = held.filter(|held| held.seq == payload.seq && held.epoch == payload.epoch);
    let Some(held) = same else { return Ok(()) };
    let agrees = match payload.from {
        Some(_) => rows.is_empty(),
        // The issuer omits rows that have expired by its clock, which may differ from the clock of
        // the edge.
        None => rows.have_same_targets(&held.revocations, now.max(payload.issued_at)),
    };
    if agrees {
        Ok(())
    } else {
        Err(BundleError::Fork { held: held.seq })
    }
}

/// The first 8 bytes of SHA-256 over the sorted key ids.
fn hash_key_ids(keys: &[PublicKey]) -> u64 {
    let kids = sorted(keys.iter().map(PublicKey::kid));
    let hash = Sha256::digest(kids.concat());
    hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}
