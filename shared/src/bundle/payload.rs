//! The signed part of a bundle: written from a [`Bundle`], read into a [`Payload`].
//!
//! The reader ignores an unknown member, unless `crit` names it: then the edge must not decide
//! without it. Readers of version 0.1 refuse every unknown member of the payload, but ignore
//! unknown members of a JWK (RFC 7517, section 4). So the issuer puts new data into the member
//! `ext` of the first key.

use super::{Bundle, BundleError};
use crate::bundle::revocation::{ROW_BYTES, Rows};
use crate::jose::keys::{KeySet, PublicKey};
use crate::json::document::{Faults, Members, Node};
use crate::json::write::{list, member, object, text, texts};
use crate::json::{EscapedInput, Json};
use crate::limits::{BUNDLE_KEYS, CLAIM_BYTES, REVOCATIONS};
use crate::small_code::heap_sort::sorted;
use crate::time::UnixSeconds;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The members that this reader knows.
const MEMBERS: [&str; 11] = [
    "crit",
    "iss",
    "epoch",
    "seq",
    "from",
    "issued_at",
    "fresh_until",
    "keys",
    "dropped_keys",
    "audit_head",
    "revocations",
];

/// The signed part as JSON text.
pub(super) fn write(bundle: &Bundle) -> String {
    let mut members = Vec::from([
        text("iss", &bundle.iss),
        text("epoch", &bundle.epoch),
        member("seq", bundle.seq),
    ]);
    members.extend(bundle.from.map(|from| member("from", from)));
    members.extend([
        member("issued_at", bundle.issued_at.0),
        member("fresh_until", bundle.fresh_until.0),
        list("keys", write_keys(bundle)),
        texts("dropped_keys", &bundle.dropped_keys),
    ]);
    members.extend(bundle.audit_head.iter().map(|head| text("audit_head", head)));
    let rows = member("rows", bundle.rows.len());
    let sha256 = text("sha256", &RowsHash::of(bundle.rows.as_bytes()).to_text());
    members.push(member("revocations", object(&[rows, sha256])));
    object(&members)
}

/// The keys as JWKs. The first one contains the data that readers of version 0.1 ignore.
fn write_keys(bundle: &Bundle) -> impl Iterator<Item = String> {
    let mut extension = write_extension(bundle);
    let keys = bundle.keys.iter();
    keys.map(move |key| key.to_bare_jwk(extension.take().as_deref()))
}

/// The member `ext`: the data that this version adds to version 0.1.
fn write_extension(bundle: &Bundle) -> Option<String> {
    if bundle.checkpoint_keys.is_empty() {
        return None;
    }
    let keys = bundle.checkpoint_keys.iter().map(|key| key.to_bare_jwk(None));
    Some(member("ext", object(&[list("checkpoint_keys", keys)])))
}

/// The SHA-256 of the rows of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsHash([u8; 32]);

impl RowsHash {
    /// The hash of `rows`.
    #[must_use]
    pub fn of(rows: &[u8]) -> Self {
        Self(Sha256::digest(rows).into())
    }

