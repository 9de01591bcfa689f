//! Memory for bodies of requests that are not authenticated yet.

use crate::http::problem::{Code, Problem};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Bytes of an unauthenticated body for which there is always room.
pub(in crate::http) const SMALL_BODY: usize = 16 * 1024;
/// Bytes of all unauthenticated bodies that arrive at the same time, beyond those.
const BUDGET_BYTES: usize = 64 * 1024 * 1024;

/// The budget of all unauthenticated bodies: a client must not fill memory before it has
/// authenticated.
#[derive(Debug)]
pub(in crate::http) struct UnauthenticatedBodyBudget(Semaphore);

impl Default for UnauthenticatedBodyBudget {
    fn default() -> Self {
        Self(Semaphore::new(BUDGET_BYTES))
    }
}

impl UnauthenticatedBodyBudget {
    /// Takes so many bytes, until the answer is dropped.
    pub(in crate::http) fn take(&self, bytes: usize) -> Result<SemaphorePermit<'_>, Problem> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let taken = self.0.try_acquire_many(bytes);
        taken.map_err(|_| {
            Problem::new(Code::Unavailable)
                .inside("no room for another body")
                .retry_after(1)
        })
    }
}
