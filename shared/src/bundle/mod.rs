//! The bundle: one signed document of keys and revocations, and the snapshot that an edge holds of it.
//!
//! On the wire a bundle is a compact JWS (`typ` `edgewrit-bundle+jwt`), a line feed, and the revocation rows as bytes; the signed
//! payload holds the rows' number and SHA-256. So rows are verified without being copied into JSON and searched where they lie.

use crate::keys::PublicKey;
use crate::revocation::Rows;
use crate::time::UnixSeconds;
use alloc::string::String;
use alloc::vec::Vec;

mod audit_head;
mod error;
mod payload;
mod snapshot;
#[cfg(test)]
mod tests;

pub use audit_head::HeadTrouble;
pub use error::BundleError;
pub use payload::RowsHash;
pub use snapshot::{Snapshot, rows_of};

/// Stands between the JWS, which cannot contain it, and the rows.
const SEPARATOR: u8 = b'\n';

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
    /// Keys that sign writs: all of them, in a delta too.
    pub keys: Vec<PublicKey>,
    /// Ids of keys that must not be used any more: all of them, in a delta too. They win over `keys`.
    pub dropped_keys: Vec<String>,
    /// Keys that sign checkpoints of the audit chain, so that auditors can pin them; in a snapshot.
    pub checkpoint_keys: Vec<PublicKey>,
    /// Head of the audit chain, so that edges are witnesses.
    pub audit_head: Option<String>,
    /// The revocations: all of them in a snapshot, those to add in a delta.
    pub rows: Rows,
}

impl Bundle {
    /// The signed payload as JSON text. Sign it as [`crate::jws::Kind::Bundle`], then [`Self::join`] JWS and rows.
    ///
    /// Members: `iss`, `epoch`, `seq`, `from` (delta only), `issued_at`, `fresh_until`, `keys` (JWKs), `dropped_keys`, `audit_head` (if
    /// there is one) and `revocations`, which is `{"rows": how many, "sha256": base64url}`. The first JWK has the member
    /// `ext`, which is `{"checkpoint_keys": JWKs}`, if there are such keys.
    #[must_use]
    pub fn payload(&self) -> String {
        payload::write(self)
    }

    /// The document on the wire.
    #[must_use]
    pub fn join(&self, jws: &str) -> Vec<u8> {
        [jws.as_bytes(), &[SEPARATOR], self.rows.as_bytes()].concat()
    }
}
