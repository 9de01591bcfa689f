//! The key under which the secrets of clients and edges are hashed.

use super::KeyFileError;
use crate::base::id::random;
use crate::files::OwnFile;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_shared::secret::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// The hash of a secret, as it is stored.
pub type Hash = [u8; 32];

/// HMAC-SHA-256 under a key of the server. The secrets are 256-bit random, so a slow hash would
/// protect nothing more; the key makes a stolen database alone useless for checking guesses.
pub struct CredentialKey(Hmac<Sha256>);

impl fmt::Debug for CredentialKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialKey(…)")
    }
}

/// Whether missing keys are made or missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The database knows of none yet.
    First,
    /// The database knows keys.
    Later,
}

/// The file: RFC 7518, section 6.4.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretJwk {
    kty: String,
    k: String,
}

impl CredentialKey {
    pub(crate) fn open(file: &OwnFile, start: Start) -> Result<Self, KeyFileError> {
        let path = file.path().to_owned();
        match file.read()? {
            Some(bytes) => {
                let read = Self::from_jwk(&Zeroizing::new(bytes));
                read.ok_or(KeyFileError::Malformed(
                    path,
                    "expected a JWK with `kty` `oct` and 32 bytes of `k`",
                ))
            }
            None if start == Start::First => {
                let key = Zeroizing::new(random::<32>()?);
                let k = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.as_slice()));
                let jwk = Zeroizing::new(format!("{{\"kty\":\"oct\",\"k\":\"{}\"}}\n", *k));
                file.write(jwk.as_bytes())?;
                Ok(Self::new(&key))
            }
            None => Err(KeyFileError::Missing(path)),
        }
    }

    fn from_jwk(bytes: &[u8]) -> Option<Self> {
        let jwk: SecretJwk = serde_json::from_slice(bytes).ok()?;
        let (k, mut key) = (Zeroizing::new(jwk.k), Zeroizing::new([0; 32]));
        let read = URL_SAFE_NO_PAD.decode_slice(k.as_bytes(), key.as_mut_slice());
        (jwk.kty == "oct" && read == Ok(32)).then(|| Self::new(&key))
    }

    fn new(key: &[u8; 32]) -> Self {
        let mut block = Zeroizing::new([0; 64]);
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        Self(Hmac::new((&*block).into()))
    }

    /// The hash of the `secret` of the `id` of a `role`. Role and id enter, so that rows cannot be
    /// exchanged.
    #[must_use]
    pub fn hash(&self, role: &str, id: &str, secret: &Secret) -> Hash {
        let mut mac = self.0.clone();
        for part in [role, id, secret.expose()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test does to files what others would do")]
mod tests {
    use super::*;
    use crate::files::GroupRead;

    #[test]
    fn a_hash_depends_on_key_role_id_and_secret() {
        let (key, other) = (CredentialKey::new(&[1; 32]), CredentialKey::new(&[2; 32]));
        let secret = |text: &str| Secret::new(text.into());
        let hashes = [
            key.hash("client", "a", &secret("s")),
            other.hash("client", "a", &secret("s")),
            key.hash("edge", "a", &secret("s")),
            key.hash("client", "b", &secret("s")),
            key.hash("client", "a", &secret("t")),
            key.hash("client", "as", &secret("")),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            assert!(hashes.iter().skip(index + 1).all(|other| other != hash));
        }
        assert_eq!(
            key.hash("client", "a", &secret("s")),
            key.hash("client", "a", &secret("s"))
        );
    }

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let file = OwnFile::new(directory.path().join("credential.json"), GroupRead::Refused);
        let made = CredentialKey::open(&file, Start::First).unwrap();
        let read = CredentialKey::open(&file, Start::Later).unwrap();
        let secret = Secret::new("s".into());
        assert_eq!(made.hash("client", "a", &secret), read.hash("client", "a", &secret));
        std::fs::write(file.path(), "{}").unwrap();
        assert!(matches!(
            CredentialKey::open(&file, Start::Later),
            Err(KeyFileError::Malformed(..))
        ));
    }
}
