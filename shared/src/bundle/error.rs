//! Causes why a bundle is not applied.

use crate::bundle::revocation::RowsError;
use crate::jose::jws::JwsError;
use crate::json::document::FaultList;
use crate::json::{EscapedInput, JsonError};
use crate::limits::{BUNDLE_CLOCK_SKEW, BUNDLE_HEAD_BYTES};
use crate::time::UnixSeconds;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The cause why a bundle is not applied. The edge keeps its snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {
    /// There is no line feed within [`BUNDLE_HEAD_BYTES`], or the text before it is not UTF-8.
    Frame,
    /// The text before the line feed is not an accepted JWS.
    Jws(JwsError),
    /// No pinned key has this id.
    Key {
        /// The key id.
        kid: String,
    },
    /// The pinned key did not make the signature.
    Signature,
    /// The payload is not strict JSON.
    Payload(JsonError),
    /// Members of the payload are missing, unknown or malformed.
    Members(FaultList),
    /// The bundle is of another issuer.
    Issuer {
        /// The issuer that it names.
        found: String,
    },
    /// `issued_at` is too far in the future: the clock of the edge is behind.
    Clock {
        /// The `issued_at` of the bundle.
        issued_at: UnixSeconds,
        /// The current time.
        now: UnixSeconds,
    },
    /// `fresh_until` has passed.
    Stale {
        /// The `fresh_until` of the bundle.
        fresh_until: UnixSeconds,
        /// The current time.
        now: UnixSeconds,
    },
    /// The bundle is a delta, and the edge has no snapshot.
    Unfounded,
    /// The bundle is a delta of another epoch.
    Epoch {
        /// The epoch of the delta.
        found: String,
        /// The epoch of the snapshot.
        held: String,
    },
    /// The delta extends another `seq` than the `seq` of the snapshot.
    Gap {
        /// The `seq` that it extends.
        from: u64,
        /// The `seq` of the snapshot.
        held: u64,
    },
    /// The bundle is not newer than the snapshot.
    Old {
        /// The `seq` of the snapshot.
        held: u64,
    },
    /// The bundle has other revocations for the `seq` of the snapshot.
    Fork {
        /// The `seq` of the snapshot.
        held: u64,
    },
    /// The rows are not the signed rows, by number or hash.
    RowsDiffer,
    /// The bytes are not rows.
    Rows(RowsError),
}

impl BundleError {
    /// The stable label, such as `bundle_signature`.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Frame => "bundle_frame",
            Self::Jws(_) => "bundle_malformed",
            Self::Key { .. } => "bundle_key",
            Self::Signature => "bundle_signature",
            Self::Payload(_) | Self::Members(_) => "bundle_payload",
            Self::Issuer { .. } => "bundle_issuer",
            Self::Clock { .. } => "bundle_clock",
            Self::Stale { .. } => "bundle_stale",
            Self::Unfounded => "bundle_unfounded",
            Self::Epoch { .. } => "bundle_epoch",
            Self::Gap { .. } => "bundle_gap",
            Self::Old { .. } => "bundle_old",
            Self::Fork { .. } => "bundle_fork",
            Self::RowsDiffer => "bundle_rows_differ",
            Self::Rows(_) => "bundle_rows",
        }
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame => write!(f, "no JWS and line feed within the first {BUNDLE_HEAD_BYTES} bytes"),
            Self::Jws(error) => error.fmt(f),
            Self::Key { kid } => write!(f, "header: no pinned key has the id `{}`", EscapedInput(kid)),
            Self::Signature => f.write_str("the signature is not the pinned key's"),
            Self::Payload(error) => write!(f, "payload: {error}"),
            Self::Members(faults) => {
                let faults: Vec<String> = faults.lines().collect();
                write!(f, "payload: {}", faults.join("; "))
            }
            Self::Issuer { found } => write!(f, "`iss`: `{}` is another issuer", EscapedInput(found)),
            Self::Clock { issued_at, now } => write!(
                f,
                "`issued_at`: {} is more than {BUNDLE_CLOCK_SKEW} seconds after now, {}: the clock here is behind",
                issued_at.0, now.0
            ),
            Self::Stale { fresh_until, now } => {
                write!(f, "`fresh_until`: {} is not after now, {}", fresh_until.0, now.0)
            }
            Self::Unfounded => f.write_str("a delta, but nothing is held that it could extend"),
            Self::Epoch { found, held } => write!(
                f,
                "a delta of epoch `{}`, but epoch `{}` is held",
                EscapedInput(found),
                EscapedInput(held)
            ),
            Self::Gap { from, held } => write!(f, "a delta from seq {from}, but seq {held} is held"),
            Self::Old { held } => write!(f, "not newer than what is held, seq {held}"),
            Self::Fork { held } => write!(
                f,
                "other revocations than were told before at seq {held}, which is held"
            ),
            Self::RowsDiffer => f.write_str("the revocations are not those that were signed"),
            Self::Rows(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for BundleError {}
