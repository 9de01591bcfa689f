//! Verifies the audit of a data directory: the chain from its beginning, its checkpoints by keys
//! that are pinned outside of the database, and what was kept or seen of its heads elsewhere.

use crate::audit::{Broken, ChainHead, CheckpointFault, Link};
use crate::evidence::history::{History, HistoryError};
use crate::evidence::outside::{Disagreement, Published, compare_pruned};
use crate::keys::PinnedKeys;
use columns::compare_columns;
use walk::{ChainWalk, time_of_event};

mod columns;
mod walk;

/// Most seconds until a checkpoint covers an event, while the issuer runs.
pub const CHECKPOINT_WITHIN: u64 = 60;
/// Events that are read at once.
const EVENTS: u64 = 2_000;

/// A head of the chain that was seen elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A head.
    Head(ChainHead),
    /// Only how far it reached, as a gauge shows it.
    Reached(u64),
}

impl Seen {
    /// Reads `<seq>:<hash>`, or `<seq>` alone.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let head = ChainHead::parse(text).map(Self::Head);
        head.or_else(|| text.parse().ok().map(Self::Reached))
    }

    const fn seq(self) -> u64 {
        match self {
            Self::Head(head) => head.seq,
            Self::Reached(seq) => seq,
        }
    }
}

/// Why the audit is not what it was.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error(transparent)]
    History(HistoryError),
    /// The chain is broken.
    #[error("the chain is broken: {0}")]
    Chain(Broken),
    /// A checkpoint is not valid; at which event it stands.
    #[error("checkpoint at event {0}: {1}")]
    Checkpoint(u64, CheckpointFault),
    /// A checkpoint stands beyond the end; where the chain ends, and where it stands.
    #[error("the chain ends at event {0}, but there is a checkpoint at event {1}: it was cut off")]
    Beyond(u64, u64),
    /// The chain ends before what was seen.
    #[error("the chain ends at event {end}, but event {seen} was seen: it was cut off")]
    CutOff {
        /// The last event of the chain.
        end: u64,
        /// The event that was seen.
        seen: u64,
    },
    /// Events that no checkpoint covers, although the issuer ran for longer than it needs to sign
    /// one.
    #[error(
        "a checkpoint is missing: none covers the events {from} to {to}, although the issuer ran for more than {CHECKPOINT_WITHIN} s after"
    )]
    Uncovered {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// The chain is not the one that was kept outside of the database.
    #[error(transparent)]
    Outside(Disagreement),
    /// The event that was seen was pruned; its number.
    #[error("event {0} was pruned: verify the archive with `--export`, or see a later event")]
    Pruned(u64),
    /// Events were pruned up to one at which no checkpoint stands.
    #[error("the chain begins behind event {0}, and no checkpoint was signed there: it was cut off")]
    Unproven(u64),
    /// A column, by which the event of this number is looked up, is not what its line says; which
    /// one.
    #[error("the column `{1}` of event {0} is not what its line says: the database was changed from outside")]
    Column(u64, &'static str),
    /// Events were pruned up to this one, and no event tells that the issuer did it.
    #[error("the chain begins behind event {0}, and no event `audit_pruned` tells of it: it was cut off")]
    Untold(u64),
}

impl From<HistoryError> for VerifyError {
    fn from(error: HistoryError) -> Self {
        Self::History(error)
    }
}

impl From<Broken> for VerifyError {
    fn from(broken: Broken) -> Self {
        Self::Chain(broken)
    }
}

/// The result of a verification.
#[derive(Clone, Debug)]
pub struct VerifiedAudit {
    /// Behind which event it begins: what came before was archived.
    pub begin: ChainHead,
    /// The head of the chain.
    pub head: ChainHead,
    /// The number of checkpoints.
    pub checkpoints: u64,
    /// The event at which the first numbered checkpoint stands.
    pub numbered_at: Option<u64>,
    /// Whether the keys of the checkpoints are pinned outside of the database.
    pub is_pinned: bool,
    /// Heads of the witness that a restore from a backup has left behind.
    pub left_behind: usize,
}

/// Verifies exported `links`, which may begin anywhere.
///
/// # Errors
/// [`VerifyError`].
pub fn verify_export<E: From<VerifyError>>(
    links: impl IntoIterator<Item = Result<(ChainHead, Link), E>>,
    seen: Vec<Seen>,
    witnessed: Vec<Published>,
) -> Result<VerifiedAudit, E> {
    let mut walk = ChainWalk::new(seen, witnessed);
    for (number, link) in links.into_iter().enumerate() {
        let (before, link) = link?;
        // The head before the first line is accepted unchecked.
        if number == 0 {
            (walk.begin, walk.head) = (before, before);
        }
        walk.step(&link)?;
    }
    let left_behind = walk.end()?;
    Ok(walk.verified(left_behind, true))
}

/// Verifies the whole history of a data directory. `keys` are the only ones whose checkpoints are
/// accepted; without them these are the ones that are pinned in the key folder, or, of an earlier
/// version, those that the database names. `progress` is told the number of each event.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(
    history: &History,
    keys: Option<&PinnedKeys>,
    seen: Vec<Seen>,
    witnessed: Vec<Published>,
    mut progress: impl FnMut(u64),
) -> Result<VerifiedAudit, VerifyError> {
    // Before the state of the database that is walked: a server that runs writes it after that. The
    // keys after it, for they are pinned before.
    let published = history.published()?;
    history.hold_still()?;
    let pinned = match keys {
        Some(keys) => Some(keys.clone()),
        None => history.pinned_keys()?,
    };
    let is_pinned = pinned.is_some();
    let keys = pinned.map_or_else(|| history.named_keys(), Ok)?;
    let mut walk = ChainWalk::new(seen, witnessed);
    let pruned = history.pruned()?;
    if pruned.seq > 0 {
        let signed = history.checkpoints(pruned.seq - 1, pruned.seq)?;
        let (_, jws) = signed.first().ok_or(VerifyError::Unproven(pruned.seq))?;
        walk.begin_behind(pruned, jws, &keys)?;
    }
    let kept = KeptHead(published.as_ref());
    walk_events(history, &mut walk, &keys, &kept, &mut progress)?;
    if let Some((seq, _)) = history.checkpoints(walk.head.seq, u64::MAX)?.first() {
        return Err(VerifyError::Beyond(walk.head.seq, *seq));
    }
    if pruned.seq > 0 && !walk.is_prune_told {
        return Err(VerifyError::Untold(pruned.seq));
    }
    // After the state of the database: the file is written first. A copy that keeps no head outside
    // keeps nothing of this either.
    if published.is_some() {
        compare_pruned(history.pruned_outside()?, pruned).map_err(VerifyError::Outside)?;
    }
    kept.end(&walk, &history.epoch()?)?;
    check_covered(&walk, published.as_ref())?;
    let left_behind = walk.end()?;
    Ok(walk.verified(left_behind, is_pinned))
}

