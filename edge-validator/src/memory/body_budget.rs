//! The budget for bodies that wait for their verdict at the same time.
//!
//! The edge reserves room after the decision about the head and before it reads the body: as much
//! as the request announces, or else as the operation allows. The edge releases the room with the
//! verdict, or when the request is dropped. The agents of one task, delegates included, have an
//! eighth of the whole budget, so they cannot take the room of other tasks.

use crate::reason::{Objection, Reason};
use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

/// Most bytes of bodies that one VM, isolate or proxy holds.
pub const HELD_BYTES: usize = 64 * 1024 * 1024;
/// Most of these bytes for one root lineage.
pub const LINEAGE_BYTES: usize = HELD_BYTES / 8;
/// Least bytes of a reservation, which bound the number of reservations.
const LEAST_BYTES: usize = 4 * 1024;
/// Number of shares. Lineages with the same share have an eighth together.
const SHARES: u64 = 256;
/// 2^64 divided by the golden ratio: the top bits of a product depend on all bytes.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The budget of bytes that bodies may hold.
#[derive(Clone)]
pub struct BodyBudget(Rc<HeldBytes>);

struct HeldBytes {
    seed: u64,
    all: Cell<usize>,
    shares: Vec<Cell<usize>>,
}

/// Reserved room for one body. The drop of the value releases the room.
pub(crate) struct BodyReservation {
    held: Rc<HeldBytes>,
    share: usize,
    bytes: usize,
}

impl BodyBudget {
    /// An unused budget. A client that does not know `seed` cannot tell which lineages share an
    /// eighth.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Rc::new(HeldBytes {
            seed,
            all: Cell::new(0),
            shares: (0..SHARES).map(|_| Cell::new(0)).collect(),
        }))
    }

    /// The bytes that are reserved.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.all.get()
    }

    /// Reserves room for a body of at most `bytes` bytes, for a writ of this root lineage.
    pub(crate) fn reserve(&self, root: &str, bytes: usize) -> Result<BodyReservation, Objection> {
        let bytes = bytes.max(LEAST_BYTES);
        let share = self.0.share_of(root);
        let of_share = self.0.shares.get(share).map_or(0, Cell::get);
        if of_share.saturating_add(bytes) > LINEAGE_BYTES || self.held().saturating_add(bytes) > HELD_BYTES {
            let all = self.held();
            return Err(Objection::new(
                Reason::Busy,
                format!("{bytes} bytes beside {of_share} of its share and {all} of all"),
            ));
        }
        self.0.add(share, bytes);
        Ok(BodyReservation {
            held: Rc::clone(&self.0),
            share,
            bytes,
        })
    }
}

impl HeldBytes {
    /// FNV-1a, from a start that no client knows.
    fn share_of(&self, root: &str) -> usize {
        let hash = root.bytes().fold(0xcbf2_9ce4_8422_2325 ^ self.seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        usize::try_from(hash.wrapping_mul(SPREAD) >> (u64::BITS - SHARES.ilog2())).unwrap_or_default()
    }

    fn add(&self, share: usize, bytes: usize) {
        self.all.set(self.all.get().saturating_add(bytes));
        if let Some(share) = self.shares.get(share) {
            share.set(share.get().saturating_add(bytes));
        }
    }

    fn take_away(&self, share: usize, bytes: usize) {
        self.all.set(self.all.get().saturating_sub(bytes));
        if let Some(share) = self.shares.get(share) {
            share.set(share.get().saturating_sub(bytes));
        }
    }
}

impl BodyReservation {
    /// Releases the room that a body of `bytes` bytes does not need.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let left = bytes.max(LEAST_BYTES).min(self.bytes);
        self.held.take_away(self.share, self.bytes.saturating_sub(left));
        self.bytes = left;
    }
}

impl Drop for BodyReservation {
    fn drop(&mut self) {
        self.held.take_away(self.share, self.bytes);
    }
}

impl fmt::Debug for BodyBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyBudget({} of {HELD_BYTES} bytes held)", self.held())
    }
}

impl fmt::Debug for BodyReservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyReservation({})", self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyBudget, BodyReservation, HELD_BYTES, LEAST_BYTES, LINEAGE_BYTES};
    use crate::reason::Reason;
    use alloc::format;
    use alloc::vec::Vec;

    const MEBIBYTE: usize = 1024 * 1024;

    /// As many bodies of 1 MiB as the budget has room for, each of a lineage of its own.
    fn fill(budget: &BodyBudget) -> Vec<BodyReservation> {
        (0..200)
            .filter_map(|lineage| budget.reserve(&format!("lineage-{lineage}"), MEBIBYTE).ok())
            .collect()
    }

    #[test]
    fn all_bodies_together_have_64_mebibytes() {
        let budget = BodyBudget::new(7);
        let held = fill(&budget);
        assert_eq!((held.len(), budget.held()), (64, HELD_BYTES));
        assert_eq!(budget.reserve("other", 1).unwrap_err().reason, Reason::Busy);
        drop(held);
        assert_eq!(budget.held(), 0);
        assert_eq!(fill(&budget).len(), 64);
    }

    #[test]
    fn one_lineage_has_an_eighth() {
        let budget = BodyBudget::new(7);
        let held: Vec<_> = (0..9).map(|_| budget.reserve("lineage", MEBIBYTE)).collect();
        assert_eq!(
            held.iter().filter(|held| held.is_ok()).count(),
            LINEAGE_BYTES / MEBIBYTE
        );
        assert!(budget.reserve("another", MEBIBYTE).is_ok());
    }

    #[test]
    fn the_number_of_short_bodies_is_bounded() {
        let budget = BodyBudget::new(7);
        let held: Vec<_> = (0..10_000).map_while(|_| budget.reserve("lineage", 0).ok()).collect();
        assert_eq!(held.len(), LINEAGE_BYTES / LEAST_BYTES);
    }

    #[test]
    fn the_unused_room_of_a_body_is_released_once() {
        let budget = BodyBudget::new(7);
        let mut held = budget.reserve("lineage", MEBIBYTE).unwrap();
        held.shrink(MEBIBYTE / 2);
        assert_eq!(budget.held(), MEBIBYTE / 2);
        held.shrink(MEBIBYTE);
        assert_eq!(budget.held(), MEBIBYTE / 2);
        drop(held);
        assert_eq!(budget.held(), 0);
    }

    #[test]
    fn a_length_that_overflows_is_refused() {
        let budget = BodyBudget::new(7);
        let _one = budget.reserve("lineage", 1).unwrap();
        assert!(budget.reserve("lineage", usize::MAX).is_err());
    }
}
