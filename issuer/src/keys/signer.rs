//! The seam behind which writs are signed: the local key file here; a PKCS#11 token, a cloud KMS or
//! Vault one day.

use super::SigningKey;
use ed25519_dalek::Signer as _;
use edgewrit_shared::jose::jws::SigningInput;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::jose::signature::{Dalek, Verify as _};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::spawn_blocking;

/// Signing failed; nothing of the batch is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signer is not available")]
pub struct SignError;

/// Signed documents in the order of their inputs, once they are there.
pub type SignedDocuments<'a> = Pin<Box<dyn Future<Output = Result<Vec<String>, SignError>> + Send + 'a>>;

/// Signs documents. A batch is the unit, since that is what a remote signer wants.
pub trait Signer: fmt::Debug + Send + Sync {
    /// Id of the key that signs.
    fn kid(&self) -> &str;

    /// Signs every input, or none. A signer that is not this process verifies what it got before it
    /// answers.
    fn sign(&self, inputs: Vec<SigningInput>) -> SignedDocuments<'_>;
}

/// Number of signatures that are made before other work on the thread has its turn: about 0.2 ms.
const IN_PLACE: usize = 8;
/// Number of signatures that one blocking task makes; several tasks run side by side.
const CHUNK: usize = 64;
/// One signature in so many is verified: about what shares a commit under load. A key is verified
/// whole when it is loaded; this finds memory that went bad since.
const VERIFIED_EVERY: usize = 64;

/// Signs with a key held in memory, by `ed25519-dalek`.
pub struct LocalSigner(Arc<Local>);

struct Local {
    key: ed25519_dalek::SigningKey,
    public: PublicKey,
    signed: AtomicUsize,
}

impl LocalSigner {
    /// A signer with `key`.
    #[must_use]
    pub fn new(key: &SigningKey) -> Self {
        Self(Arc::new(Local {
            key: ed25519_dalek::SigningKey::from_bytes(&key.seed()),
            public: key.public().clone(),
            signed: AtomicUsize::new(0),
        }))
    }
}

impl fmt::Debug for LocalSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalSigner({})", self.kid())
    }
}

impl Signer for LocalSigner {
    fn kid(&self) -> &str {
        self.0.public.kid()
    }

    fn sign(&self, inputs: Vec<SigningInput>) -> SignedDocuments<'_> {
        let local = Arc::clone(&self.0);
        Box::pin(async move {
            if inputs.len() <= IN_PLACE {
                return local.sign_all(inputs);
            }
            let mut running = Vec::new();
            let mut inputs = inputs.into_iter().peekable();
            while inputs.peek().is_some() {
                let (local, chunk) = (Arc::clone(&local), inputs.by_ref().take(CHUNK).collect());
                running.push(spawn_blocking(move || local.sign_all(chunk)));
            }
            let mut signed = Vec::new();
            for chunk in running {
                signed.extend(chunk.await.map_err(|_| SignError)??);
            }
            Ok(signed)
        })
    }
}

impl Local {
    fn sign_all(&self, inputs: Vec<SigningInput>) -> Result<Vec<String>, SignError> {
        inputs.into_iter().map(|input| self.sign(input)).collect()
    }

    fn sign(&self, input: SigningInput) -> Result<String, SignError> {
        let signature = self.key.sign(input.bytes()).to_bytes();
        if self
            .signed
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(VERIFIED_EVERY)
        {
            let verified = Dalek.verify(&self.public, input.bytes(), &signature);
            verified.map_err(|_| SignError)?;
        }
        Ok(input.attach(&signature))
    }
}