/// Walks the events behind the head of `walk`, each with its checkpoints and its columns.
fn walk_events(
    history: &History,
    walk: &mut ChainWalk,
    keys: &PinnedKeys,
    kept: &KeptHead<'_>,
    progress: &mut impl FnMut(u64),
) -> Result<(), VerifyError> {
    loop {
        let links = history.after(walk.head.seq, EVENTS)?;
        let columns = history.columns_after(walk.head.seq, EVENTS)?;
        let Some(last) = links.last().map(|link| link.head.seq) else {
            break;
        };
        let signed = history.checkpoints(walk.head.seq, last)?;
        let mut signed = signed.iter().peekable();
        for link in &links {
            walk.step(link)?;
            while let Some((_, jws)) = signed.next_if(|(seq, _)| *seq == walk.head.seq) {
                walk.checkpoint(jws, keys)?;
            }
            kept.compare(walk)?;
            progress(walk.head.seq);
        }
        // After the lines are known to be those that were hashed.
        for (link, columns) in links.iter().zip(&columns) {
            compare_columns(history, link, columns)?;
        }
        walk.last_at = links.last().map_or(walk.last_at, time_of_event);
    }
    Ok(())
}

/// The head of the chain that the data directory keeps outside of the database.
struct KeptHead<'p>(Option<&'p Published>);

impl KeptHead<'_> {
    fn compare(&self, walk: &ChainWalk) -> Result<(), VerifyError> {
        let Some(published) = self.0 else { return Ok(()) };
        if published.head.seq == walk.head.seq && published.head != walk.head {
            let published = published.head;
            return Err(VerifyError::Outside(Disagreement::Fork { published }));
        }
        let last = walk.checkpoints.last;
        if let (Some(published), Some(found)) = (published.checkpoint, last)
            && published.number == found.number
            && published.hash != found.hash
        {
            return Err(VerifyError::Outside(Disagreement::Checkpoint { published }));
        }
        Ok(())
    }

    fn end(&self, walk: &ChainWalk, epoch: &str) -> Result<(), VerifyError> {
        let Some(published) = self.0 else { return Ok(()) };
        let found = walk.head.seq;
        if published.head.seq > found {
            let published = published.head;
            return Err(VerifyError::Outside(Disagreement::Behind { published, found }));
        }
        let last = walk.checkpoints.last.map_or(0, |last| last.number);
        if let Some(published) = published.checkpoint.filter(|published| published.number > last) {
            return Err(VerifyError::Outside(Disagreement::Checkpoint { published }));
        }
        if published.epoch != epoch {
            let (published, found) = (published.epoch.clone(), epoch.to_owned());
            return Err(VerifyError::Outside(Disagreement::Epoch { published, found }));
        }
        Ok(())
    }
}

/// Whether every event is under a checkpoint that the issuer had the time to sign: as far as is
/// known, it ran until the last event, or until it last wrote how far the audit reached. An issuer
/// that was killed has signed nothing over its last events, and does so at its next start.
fn check_covered(walk: &ChainWalk, published: Option<&Published>) -> Result<(), VerifyError> {
    let is_numbered = walk.checkpoints.numbered_at.is_some() || published.is_some();
    let Some((from, at)) = walk.uncovered.filter(|_| is_numbered) else {
        return Ok(());
    };
    let ran_until = published.map_or(walk.last_at, |published| published.at.max(walk.last_at));
    if ran_until.since(at) <= CHECKPOINT_WITHIN {
        return Ok(());
    }
    let to = walk.head.seq;
    Err(VerifyError::Uncovered { from, to })
}
