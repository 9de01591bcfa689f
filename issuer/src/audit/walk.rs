//! Verifies checkpoints in their order: each is signed by a pinned key, says what the chain has,
//! and covers the one before it.

use super::{ChainHead, Checkpoint, CheckpointError, CheckpointId, hash_checkpoint};
use crate::keys::PinnedKeys;

/// The state of the walk: the checkpoints so far.
#[derive(Clone, Debug, Default)]
pub struct CheckpointWalk {
    /// Their number.
    pub count: u64,
    /// The last one that is numbered.
    pub last: Option<CheckpointId>,
    /// The event at which the first one stands that is numbered.
    pub numbered_at: Option<u64>,
    /// SHA-256 of the last one's text, numbered or not.
    before: Option<[u8; 32]>,
}

/// Why a checkpoint does not belong where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointFault {
    /// It is not valid by itself.
    #[error(transparent)]
    Invalid(CheckpointError),
    /// It was signed for another head than the chain has there.
    #[error("it was signed for {signed}")]
    Head {
        /// The one that it was signed for.
        signed: ChainHead,
    },
    /// One is missing before it.
    #[error("checkpoint {expected} is missing: {found} stands in its place")]
    Gap {
        /// The number that should stand here.
        expected: u64,
        /// The number that does.
        found: u64,
    },
    /// It does not cover the one before it.
    #[error("it does not cover the checkpoint before it, which was exchanged or taken away")]
    Before,
    /// It has no number, but one before it has.
    #[error("it has no number, but a checkpoint before it has")]
    Unnumbered,
}

impl CheckpointWalk {
    /// Verifies the next checkpoint, which stands where the chain has `head`.
    ///
    /// # Errors
    /// [`CheckpointFault`].
    pub fn step(&mut self, jws: &str, keys: &PinnedKeys, head: &ChainHead) -> Result<Checkpoint, CheckpointFault> {
        let checkpoint = Checkpoint::read(jws, keys).map_err(CheckpointFault::Invalid)?;
        if checkpoint.head != *head {
            let signed = checkpoint.head;
            return Err(CheckpointFault::Head { signed });
        }
        let hash = hash_checkpoint(jws);
        match checkpoint.place {
            None if self.last.is_some() => return Err(CheckpointFault::Unnumbered),
            None => {}
            Some(place) => {
                let (expected, found) = (self.next_number(), place.number);
                if found != expected {
                    return Err(CheckpointFault::Gap { expected, found });
                }
                if place.before != self.before {
                    return Err(CheckpointFault::Before);
                }
                self.numbered_at.get_or_insert(head.seq);
                self.last = Some(CheckpointId { number: found, hash });
            }
        }
        self.before = Some(hash);
        self.count += 1;
        Ok(checkpoint)
    }

    /// Begins with the checkpoint behind events that were pruned: which one was before it is taken
    /// as it says.
    ///
    /// # Errors
    /// [`CheckpointFault`].
    pub fn begin(&mut self, jws: &str, keys: &PinnedKeys, head: &ChainHead) -> Result<(), CheckpointFault> {
        let checkpoint = Checkpoint::read(jws, keys).map_err(CheckpointFault::Invalid)?;
        if let Some(place) = checkpoint.place {
            self.before = place.before;
            let before = place.number.saturating_sub(1);
            self.last = place
                .before
                .filter(|_| before > 0)
                .map(|hash| CheckpointId { number: before, hash });
        }
        self.step(jws, keys, head).map(drop)
    }

    fn next_number(&self) -> u64 {
        self.last.map_or(1, |last| last.number + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::CheckpointPlace;
    use crate::keys::SigningKey;
    use edgewrit_shared::time::UnixSeconds;

    struct SignedCheckpoints {
        key: SigningKey,
        jws: Vec<(ChainHead, String)>,
    }

    /// Two checkpoints without a number, and three with one.
    fn signed() -> SignedCheckpoints {
        let (key, mut jws) = (SigningKey::fresh().unwrap(), Vec::new());
        let (mut head, mut before) = (ChainHead::default(), None);
        for number in [None, None, Some(1), Some(2), Some(3)] {
            head = head.after("{}");
            let place = number.map(|number| CheckpointPlace { number, before });
            let text = checkpoint(head, place).sign(&key);
            before = Some(hash_checkpoint(&text));
            jws.push((head, text));
        }
        SignedCheckpoints { key, jws }
    }

    fn checkpoint(head: ChainHead, place: Option<CheckpointPlace>) -> Checkpoint {
        Checkpoint {
            iss: "i".to_owned(),
            epoch: "e".to_owned(),
            head,
            at: UnixSeconds(1),
            place,
        }
    }

    fn walked<'j>(
        jws: impl IntoIterator<Item = &'j (ChainHead, String)>,
        keys: &PinnedKeys,
    ) -> Result<CheckpointWalk, CheckpointFault> {
        let mut walk = CheckpointWalk::default();
        for (head, text) in jws {
            walk.step(text, keys, head)?;
        }
        Ok(walk)
    }

    #[test]
    fn checkpoints_with_and_without_numbers_verify_in_their_order() {
        let SignedCheckpoints { key, jws } = signed();
        let walk = walked(&jws, &PinnedKeys::of([key.public().clone()])).unwrap();
        assert_eq!((walk.count, walk.numbered_at), (5, Some(3)));
        assert_eq!(walk.last.unwrap().number, 3);
        let text = walk.last.unwrap().to_string();
        assert_eq!(CheckpointId::parse(&text), walk.last);
    }

    #[test]
    fn a_checkpoint_that_was_taken_away_or_exchanged_is_missed() {
        let SignedCheckpoints { key, jws } = signed();
        let keys = PinnedKeys::of([key.public().clone()]);
        let without = |place: usize| {
            walked(
                jws.iter()
                    .enumerate()
                    .filter(|(at, _)| *at != place)
                    .map(|(_, one)| one),
                &keys,
            )
        };
        assert_eq!(without(1).unwrap_err(), CheckpointFault::Before);
        assert_eq!(without(2).unwrap_err(), CheckpointFault::Gap { expected: 1, found: 2 });
        assert_eq!(without(3).unwrap_err(), CheckpointFault::Gap { expected: 2, found: 3 });
        let mut exchanged = jws.clone();
        let place = CheckpointPlace {
            number: 2,
            before: None,
        };
        exchanged[3].1 = checkpoint(exchanged[3].0, Some(place)).sign(&key);
        assert_eq!(walked(&exchanged, &keys).unwrap_err(), CheckpointFault::Before);
        let mut unnumbered = jws;
        unnumbered[4].1 = checkpoint(unnumbered[4].0, None).sign(&key);
        assert_eq!(walked(&unnumbered, &keys).unwrap_err(), CheckpointFault::Unnumbered);
    }

    #[test]
    fn a_key_that_is_not_pinned_signs_no_checkpoint() {
        let (one, other) = (signed(), signed());
        let keys = PinnedKeys::of([other.key.public().clone()]);
        let refused = walked(&one.jws, &keys).unwrap_err();
        assert_eq!(refused, CheckpointFault::Invalid(CheckpointError::Key));
    }
}
