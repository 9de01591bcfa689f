//! Compares the database with what was published of it.

use super::{HEAD_FILE, Published};
use crate::audit::{ChainHead, CheckpointId, hash_checkpoint};
use crate::store::rows::audit::PublishedPlace;

/// Why the database is not the one that was published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// It is of another history.
    #[error("the database is of the epoch `{found}`, but `{published}` was published")]
    Epoch {
        /// The one that was published.
        published: String,
        /// The one of the database.
        found: String,
    },
    /// It ends before what was published.
    #[error(
        "the database ends at event {found}, but event {} was published: it is an older copy, or its end was cut off",
        published.seq
    )]
    Behind {
        /// The head that was published.
        published: ChainHead,
        /// Number of the last event in the database.
        found: u64,
    },
    /// It has another event where one was published.
    #[error("event {} of the database is not the one that was published, {published}", published.seq)]
    Fork {
        /// The head that was published.
        published: ChainHead,
    },
    /// It does not have a checkpoint that was published.
    #[error("the database does not have checkpoint {} as it was published", published.number)]
    Checkpoint {
        /// The one that was published.
        published: CheckpointId,
    },
    /// It says that more was pruned than the issuer pruned.
    #[error(
        "the database says that it was pruned up to event {found}, but the issuer pruned up to event {kept}: its beginning was cut off or exchanged"
    )]
    Pruned {
        /// The last event that the issuer pruned; the beginning if it pruned none.
        kept: ChainHead,
        /// The number of the last event that was pruned, as the database says.
        found: u64,
    },
    /// Nothing is kept outside any more, although something was.
    #[error(
        "`{HEAD_FILE}` is missing in the data directory, where the issuer keeps how far the audit reached: this is a copy of a part of it"
    )]
    Gone,
}

/// Whether the database, whose history is `epoch`, has what was published, where it has `found`.
/// Asked at a start, and costs the same however long the chain is.
pub(crate) fn compare(found: &PublishedPlace, epoch: &str, published: &Published) -> Result<(), Disagreement> {
    // An attacker that writes the database can say that it was pruned. That excuses the event
    // alone: signed checkpoints are never pruned.
    if published.head.seq >= found.pruned.seq {
        let Some(at) = found.at else {
            let (published, found) = (published.head, found.head.seq);
            return Err(Disagreement::Behind { published, found });
        };
        if at != published.head {
            let published = published.head;
            return Err(Disagreement::Fork { published });
        }
    }
    if let Some(published) = published.checkpoint {
        let jws = found.checkpoint.as_ref();
        if jws.is_none_or(|jws| hash_checkpoint(jws) != published.hash) {
            return Err(Disagreement::Checkpoint { published });
        }
    }
    if published.epoch != epoch {
        let (published, found) = (published.epoch.clone(), epoch.to_owned());
        return Err(Disagreement::Epoch { published, found });
    }
    Ok(())
}
