//! The state of a walk over the chain.

use super::{Seen, VerifiedAudit, VerifyError};
use crate::audit::{Broken, ChainHead, CheckpointWalk, Link};
use crate::base::rfc3339;
use crate::evidence::outside::Published;
use crate::keys::PinnedKeys;
use edgewrit_shared::time::UnixSeconds;
use serde_json::Value;

/// A restore from a backup, or what the operator said was the original, as its event tells.
struct Restored {
    /// The last event of the backup, or of the original.
    backup_end: u64,
    /// The histories that it left.
    left: Vec<String>,
}

/// The state of a walk over the chain.
pub(super) struct ChainWalk {
    /// Behind which it begins.
    pub(super) begin: ChainHead,
    pub(super) head: ChainHead,
    /// Whether an event tells that the issuer pruned up to `begin`.
    pub(super) is_prune_told: bool,
    seen: Vec<Seen>,
    /// By the number of their event; those up to `next` were compared.
    witnessed: Vec<Published>,
    next: usize,
    /// Those that the chain does not have.
    missing: Vec<Published>,
    restores: Vec<Restored>,
    pub(super) checkpoints: CheckpointWalk,
    /// Time at which the first event happened that no checkpoint covers.
    pub(super) uncovered: Option<(u64, UnixSeconds)>,
    pub(super) last_at: UnixSeconds,
}

impl ChainWalk {
    pub(super) fn new(seen: Vec<Seen>, mut witnessed: Vec<Published>) -> Self {
        witnessed.sort_by_key(|published| published.head.seq);
        Self {
            begin: ChainHead::default(),
            head: ChainHead::default(),
            is_prune_told: false,
            seen,
            witnessed,
            next: 0,
            missing: Vec::new(),
            restores: Vec::new(),
            checkpoints: CheckpointWalk::default(),
            uncovered: None,
            last_at: UnixSeconds(0),
        }
    }

    pub(super) fn step(&mut self, link: &Link) -> Result<(), VerifyError> {
        self.head = link.follows(&self.head)?;
        let own = self.head;
        for seen in &self.seen {
            match seen {
                Seen::Head(seen) if seen.seq == own.seq && *seen != own => {
                    return Err(Broken::Head { seen: *seen }.into());
                }
                _ => {}
            }
        }
        while let Some(witnessed) = self.witnessed.get(self.next).filter(|one| one.head.seq <= own.seq) {
            if witnessed.head.seq == own.seq && witnessed.head != own {
                self.missing.push(witnessed.clone());
            }
            self.next += 1;
        }
        self.restores.extend(read_restore(link));
        self.is_prune_told |= tells_of_prune(link, self.begin);
        if self.uncovered.is_none() {
            self.uncovered = Some((own.seq, time_of_event(link)));
        }
        Ok(())
    }

    /// Begins behind events that were pruned, where a checkpoint says so.
    pub(super) fn begin_behind(&mut self, pruned: ChainHead, jws: &str, keys: &PinnedKeys) -> Result<(), VerifyError> {
        let begin = self.checkpoints.begin(jws, keys, &pruned);
        begin.map_err(|fault| VerifyError::Checkpoint(pruned.seq, fault))?;
        (self.begin, self.head) = (pruned, pruned);
        while self
            .witnessed
            .get(self.next)
            .is_some_and(|one| one.head.seq <= pruned.seq)
        {
            self.next += 1;
        }
        Ok(())
    }

    pub(super) fn checkpoint(&mut self, jws: &str, keys: &PinnedKeys) -> Result<(), VerifyError> {
        let step = self.checkpoints.step(jws, keys, &self.head);
        step.map_err(|fault| VerifyError::Checkpoint(self.head.seq, fault))?;
        self.uncovered = None;
        Ok(())
    }

    /// The event that was seen must be there. The event of the witness too, unless a restore has
    /// left it behind: answers how much that is.
    pub(super) fn end(&mut self) -> Result<usize, VerifyError> {
        let (begin, end) = (self.begin, self.head.seq);
        for seen in &self.seen {
            match seen {
                Seen::Head(seen) if seen.seq == begin.seq && *seen != begin => {
                    return Err(Broken::Head { seen: *seen }.into());
                }
                Seen::Head(seen) if seen.seq < begin.seq => return Err(VerifyError::Pruned(seen.seq)),
                _ => {}
            }
        }
        if let Some(seen) = self.seen.iter().map(|seen| seen.seq()).find(|seq| *seq > end) {
            return Err(VerifyError::CutOff { end, seen });
        }
        let beyond = self.witnessed.get(self.next..).unwrap_or_default();
        self.missing.extend(beyond.iter().cloned());
        let is_left = |published: &Published| {
            let left = |restored: &Restored| {
                restored.left.contains(&published.epoch) && published.head.seq > restored.backup_end
            };
            self.restores.iter().any(left)
        };
        match self.missing.iter().find(|published| !is_left(published)) {
            Some(published) if published.head.seq > end => Err(VerifyError::CutOff {
                end,
                seen: published.head.seq,
            }),
            Some(published) => Err(Broken::Head { seen: published.head }.into()),
            None => Ok(self.missing.len()),
        }
    }
}

/// The events after which the chain does not go on where it was, and the member of each with the
/// head where it does.
const LEAVING: [(&str, &str); 2] = [("database_restored", "backup_head"), ("original_declared", "head")];

/// The restore that `link` is the event of, if it is one.
fn read_restore(link: &Link) -> Option<Restored> {
    let event = link
        .line
        .split_once(r#","event":""#)
        .and_then(|(_, rest)| rest.split_once('"'))?
        .0;
    let (_, member) = LEAVING.iter().find(|(name, _)| *name == event)?;
    let line: Value = serde_json::from_str(&link.line).ok()?;
    let data = line.get("data")?;
    let left = data.get("epochs_before")?.as_array()?;
    let left = left.iter().filter_map(Value::as_str).map(str::to_owned);
    Some(Restored {
        backup_end: ChainHead::parse(data.get(member)?.as_str()?)?.seq,
        left: left.collect(),
    })
}

/// Whether a link is the event of a prune up to `begin`.
fn tells_of_prune(link: &Link, begin: ChainHead) -> bool {
    let line = &link.line;
    line.contains(r#","event":"audit_pruned""#) && line.contains(&format!(r#""to":"{begin}""#))
}

/// Time at which an event happened, as its line says.
pub(super) fn time_of_event(link: &Link) -> UnixSeconds {
    const AT: &str = r#","at":""#;
    /// To the second.
    const SECONDS: usize = "2026-05-10T12:00:00".len();
    let at = link.line.split_once(AT).and_then(|(_, rest)| rest.get(..SECONDS));
    at.and_then(|at| rfc3339::read(&format!("{at}Z")))
        .unwrap_or(UnixSeconds(0))
}

impl ChainWalk {
    pub(super) fn verified(&self, left_behind: usize, is_pinned: bool) -> VerifiedAudit {
        VerifiedAudit {
            begin: self.begin,
            head: self.head,
            checkpoints: self.checkpoints.count,
            numbered_at: self.checkpoints.numbered_at,
            is_pinned,
            left_behind,
        }
    }
}
