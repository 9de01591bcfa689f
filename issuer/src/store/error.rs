//! Why a transaction was not done.

/// The store did not do what it was asked to; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// More is queued than is taken in.
    #[error("more is queued than is taken in")]
    Busy,
    /// The database refused: a full disk, a read-only file; what it said, for the log.
    #[error("the database refused: {0}")]
    Unavailable(String),
    /// The issuer is stopping.
    #[error("the issuer is stopping")]
    Closed,
}
