//! Nonces that the issuer does not have to remember: 8 bytes of expiry, 8 of randomness, 16 of a
//! MAC over both. Only those that were used are kept, until they would have expired.

use crate::base::id::{NoRandomness, from_hex, hex, random};
use crate::keys::CredentialKey;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::time::UnixSeconds;
use subtle::ConstantTimeEq as _;

/// Life of a nonce, in seconds.
pub(crate) const NONCE_TTL: u64 = 30;
/// The role in its MAC.
const NONCE: &str = "nonce";

/// A nonce as hexadecimal digits.
///
/// # Errors
/// [`NoRandomness`] if the system has none.
pub(crate) fn fresh(key: &CredentialKey, now: UnixSeconds) -> Result<String, NoRandomness> {
    let expiry = now.plus(NONCE_TTL).0.to_be_bytes();
    let front = [expiry, random::<8>()?].concat();
    Ok(hex(&[front.as_slice(), &mac(key, &front)].concat()))
}

/// The bytes of a nonce that was made here and has not expired.
pub(super) fn read(key: &CredentialKey, text: &str, now: UnixSeconds) -> Option<[u8; 32]> {
    let bytes = from_hex(text)?;
    let (front, theirs) = bytes.split_at(16);
    let expiry = u64::from_be_bytes(*front.first_chunk()?);
    let genuine: bool = mac(key, front).ct_eq(theirs).into();
    (genuine && now < UnixSeconds(expiry)).then_some(bytes)
}

fn mac(key: &CredentialKey, front: &[u8]) -> [u8; 16] {
    let hash = key.hash(NONCE, "", &Secret::new(hex(front)));
    hash.first_chunk().copied().unwrap_or_default()
}
