//! The record of a permit before its request is sent.

use super::Step;
use crate::config::Upstream;
use crate::record::Record;
use crate::verdict::in_flight::Outcome;
use crate::verdict::permit::Permit;
use crate::verdict::refusal::{HostFault, Refusal};
use crate::world::World;

/// A permitted request whose record the host must keep before it sends the request, because
/// `audit` is `strict`. The host has no request to send before it has answered.
#[must_use]
pub struct NeedRecord(Permit);

impl NeedRecord {
    pub(super) const fn new(permit: Permit) -> Self {
        Self(permit)
    }

    /// The record to keep. If the host keeps this record, the issuer gets another record of the
    /// request only if the edge refuses the request, or cuts its response, after this record.
    #[must_use]
    pub fn record(&self) -> Record {
        self.0.record_ahead()
    }

    /// The upstream of the request, for a host that can check the way to it beforehand.
    #[must_use]
    pub fn upstream(&self) -> &Upstream {
        self.0.upstream()
    }

    /// Withdraws the permit, because the host would send the request elsewhere. The host keeps no
    /// record of the permit.
    #[must_use]
    pub fn withdraw(self, fault: HostFault) -> Refusal {
        self.0.withdraw(fault)
    }

    /// The record of a permit whose client is gone, so that no request is sent.
    #[must_use]
    pub fn abandon(self) -> Record {
        self.0.into_request().1.finish(Outcome::Aborted)
    }

    /// Continues after the host has kept the record durably, or could not keep it.
    pub fn resume(self, is_kept: bool, world: &World<'_>) -> Step {
        if !is_kept {
            return Step::Refuse(self.0.withdraw(HostFault::Unrecorded));
        }
        match self.0.after_record(world) {
            Ok(permit) => Step::Forward(permit),
            Err(refusal) => Step::Refuse(refusal),
        }
    }
}
