//! The state that one VM or isolate keeps between requests.

pub mod body_budget;
pub(crate) mod request_id;

use crate::memory::body_budget::BodyBudget;
use crate::memory::request_id::RequestId;
use crate::writ::cache::Cache;
use alloc::format;
use alloc::string::String;
use core::cell::{Cell, RefCell};
use edgewrit_shared::time::UnixSeconds;

/// Most refusals without a verified writ that one memory reports to the issuer in one second.
const UNAUTHENTICATED_A_SECOND: u32 = 10;

/// Verified writs, counters, the boot id. A memory belongs to one thread; a host keeps it for as
/// long as the host lives, over reloads too.
#[derive(Debug)]
pub struct Memory {
    seed: u64,
    requests: Cell<u64>,
    spends: Cell<u64>,
    boot_id: RefCell<Option<String>>,
    room: Cell<bool>,
    /// The last second with such a refusal, and the number of refusals of unauthenticated requests
    /// in it.
    unauthenticated: Cell<(UnixSeconds, u32)>,
    cache_hits: Cell<u64>,
    cache_misses: Cell<u64>,
    bodies: BodyBudget,
    pub(crate) cache: RefCell<Cache>,
}

impl Memory {
    /// An empty memory. `seed` is randomness of the host; request ids are
    /// `<seed as 16 hex digits>-<counter>`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_shared_budget(seed, &BodyBudget::new(seed))
    }

    /// An empty memory that shares the budget `bodies` with other memories: a host that runs
    /// several configurations in one VM has one budget.
    #[must_use]
    pub fn with_shared_budget(seed: u64, bodies: &BodyBudget) -> Self {
        Self {
            seed,
            bodies: bodies.clone(),
            requests: Cell::new(0),
            spends: Cell::new(0),
            boot_id: RefCell::new(None),
            room: Cell::new(true),
            unauthenticated: Cell::new((UnixSeconds(0), 0)),
            cache_hits: Cell::new(0),
            cache_misses: Cell::new(0),
            cache: RefCell::new(Cache::new()),
        }
    }

    /// The prefix of the ids of requests.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:016x}", self.seed)
    }

    /// The budget for the bodies that wait for their verdict.
    #[must_use]
    pub fn bodies(&self) -> &BodyBudget {
        &self.bodies
    }

    /// Sets whether there is room for records. Without room an edge with `audit: strict` permits
    /// nothing and spends nothing. Room is no guarantee, so such an edge keeps the record of a
    /// permit before it sends the request.
    pub fn set_record_room(&self, room: bool) {
        self.room.set(room);
    }

    /// Whether one more refusal without a verified writ may go to the issuer. The number in one
    /// second is limited, because any client can cause such refusals.
    pub(crate) fn admits_unauthenticated(&self, at: UnixSeconds) -> bool {
        let (second, count) = self.unauthenticated.get();
        let count = if second == at { count } else { 0 };
        self.unauthenticated.set((at, count.saturating_add(1)));
        count < UNAUTHENTICATED_A_SECOND
    }

    /// The number of lookups that found a verified writ, and the number of those that did not.
    #[must_use]
    pub fn lookups(&self) -> (u64, u64) {
        (self.cache_hits.get(), self.cache_misses.get())
    }

    /// Counts one lookup of a writ.
    pub(crate) fn count_lookup(&self, found: bool) {
        let counter = if found { &self.cache_hits } else { &self.cache_misses };
        next(counter);
    }

    pub(crate) fn has_record_room(&self) -> bool {
        self.room.get()
    }

    pub(crate) fn next_request(&self) -> RequestId {
        RequestId::new(self.seed, next(&self.requests))
    }

    /// A number that this memory has not given out before. Edge, boot id and number name one spend.
    pub(crate) fn next_spend(&self) -> u64 {
        next(&self.spends)
    }

    /// The boot id that the issuer gave to this memory.
    pub(crate) fn boot_id(&self) -> Option<String> {
        self.boot_id.borrow().clone()
    }

    pub(crate) fn keep_boot_id(&self, boot_id: String) {
        *self.boot_id.borrow_mut() = Some(boot_id);
    }

    /// Forgets the boot id `unknown`, unless another request has replaced it.
    pub(crate) fn drop_boot_id(&self, unknown: &str) {
        let mut held = self.boot_id.borrow_mut();
        if held.as_deref() == Some(unknown) {
            *held = None;
        }
    }
}

fn next(counter: &Cell<u64>) -> u64 {
    let value = counter.get().wrapping_add(1);
    counter.set(value);
    value
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use alloc::string::ToString;

    #[test]
    fn request_ids_count_up_after_the_seed() {
        let memory = Memory::new(0xab);
        assert_eq!(memory.next_request().to_string(), "00000000000000ab-1");
        assert_eq!(memory.next_request().to_string(), "00000000000000ab-2");
    }

    #[test]
    fn spends_have_a_counter_of_their_own() {
        let memory = Memory::new(0);
        let _ = memory.next_request();
        assert_eq!((memory.next_spend(), memory.next_spend()), (1, 2));
    }

    #[test]
    fn only_the_boot_id_that_is_unknown_is_dropped() {
        let memory = Memory::new(0);
        memory.keep_boot_id("new".into());
        memory.drop_boot_id("old");
        assert_eq!(memory.boot_id().as_deref(), Some("new"));
        memory.drop_boot_id("new");
        assert_eq!(memory.boot_id(), None);
    }
}
