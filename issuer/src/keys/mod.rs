//! Keys as such: one job each, so that nothing that is signed here can be taken for something else.
//! Private halves are files, one a key.

mod credential;
mod error;
mod job;
mod pinned;
mod signer;
mod signing;

pub use credential::{CredentialKey, Hash, Start};
pub use error::KeyFileError;
pub use job::{KeyJob, KeyState};
pub use pinned::{PINNED_FILE, PinnedKey, PinnedKeys};
pub use signer::{LocalSigner, SignError, SignedDocuments, Signer};
pub use signing::SigningKey;
