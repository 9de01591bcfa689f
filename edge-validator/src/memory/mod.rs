//! What one VM or isolate keeps between requests.

pub mod body_budget;
pub(crate) mod request_id;

use crate::memory::body_budget::BodyBudget;
use crate::memory::request_id::RequestId;
use crate::writ::cache::Cache;
use alloc::format;
use alloc::string::String;
use core::cell::{Cell, RefCell};
use edgewrit_shared::time::UnixSeconds;

/// Refusals without a verified writ that go to the issuer, in one second of one memory.
const UNAUTHENTICATED_A_SECOND: u32 = 10;

/// Verified writs, counters, the boot id. For one thread; a host keeps one for as long as it lives, over reloads too.
#[derive(Debug)]
pub struct Memory {
    seed: u64,
    requests: Cell<u64>,
    spends: Cell<u64>,
    boot_id: RefCell<Option<String>>,
    room: Cell<bool>,
    /// Refusals of unauthenticated requests that were recorded in one second.
    unauthenticated: Cell<(UnixSeconds, u32)>,
    cache_hits: Cell<u64>,
    cache_misses: Cell<u64>,
    bodies: BodyBudget,
    pub(crate) cache: RefCell<Cache>,
}

impl Memory {
    /// Nothing remembered. `seed` is the host's randomness; request ids are `<seed as 16 hex digits>-<counter>`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_shared_budget(seed, &BodyBudget::new(seed))
    }

    /// The same, with bodies counted together with those of other memories: a host that runs several configurations in one VM has one budget.
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

    /// What the ids of its requests begin with.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:016x}", self.seed)
    }

    /// What the bodies that are judged here take together.
    #[must_use]
    pub fn bodies(&self) -> &BodyBudget {
        &self.bodies
    }

    /// Tells whether there is room for records. Without it an edge whose `audit` is `strict` permits nothing, and spends nothing. That there
    /// was room is no promise: such an edge keeps a permit's record before it sends the request.
    pub fn set_record_room(&self, room: bool) {
        self.room.set(room);
    }

    /// Whether one more refusal without a verified writ may go to the issuer. In one second only so many
    /// may, because any client can cause more.
    pub(crate) fn admits_unauthenticated(&self, at: UnixSeconds) -> bool {
        let (second, count) = self.unauthenticated.get();
        let count = if second == at { count } else { 0 };
        self.unauthenticated.set((at, count.saturating_add(1)));
        count < UNAUTHENTICATED_A_SECOND
    }

    /// Writs that were looked up and found verified before, and those that were not.
    #[must_use]
    pub fn lookups(&self) -> (u64, u64) {
        (self.cache_hits.get(), self.cache_misses.get())
    }

    /// Counts that a writ was looked up.
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

    /// A number that was not given out before: with edge and boot id it names one spend.
    pub(crate) fn next_spend(&self) -> u64 {
        next(&self.spends)
    }

    /// The name that the issuer gave to this memory.
    pub(crate) fn boot_id(&self) -> Option<String> {
        self.boot_id.borrow().clone()
    }

    pub(crate) fn keep_boot_id(&self, boot_id: String) {
        *self.boot_id.borrow_mut() = Some(boot_id);
    }

    /// Forgets the boot id, unless another request has brought a new one meanwhile.
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
    fn request_ids_count_up_behind_the_seed() {
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
