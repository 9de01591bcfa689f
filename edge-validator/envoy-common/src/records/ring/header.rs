//! The header of a ring: its owner, the lease of the owner, and the first record that is not
//! delivered.

use edgewrit_shared::time::UnixSeconds;

/// Length of the lease of a ring after the last renewal, in seconds.
const LEASE_SECONDS: u64 = 10;

/// The header of a ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RingHeader {
    /// The owner; 0 if there is none.
    pub(super) owner: u64,
    renewed: UnixSeconds,
    /// The first slot that is not delivered.
    pub(super) head: u64,
    /// The boot id of its records; empty if there is none.
    pub(super) boot_id: String,
}

impl RingHeader {
    /// The header after `owner` has taken a ring with the header `held`; `None` if the ring is new.
    /// A taken-over ring keeps the boot id of its records, and an empty ring gets another one.
    pub(super) fn taken(held: Option<&Self>, owner: u64, now: UnixSeconds) -> Self {
        Self {
            owner,
            renewed: now,
            head: held.map_or(0, |held| held.head),
            boot_id: held
                .filter(|held| !held.is_free())
                .map_or_else(String::new, |held| held.boot_id.clone()),
        }
    }

    /// Whether any VM may claim the ring, which is empty.
    pub(super) const fn is_free(&self) -> bool {
        self.owner == 0
    }

    /// Whether the owner is gone, so that any VM may take the ring over.
    pub(super) const fn is_abandoned(&self, now: UnixSeconds) -> bool {
        !self.is_free() && now.since(self.renewed) > LEASE_SECONDS
    }

    /// Whether the owner must renew the lease before the next record, because another VM may be
    /// about to take the ring over.
    pub(super) const fn is_old(&self, now: UnixSeconds) -> bool {
        now.since(self.renewed) > LEASE_SECONDS / 2
    }

    /// Renews the lease.
    pub(super) const fn renew(&mut self, now: UnixSeconds) {
        self.renewed = now;
    }

    /// Ends the lease. Another VM can claim an empty ring, and takes over any other ring.
    pub(super) const fn release(&mut self, is_empty: bool) {
        self.renewed = UnixSeconds(0);
        if is_empty {
            self.owner = 0;
        }
    }

    /// The text of the header in the shared data.
    pub(super) fn text(&self) -> String {
        let Self {
            owner,
            renewed,
            head,
            boot_id,
        } = self;
        format!("{owner} {} {head} {boot_id}", renewed.0)
    }

    /// Reads the text of [`Self::text`]; `None` if it has another form.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ' ');
        Some(Self {
            owner: parts.next()?.parse().ok()?,
            renewed: UnixSeconds(parts.next()?.parse().ok()?),
            head: parts.next()?.parse().ok()?,
            boot_id: parts.next()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_000);

    fn held() -> RingHeader {
        RingHeader {
            boot_id: "boot".to_owned(),
            head: 7,
            ..RingHeader::taken(None, 3, NOW)
        }
    }

    #[test]
    fn the_text_of_a_header_reads_as_the_same_header() {
        for boot_id in ["", "boot", "boot with spaces"] {
            let header = RingHeader {
                boot_id: boot_id.to_owned(),
                ..held()
            };
            assert_eq!(RingHeader::read(&header.text()), Some(header));
        }
        assert_eq!(held().text(), "3 1000 7 boot");
    }

    #[test]
    fn a_text_of_another_form_is_no_header() {
        for text in [
            "",
            "3",
            "3 1000 7",
            "x 1000 7 boot",
            "3 -1 7 boot",
            "3 1000 18446744073709551616 boot",
        ] {
            assert_eq!(RingHeader::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_lease_is_renewed_at_half_its_time_and_ends_after_its_time() {
        let header = held();
        assert!(!header.is_old(NOW.plus(5)) && header.is_old(NOW.plus(6)));
        assert!(!header.is_abandoned(NOW.plus(10)) && header.is_abandoned(NOW.plus(11)));
    }

    #[test]
    fn a_renewal_begins_the_lease_again() {
        let mut header = held();
        header.renew(NOW.plus(10));
        assert!(!header.is_old(NOW.plus(15)) && !header.is_abandoned(NOW.plus(20)));
    }

    #[test]
    fn a_clock_that_goes_back_ends_no_lease() {
        assert!(!held().is_abandoned(UnixSeconds(1)));
    }

    #[test]
    fn an_empty_ring_is_free_after_its_release() {
        let mut header = held();
        header.release(true);
        assert!(header.is_free() && !header.is_abandoned(NOW));
        let taken = RingHeader::taken(Some(&header), 4, NOW);
        assert_eq!((taken.owner, taken.head, taken.boot_id.as_str()), (4, 7, ""));
    }

    #[test]
    fn a_ring_with_records_is_abandoned_after_its_release() {
        let mut header = held();
        header.release(false);
        assert!(!header.is_free() && header.is_abandoned(NOW));
        let taken = RingHeader::taken(Some(&header), 4, NOW);
        assert_eq!((taken.owner, taken.head, taken.boot_id.as_str()), (4, 7, "boot"));
    }
}
