//! An Ed25519 key pair, kept as a private JWK (RFC 8037).

use super::KeyFileError;
use crate::base::id::random;
use crate::files::OwnFile;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewrit_shared::jose::jws::{Algorithm, JwsKind, SigningInput};
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::jose::signature::{Compact, Dalek, Verify as _};
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// A private key and its public half. Made, kept and used for rare documents by `ed25519-compact`.
pub struct SigningKey {
    pair: ed25519_compact::KeyPair,
    public: PublicKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.kid())
    }
}

/// The file: RFC 8037, section 2, with `kid`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrivateJwk {
    kty: String,
    crv: String,
    x: String,
    d: String,
    kid: String,
}

impl SigningKey {
    /// The key that is kept in `file`.
    pub(crate) fn open(file: &OwnFile) -> Result<Self, KeyFileError> {
        let path = || file.path().to_owned();
        match file.read()? {
            Some(bytes) => Self::from_jwk(&Zeroizing::new(bytes)).map_err(|what| KeyFileError::Malformed(path(), what)),
            None => Err(KeyFileError::Missing(path())),
        }
    }

    /// A new key that is kept nowhere.
    pub(crate) fn fresh() -> Result<Self, KeyFileError> {
        let seed = Zeroizing::new(random::<32>()?);
        Self::from_seed(&seed).map_err(|what| KeyFileError::Malformed(PathBuf::new(), what))
    }

    /// Keeps the key in `file`.
    pub(crate) fn keep(&self, file: &OwnFile) -> Result<(), KeyFileError> {
        Ok(file.write(&self.to_jwk())?)
    }

    fn from_seed(seed: &[u8; 32]) -> Result<Self, &'static str> {
        let seed = ed25519_compact::Seed::new(*seed);
        let pair = ed25519_compact::KeyPair::try_from_seed(seed).map_err(|_| "`d` is zero")?;
        let public = PublicKey::from_bytes(&pair.pk).map_err(|_| "`d` is no Ed25519 key")?;
        let key = Self { pair, public };
        key.prove()?;
        Ok(key)
    }

    fn from_jwk(bytes: &[u8]) -> Result<Self, &'static str> {
        let jwk: PrivateJwk =
            serde_json::from_slice(bytes).map_err(|_| "expected a private JWK with `kty crv x d kid`")?;
        if jwk.kty != "OKP" || jwk.crv != "Ed25519" {
            return Err("expected `kty` to be `OKP` and `crv` to be `Ed25519`");
        }
        let (d, mut seed) = (Zeroizing::new(jwk.d), Zeroizing::new([0; 32]));
        let read = URL_SAFE_NO_PAD.decode_slice(d.as_bytes(), seed.as_mut_slice());
        if read != Ok(32) {
            return Err("expected `d` to be 43 characters of base64url");
        }
        let key = Self::from_seed(&seed)?;
        if key.public.x() != jwk.x || key.public.kid() != jwk.kid {
            return Err("`x` and `kid` do not belong to `d`");
        }
        Ok(key)
    }

    fn to_jwk(&self) -> Zeroizing<Vec<u8>> {
        let d = Zeroizing::new(URL_SAFE_NO_PAD.encode(self.seed().as_slice()));
        let (x, kid) = (self.public.x(), self.public.kid());
        let text = format!(
            r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","d":"{}","kid":"{kid}"}}"#,
            *d
        );
        Zeroizing::new((text + "\n").into_bytes())
    }

    /// Signs once and verifies with both implementations: a key that was damaged on disk or in
    /// memory shows here, not at the edges.
    fn prove(&self) -> Result<(), &'static str> {
        let (message, signature) = (b"edgewrit key check", self.raw(b"edgewrit key check"));
        let dalek = Dalek.verify(&self.public, message, &signature);
        let compact = Compact.verify(&self.public, message, &signature);
        dalek
            .and(compact)
            .map(|_| ())
            .map_err(|_| "what it signs does not verify")
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The 32 bytes from which the pair is made.
    pub(crate) fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.pair.sk.seed())
    }

    /// Signs one document of `kind`.
    #[must_use]
    pub fn sign(&self, kind: JwsKind, payload: &[u8]) -> String {
        let input = SigningInput::new(kind, Algorithm::EdDsa, self.public.kid(), payload);
        let signature = self.raw(input.bytes());
        input.attach(&signature)
    }

    /// The signature of `message` alone, which only records of the AgentWrit API have.
    #[must_use]
    pub fn raw(&self, message: &[u8]) -> [u8; 64] {
        *self.pair.sk.sign(message, None)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test does to files what others would do")]
mod tests {
    use super::*;
    use crate::files::GroupRead;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    fn kept() -> (tempfile::TempDir, OwnFile, SigningKey) {
        let directory = tempfile::tempdir().unwrap();
        let file = OwnFile::new(directory.path().join("writ.json"), GroupRead::Refused);
        let key = SigningKey::fresh().unwrap();
        key.keep(&file).unwrap();
        (directory, file, key)
    }

    #[test]
    fn a_key_is_kept_for_its_owner_alone_and_read_again() {
        let (_folder, file, kept) = kept();
        let read = SigningKey::open(&file).unwrap();
        assert_eq!(kept.public(), read.public());
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_is_gone_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("writ.json");
        let gone = SigningKey::open(&OwnFile::new(path, GroupRead::Refused));
        assert!(matches!(gone, Err(KeyFileError::Missing(_))));
    }

    #[test]
    fn a_damaged_key_is_refused() {
        let (_folder, file, kept) = kept();
        let whole = fs::read_to_string(file.path()).unwrap();
        let (own, other) = (kept.public().x(), SigningKey::fresh().unwrap().public().x());
        let damages = [
            String::new(),
            whole.replace("OKP", "EC"),
            whole.replace(&own, &other),
            whole.replace("\"d\":\"", "\"d\":\"A"),
            whole.replace("{", "{\"more\":1,"),
        ];
        for damaged in damages {
            fs::write(file.path(), &damaged).unwrap();
            let found = SigningKey::open(&file);
            assert!(matches!(found, Err(KeyFileError::Malformed(..))), "{damaged}");
        }
    }

    #[test]
    fn a_key_prints_its_name_and_nothing_else() {
        let key = SigningKey::fresh().unwrap();
        let d = URL_SAFE_NO_PAD.encode(key.seed().as_slice());
        assert!(!format!("{key:?}").contains(&d));
    }
}
