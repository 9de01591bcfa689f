//! The seam behind which writs are signed: the local key file here; a PKCS#11 token, a cloud KMS or Vault one day.

use crate::keys::SigningKey;
use ed25519_dalek::Signer as _;
use edgewrit_shared::jws::SigningInput;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::{error, fmt};
use tokio::task::spawn_blocking;

/// Signing failed; nothing of the batch counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignError;

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signer is not available")
    }
}

impl error::Error for SignError {}

/// Signed documents in the order of their inputs, once they are there.
pub type Signed<'a> = Pin<Box<dyn Future<Output = Result<Vec<String>, SignError>> + Send + 'a>>;

/// Signs documents. A batch is the unit, since that is what a remote signer wants.
pub trait Signer: fmt::Debug + Send + Sync {
    /// Signs every input, or none.
    fn sign(&self, inputs: Vec<SigningInput>) -> Signed<'_>;
}

/// How many signatures are made without giving way to other work on the same thread: about 0.2 ms.
const IN_PLACE: usize = 8;
/// How many one blocking task makes; several run side by side.
const CHUNK: usize = 64;

/// Signs with a key held in memory, by `ed25519-dalek`.
pub struct LocalSigner(Arc<ed25519_dalek::SigningKey>);

impl LocalSigner {
    /// A signer with `key`.
    #[must_use]
    pub fn new(key: &SigningKey) -> Self {
        Self(Arc::new(ed25519_dalek::SigningKey::from_bytes(&key.seed())))
    }
}

impl fmt::Debug for LocalSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalSigner")
    }
}

impl Signer for LocalSigner {
    fn sign(&self, inputs: Vec<SigningInput>) -> Signed<'_> {
        let key = Arc::clone(&self.0);
        Box::pin(async move {
            if inputs.len() <= IN_PLACE {
                return Ok(sign_all(&key, inputs));
            }
            let mut running = Vec::new();
            let mut inputs = inputs.into_iter().peekable();
            while inputs.peek().is_some() {
                let (key, chunk) = (Arc::clone(&key), inputs.by_ref().take(CHUNK).collect());
                running.push(spawn_blocking(move || sign_all(&key, chunk)));
            }
            let mut signed = Vec::new();
            for chunk in running {
                signed.extend(chunk.await.map_err(|_| SignError)?);
            }
            Ok(signed)
        })
    }
}

fn sign_all(key: &ed25519_dalek::SigningKey, inputs: Vec<SigningInput>) -> Vec<String> {
    let sign = |input: SigningInput| {
        let signature = key.sign(input.bytes()).to_bytes();
        input.attach(&signature)
    };
    inputs.into_iter().map(sign).collect()
}
