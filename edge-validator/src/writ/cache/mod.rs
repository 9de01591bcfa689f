//! Cache of verified writs: claims and compiled grants, never a verdict. Every hit checks time and
//! revocation again.
//!
//! The cache has two generations. A writ that is verified or used enters the younger one. When the
//! younger one is full, it becomes the older one, and the previous older one is dropped. So the
//! last [`CACHED_WRITS`] writs that were used are always in the cache, whatever their signatures,
//! unless their texts fill [`CACHED_WRIT_BYTES`] before.

use crate::writ::Writ;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;
use edgewrit_shared::limits::{CACHED_WRIT_BYTES, CACHED_WRITS};
use edgewrit_shared::small_code::text_eq::bytes_eq;

/// Places of one generation: a power of two, and twice its number of writs, so that a search ends
/// after one or two places.
const PLACES: usize = 2 * CACHED_WRITS;
/// Characters of the signature that identify a writ, before the last one (which has only four
/// bits).
const TAG_BYTES: usize = 8;

/// The versions on which a verification depends besides the token. If one changes, the edge must
/// verify again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    /// The version of the keys of the snapshot.
    pub(crate) keys: u64,
    /// The version of the configuration.
    pub(crate) config: u64,
}

/// Verified writs, found by their whole text.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    young: Generation,
    old: Generation,
}

/// A hash table in which an entry is at the first free place from its own on. Single entries are
/// never removed.
#[derive(Debug, Default)]
struct Generation {
    places: Vec<Option<Entry>>,
    held: usize,
    /// Length of all texts of the generation. The compiled grants take several times that.
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    tag: u64,
    versions: Versions,
    writ: Arc<Writ>,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The writ whose text is `token`, if it was verified under `versions`.
    pub(crate) fn find(&mut self, token: &str, versions: Versions) -> Option<Arc<Writ>> {
        let tag = tag_of(token);
        if let Some(entry) = self.young.find(tag, token) {
            return entry.of(versions);
        }
        let writ = self.old.find(tag, token)?.of(versions)?;
        self.keep(Arc::clone(&writ), versions);
        Some(writ)
    }

    /// Adds `writ`, or replaces its older entry.
    pub(crate) fn keep(&mut self, writ: Arc<Writ>, versions: Versions) {
        if self.young.is_full() {
            self.old = mem::take(&mut self.young);
        }
        let tag = tag_of(writ.token.expose());
        self.young.put(Entry { tag, versions, writ });
    }
}

impl Generation {
    fn is_full(&self) -> bool {
        self.held >= CACHED_WRITS || self.bytes >= CACHED_WRIT_BYTES
    }

    fn find(&self, tag: u64, token: &str) -> Option<&Entry> {
        self.places.get(self.find_place(tag, token)?)?.as_ref()
    }

    fn put(&mut self, entry: Entry) {
        if self.places.is_empty() {
            self.places.resize(PLACES, None);
        }
        let place = self.find_place(entry.tag, entry.writ.token.expose());
        if let Some(place) = place.and_then(|place| self.places.get_mut(place)) {
            if place.is_none() {
                self.held += 1;
                self.bytes += entry.writ.token.expose().len();
            }
            *place = Some(entry);
        }
    }

    /// The place of the entry of `token`, or the free place for it.
    fn find_place(&self, tag: u64, token: &str) -> Option<usize> {
        let own = index_of(tag);
        let mut places = (own..PLACES).chain(0..own);
        places.find(|place| match self.places.get(*place) {
            Some(Some(entry)) => entry.tag == tag && bytes_eq(entry.writ.token.expose().as_bytes(), token.as_bytes()),
            _ => true,
        })
    }
}

impl Entry {
    fn of(&self, versions: Versions) -> Option<Arc<Writ>> {
        (self.versions == versions).then(|| Arc::clone(&self.writ))
    }
}

/// The tag of a token: bits of its signature. Only verified tokens enter, so only the signer
/// chooses these bits, and a hash of the whole token is unnecessary.
fn tag_of(token: &str) -> u64 {
    let signed = token.as_bytes().split_last().map_or(&[][..], |(_, rest)| rest);
    signed
        .last_chunk::<TAG_BYTES>()
        .map_or(0, |tag| u64::from_le_bytes(*tag))
}

/// The upper bits of a product, to which every bit of the tag contributes.
fn index_of(tag: u64) -> usize {
    /// 2^64 divided by the golden ratio, odd.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let upper = tag.wrapping_mul(SPREAD) >> (u64::BITS - PLACES.ilog2());
    usize::try_from(upper).unwrap_or_default()
}

#[cfg(test)]
mod tests;