    /// A hash of [`super::rows_of`] a bundle that the host has computed. With a hash of other bytes
    /// the edge would trust rows that the issuer has not signed.
    #[must_use]
    pub const fn by_host(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// The signed part of a bundle after reading.
#[derive(Debug)]
pub(super) struct Payload {
    pub(super) iss: String,
    pub(super) epoch: String,
    pub(super) seq: u64,
    pub(super) from: Option<u64>,
    pub(super) issued_at: UnixSeconds,
    pub(super) fresh_until: UnixSeconds,
    /// Keys that sign writs, without dropped keys.
    pub(super) keys: Vec<PublicKey>,
    pub(super) audit_head: Option<String>,
    rows: u64,
    rows_sha256: String,
}

impl Payload {
    /// Reads a payload. Keys of `known` are reused. A key of `pins` is refused, because a key that
    /// signs bundles signs nothing else.
    pub(super) fn read(payload: &Json, pins: &[PublicKey], known: &KeySet) -> Result<Self, BundleError> {
        let faults = Faults::new();
        let root = Node::root(payload, &faults);
        let read = root.extensible_object().and_then(|members| {
            report_unknown_critical(&members);
            Self::read_members(&members, pins, known)
        });
        let faults = faults.into_list();
        match read {
            Some(payload) if faults.is_empty() => Ok(payload),
            _ => Err(BundleError::Members(faults)),
        }
    }

    fn read_members(members: &Members<'_>, pins: &[PublicKey], known: &KeySet) -> Option<Self> {
        let dropped = read_elements(members.required("dropped_keys")?, read_text)?;
        let mut keys = read_elements(members.required("keys")?, |node| read_key(node, pins, known))?;
        check_distinct(members.node(), &keys)?;
        keys.retain(|key| !dropped.iter().any(|kid| kid == key.kid()));
        let revocations = members.required("revocations")?.object(&["rows", "sha256"])?;
        Some(Self {
            iss: read_text(members.required("iss")?)?,
            epoch: read_text(members.required("epoch")?)?,
            seq: read_integer(members.required("seq")?)?,
            from: read_optional(members.optional("from"), read_integer)?,
            issued_at: UnixSeconds(read_integer(members.required("issued_at")?)?),
            fresh_until: UnixSeconds(read_integer(members.required("fresh_until")?)?),
            keys,
            audit_head: read_optional(members.optional("audit_head"), read_text)?,
            rows: revocations.required("rows")?.integer(0, REVOCATIONS as u64)?,
            rows_sha256: read_text(revocations.required("sha256")?)?,
        })
    }

    /// The rows in `bytes`, which have this SHA-256, if they are the signed rows.
    pub(super) fn verify_rows(&self, bytes: &[u8], sha256: &RowsHash) -> Result<Rows, BundleError> {
        let signed_for = (bytes.len() / ROW_BYTES) as u64 == self.rows && sha256.to_text() == self.rows_sha256;
        if !signed_for {
            return Err(BundleError::RowsDiffer);
        }
        Rows::from_bytes(bytes).map_err(BundleError::Rows)
    }
}

/// Reports every member that `crit` names and this reader does not know.
fn report_unknown_critical(members: &Members<'_>) {
    let names = members.optional("crit").and_then(|crit| crit.list(BUNDLE_KEYS));
    for node in names.iter().flatten() {
        if let Some(name) = node.text().filter(|name| !MEMBERS.contains(name)) {
            node.fault(format!(
                "the member `{}` is critical and unknown: update this edge",
                EscapedInput(name)
            ));
        }
    }
}

fn read_text(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    if (1..=CLAIM_BYTES).contains(&text.len()) {
        return Some(text.into());
    }
    node.fault(format!("{} bytes, expected 1 to {CLAIM_BYTES}", text.len()));
    None
}

fn read_integer(node: &Node<'_>) -> Option<u64> {
    node.integer(0, u64::MAX)
}

/// The inner `None` means that the member is missing. The outer `None` means that it has a fault.
fn read_optional<T>(node: Option<&Node<'_>>, read: impl FnOnce(&Node<'_>) -> Option<T>) -> Option<Option<T>> {
    match node {
        None => Some(None),
        Some(node) => read(node).map(Some),
    }
}

fn read_elements<T>(node: &Node<'_>, item: impl Fn(&Node<'_>) -> Option<T>) -> Option<Vec<T>> {
    node.list(BUNDLE_KEYS)?.iter().map(item).collect()
}

fn read_key(node: &Node<'_>, pins: &[PublicKey], known: &KeySet) -> Option<PublicKey> {
    match PublicKey::from_jwk_beside(node.json(), known) {
        Ok(key) if pins.contains(&key) => {
            node.fault("a pinned key, which signs bundles and nothing else");
            None
        }
        Ok(key) => Some(key),
        Err(error) => {
            node.fault(error.to_string());
            None
        }
    }
}

fn check_distinct(node: &Node<'_>, keys: &[PublicKey]) -> Option<()> {
    let kids = sorted(keys.iter().map(PublicKey::kid));
    if kids.is_sorted_by(|one, next| one < next) {
        return Some(());
    }
    node.fault("`keys` holds a key twice");
    None
}
