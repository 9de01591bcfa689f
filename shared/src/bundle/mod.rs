//! The bundle: one signed document of keys and revocations. The snapshot is the state that an edge
//! has after its bundles.
//!
//! On the wire a bundle is a compact JWS (`typ` `edgewrit-bundle+jwt`), a line feed, and the
//! revocation rows as bytes. The signed payload has the number of rows and their SHA-256. So the
//! edge verifies the rows without a copy into JSON, and searches them in place.

use crate::bundle::revocation::Rows;
use crate::jose::keys::PublicKey;
use crate::time::UnixSeconds;
use alloc::string::String;
use alloc::vec::Vec;

mod audit_head;
mod error;
mod payload;
pub mod revocation;
mod snapshot;
#[cfg(test)]
mod tests;

pub use audit_head::HeadContradiction;
pub use error::BundleError;
pub use payload::RowsHash;
pub use snapshot::{Snapshot, rows_of};

/// The byte between the JWS, which cannot contain it, and the rows.
const SEPARATOR: u8 = b'\n';

/// The trust of an edge by its configuration: the name of the issuer and its pinned bundle keys.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The `iss` of every bundle and writ.
    pub issuer: String,
    /// Keys that sign bundles and nothing else.
    pub pins: Vec<PublicKey>,
}

/// The content of a bundle.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The issuer.
    pub iss: String,
    /// The epoch, which changes with the history of the issuer (after a restore).
    pub epoch: String,
    /// The number of changes within the epoch.
    pub seq: u64,
    /// The `seq` that a delta extends. A whole bundle has none.
    pub from: Option<u64>,
    /// The time of the signing.
    pub issued_at: UnixSeconds,
    /// The time until which an edge may decide by the bundle.
    pub fresh_until: UnixSeconds,
    /// Keys that sign writs. A delta lists all of them, too.
    pub keys: Vec<PublicKey>,
    /// Ids of keys that are no longer valid. A delta lists all of them, too. An id here overrides a
    /// key in `keys`.
    pub dropped_keys: Vec<String>,
    /// Keys that sign checkpoints of the audit chain, for auditors to pin. Only a whole bundle has
    /// them.
    pub checkpoint_keys: Vec<PublicKey>,
    /// The head of the audit chain. Edges are witnesses of it.
    pub audit_head: Option<String>,
    /// The revocations: all of them in a whole bundle, the new ones in a delta.
    pub rows: Rows,
}

impl Bundle {
    /// The signed payload as JSON text. The issuer signs it as
    /// [`crate::jose::jws::JwsKind::Bundle`] and [joins](Self::join) JWS and rows.
    ///
    /// Members: `iss`, `epoch`, `seq`, `from` (delta only), `issued_at`, `fresh_until`, `keys`
    /// (JWKs), `dropped_keys`, `audit_head` (if there is one) and `revocations`, which is
    /// `{"rows": number, "sha256": base64url}`. The first JWK has the member `ext`, which is
    /// `{"checkpoint_keys": JWKs}`, if there are such keys.
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
