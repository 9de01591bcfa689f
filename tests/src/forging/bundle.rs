//! Bundles that an issuer would never sign, made of one that it did.

use super::ForgingKey;
use super::encode::canonical;
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Bytes of one revocation.
const ROW: usize = 24;

/// A bundle in its parts.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The `kid` of its header.
    pub kid: String,
    /// The payload to sign. The number and the hash of the rows are made to fit.
    pub payload: Value,
    /// The revocations.
    pub rows: Vec<u8>,
}

impl Parts {
    /// Takes a bundle apart.
    ///
    /// # Errors
    /// If it is none.
    pub fn of(document: &[u8]) -> Result<Self> {
        let end = document
            .iter()
            .position(|byte| *byte == b'\n')
            .context("no line feed")?;
        let (jws, rows) = document.split_at_checked(end).context("no line feed")?;
        let mut encoded = jws.split(|byte| *byte == b'.');
        let mut part = || -> Result<Value> {
            let decoded = URL_SAFE_NO_PAD.decode(encoded.next().context("too few parts")?)?;
            Ok(serde_json::from_slice(&decoded)?)
        };
        let (header, payload) = (part()?, part()?);
        let kid = header.get("kid").and_then(Value::as_str).context("no `kid`")?;
        Ok(Self {
            kid: kid.to_owned(),
            payload,
            rows: rows.get(1..).unwrap_or_default().to_vec(),
        })
    }

    /// Changes a member of the payload.
    pub fn set(&mut self, member: &str, value: impl Into<Value>) {
        if let Some(payload) = self.payload.as_object_mut() {
            payload.insert(member.into(), value.into());
        }
    }

    /// The number that a member of the payload is; 0 if it is none.
    #[must_use]
    pub fn number(&self, member: &str) -> u64 {
        self.payload.get(member).and_then(Value::as_u64).unwrap_or_default()
    }

    /// Puts it together, signed by `key`.
    #[must_use]
    pub fn signed(mut self, key: &ForgingKey) -> Vec<u8> {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.rows));
        self.set("revocations", json!({"rows": self.rows.len() / ROW, "sha256": hash}));
        let header = json!({"alg": "EdDSA", "kid": self.kid, "typ": "edgewrit-bundle+jwt"});
        let input = format!(
            "{}.{}",
            canonical(header.to_string()),
            canonical(self.payload.to_string())
        );
        let signature = canonical(key.sign(input.as_bytes()));
        [input.as_bytes(), b".", signature.as_bytes(), b"\n", &self.rows].concat()
    }
}
