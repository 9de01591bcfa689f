//! The bundle: one signed document of keys and revocations, and the snapshot that an edge holds of it.
//!
//! On the wire a bundle is a compact JWS (`typ` `edgewrit-bundle+jwt`), a line feed, and the revocation rows as bytes; the signed
//! payload holds the rows' number and SHA-256. So rows are verified without being copied into JSON and searched where they lie.

use crate::keys::{KeySet, PublicKey};
use crate::revocation::Rows;
use crate::time::UnixSeconds;
use alloc::string::String;
use alloc::vec::Vec;

/// What an edge is configured to believe: the issuer's name and the bundle keys pinned for it.
#[derive(Clone, Debug)]
pub struct Trust {
    /// `iss` of every bundle and writ.
    pub issuer: String,
    /// Keys that sign bundles and nothing else.
    pub pins: Vec<PublicKey>,
}

/// What the issuer signs.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Issuer.
    pub iss: String,
    /// Changes when the issuer's history does (after a restore).
    pub epoch: String,
    /// Counts changes within an epoch.
    pub seq: u64,
    /// For a delta: the `seq` it extends. A snapshot has none.
    pub from: Option<u64>,
    /// When it was signed.
    pub issued_at: UnixSeconds,
    /// Until when an edge may decide by it.
    pub fresh_until: UnixSeconds,
    /// Keys that sign writs.
    pub keys: Vec<PublicKey>,
    /// Key ids that must not be used any more, even if a delta's `keys` leave them out.
    pub dropped_keys: Vec<String>,
    /// Head of the audit chain, so that edges are witnesses.
    pub audit_head: Option<String>,
    /// The revocations.
    pub rows: Rows,
}

impl Bundle {
    /// The signed payload as JSON text. Sign it as [`crate::jws::Kind::Bundle`], then [`Self::join`] JWS and rows.
    #[must_use]
    pub fn payload(&self) -> String {
        todo!()
    }
    /// The document on the wire.
    #[must_use]
    pub fn join(&self, _jws: &str) -> Vec<u8> {
        todo!()
    }
}

/// Why a bundle is not applied. The snapshot that is held stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {}

impl BundleError {
    /// The stable label, such as `bundle_signature`.
    #[must_use]
    pub fn label(&self) -> &'static str {
        todo!()
    }
}

/// What an edge holds of the bundles it applied: immutable, swapped whole.
#[derive(Clone, Debug)]
pub struct Snapshot {
    keys: KeySet,
}

impl Snapshot {
    /// Applies a bundle to what is held (`None` at start).
    ///
    /// # Errors
    /// [`BundleError`] if it is not signed by a pinned key, is of another issuer, older, stale, from the future, or does not extend what is held.
    pub fn apply(
        _held: Option<&Self>,
        _document: &[u8],
        _trust: &Trust,
        _now: UnixSeconds,
    ) -> Result<Self, BundleError> {
        todo!()
    }
    /// Whether decisions may be made by this snapshot at `now`.
    #[must_use]
    pub fn is_fresh(&self, _now: UnixSeconds) -> bool {
        todo!()
    }
    /// When its bundle was signed.
    #[must_use]
    pub fn issued_at(&self) -> UnixSeconds {
        todo!()
    }
    /// `<epoch>.<seq>`: names the state that is held; the issuer answers a poll only when it has another.
    #[must_use]
    pub fn position(&self) -> String {
        todo!()
    }
    /// Changes whenever the set of usable keys does; part of the key of everything that is cached.
    #[must_use]
    pub fn keys_version(&self) -> u64 {
        todo!()
    }
    /// The keys that sign writs.
    #[must_use]
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }
}
