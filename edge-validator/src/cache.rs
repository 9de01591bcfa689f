//! Writs that were verified before: claims and compiled grants, never a verdict. Time and revocation are asked on every hit.

use crate::writ::Writ;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::limits::CACHED_WRITS;

/// Places for one index. With two, a pair of busy writs that share an index do not push each other out.
const WAYS: usize = 2;
/// A power of two, so that every bit of the index is used.
const SETS: usize = CACHED_WRITS / WAYS;
/// Characters of the signature that the index is made of, before the last one (which holds only two bits).
const INDEX_BYTES: usize = 4;

/// What a verification depended on besides the token. If either changes, it must be done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    /// Of the snapshot's keys.
    pub(crate) keys: u64,
    /// Of the configuration.
    pub(crate) config: u64,
}

/// Verified writs, found by their whole text.
#[derive(Debug)]
pub(crate) struct Cache {
    sets: Vec<Set>,
}

/// The last used entry stands first.
#[derive(Clone, Debug, Default)]
struct Set([Option<Entry>; WAYS]);

#[derive(Clone, Debug)]
struct Entry {
    versions: Versions,
    writ: Arc<Writ>,
}

impl Cache {
    pub(crate) fn new() -> Self {
        Self { sets: Vec::new() }
    }

    /// The writ whose text is `token`, if it was verified under `versions`.
    pub(crate) fn find(&mut self, token: &str, versions: Versions) -> Option<Arc<Writ>> {
        let Set(ways) = self.sets.get_mut(index(token))?;
        let place = ways
            .iter()
            .position(|way| way.as_ref().is_some_and(|entry| entry.is(token)))?;
        ways.get_mut(..=place)?.rotate_right(1);
        let entry = ways.first()?.as_ref()?;
        (entry.versions == versions).then(|| Arc::clone(&entry.writ))
    }

    /// Remembers `writ` in the place of itself or of the one in its set that was not used for longest.
    pub(crate) fn keep(&mut self, writ: Arc<Writ>, versions: Versions) {
        if self.sets.is_empty() {
            self.sets.resize(SETS, Set::default());
        }
        let Some(Set(ways)) = self.sets.get_mut(index(writ.token.expose())) else {
            return;
        };
        let same = ways
            .iter()
            .position(|way| way.as_ref().is_some_and(|entry| entry.is(writ.token.expose())));
        if let Some(used) = ways.get_mut(..=same.unwrap_or(WAYS - 1)) {
            used.rotate_right(1);
        }
        if let Some(first) = ways.first_mut() {
            *first = Some(Entry { versions, writ });
        }
    }
}

impl Entry {
    fn is(&self, token: &str) -> bool {
        self.writ.token.expose() == token
    }
}

/// Only verified tokens enter, so nobody but the signer chooses these bits: no hashing of the whole token.
fn index(token: &str) -> usize {
    let signature = token.bytes().rev().skip(1).take(INDEX_BYTES);
    signature.fold(0_usize, |sum, byte| {
        sum.wrapping_mul(61).wrapping_add(usize::from(byte))
    }) % SETS
}

#[cfg(test)]
mod tests;
