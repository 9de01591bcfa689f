//! The keys that forged writs are signed with.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_test_keys::{TestKey, UNKNOWN};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// An Ed25519 key pair.
#[derive(Clone, Debug)]
pub struct ForgingKey(TestKey);

impl ForgingKey {
    /// Reads a private JWK (RFC 8037, section 2).
    ///
    /// # Errors
    /// If there is no such file or it is no such key.
    pub fn read(path: &Path) -> Result<Self> {
        let of = || format!("the key file `{}`", path.display());
        let text = std::fs::read_to_string(path).with_context(of)?;
        let jwk: Value = serde_json::from_str(&text).with_context(of)?;
        let seed = jwk.get("d").and_then(Value::as_str).with_context(of)?;
        let seed: [u8; 32] = URL_SAFE_NO_PAD.decode(seed)?.try_into().ok().with_context(of)?;
        Ok(Self(TestKey::from_seed(seed)))
    }

    /// A key that no issuer knows.
    #[must_use]
    pub fn unknown() -> Self {
        Self(UNKNOWN)
    }

    /// The `x` of its JWK.
    #[must_use]
    pub fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public())
    }

    /// The thumbprint of the key (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> String {
        let required = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x());
        URL_SAFE_NO_PAD.encode(Sha256::digest(required))
    }

    /// The signature of `message` by the key.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// The keys of a running issuer, and one that it does not know.
#[derive(Clone, Debug)]
pub struct IssuerKeys {
    /// Signs writs.
    pub writ: ForgingKey,
    /// Signs bundles.
    pub bundle: ForgingKey,
    /// Belongs to no issuer.
    pub unknown: ForgingKey,
}

impl IssuerKeys {
    /// Reads the keys of the issuer whose data lies in `folder`; `current` says the id of the one
    /// that signs for a job.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn of_issuer(folder: &Path, current: impl Fn(&str) -> Result<String>) -> Result<Self> {
        let key = |job: &str| ForgingKey::read(&folder.join(format!("keys/{job}-{}.json", current(job)?)));
        Ok(Self {
            writ: key("writ")?,
            bundle: key("bundle")?,
            unknown: ForgingKey::unknown(),
        })
    }
}
