//! The end of the process, as every task of it learns of it.

use tokio::sync::watch;

/// Tells when the issuer stops, so that no request waits for news from it.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// The sender that says so, and the receiver that hears it.
    #[must_use]
    pub fn channel() -> (watch::Sender<bool>, Self) {
        let (say, hear) = watch::channel(false);
        (say, Self(hear))
    }

    /// Whether it was said.
    #[must_use]
    pub fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the issuer stops.
    pub async fn wait(mut self) {
        if self.0.wait_for(|stopping| *stopping).await.is_err() {
            // No sender is left to say so: then it never stops.
            std::future::pending::<()>().await;
        }
    }
}
