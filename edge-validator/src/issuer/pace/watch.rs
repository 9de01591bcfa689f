//! The pace at which a host without a timer of its own checks an open response.

/// Time between two checks of an open response, in milliseconds.
pub const CHECK_MS: u32 = 2_000;
/// Number of checks between two calls for a newer bundle, unless another request makes them.
const CHECKS_PER_CALL: u32 = 5;
/// Most such calls for one response, because a host may limit the number of calls of a request.
const CALLS: u32 = 40;
/// Length of an announced body in bytes up to which the host does not check the response. Such a
/// body is sent before a check is possible.
const SHORT_BYTES: u64 = 64 * 1024;

/// The checks of one open response.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResponseChecks(u32);

impl ResponseChecks {
    /// The checks of a response whose body has the length `announced`; `None` if the host need not
    /// check the response.
    #[must_use]
    pub fn begin(announced: Option<u64>) -> Option<Self> {
        match announced {
            Some(length) if length <= SHORT_BYTES => None,
            _ => Some(Self(0)),
        }
    }

    /// Counts a check. Returns whether the host asks for a newer bundle before the check, if the
    /// schedule says so.
    pub fn count(&mut self) -> bool {
        self.0 = self.0.saturating_add(1);
        self.0.is_multiple_of(CHECKS_PER_CALL) && self.0 / CHECKS_PER_CALL <= CALLS
    }
}

#[cfg(test)]
mod tests {
    use super::{CALLS, ResponseChecks};
    use alloc::vec::Vec;

    #[test]
    fn a_short_body_is_not_checked() {
        assert!(ResponseChecks::begin(Some(0)).is_none() && ResponseChecks::begin(Some(64 * 1024)).is_none());
        assert!(ResponseChecks::begin(Some(64 * 1024 + 1)).is_some() && ResponseChecks::begin(None).is_some());
    }

    #[test]
    fn each_fifth_check_asks_for_a_bundle_up_to_a_number_of_calls() {
        let mut checks = ResponseChecks::default();
        let asks: Vec<_> = (1..=1_000_u32).filter(|_| checks.count()).collect();
        assert_eq!(asks.get(..3), Some(&[5, 10, 15][..]));
        assert_eq!(asks.len(), CALLS as usize);
    }
}
