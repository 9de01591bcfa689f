//! Windows: the part of the lifetime of a writ in which a grant is valid.

use crate::json::document::Members;
use crate::json::write::member;
use crate::limits::TIME_MAX;
use crate::time::UnixSeconds;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// The window in which a grant is valid. Without a bound, the grant is valid as long as its writ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first second in which the grant is valid.
    pub not_before: Option<UnixSeconds>,
    /// The first second in which the grant is no longer valid, as with `exp` (RFC 7519, section
    /// 4.1.4).
    pub not_after: Option<UnixSeconds>,
}

impl Window {
    /// Reads `not_before` and `not_after`, each a `NumericDate` (RFC 7519, section 2) without
    /// fraction.
    pub(super) fn read(members: &Members<'_>) -> Option<Self> {
        let bound = |name: &str| match members.optional(name) {
            Some(node) => node.integer(0, TIME_MAX).map(UnixSeconds).map(Some),
            None => Some(None),
        };
        let (not_before, not_after) = (bound("not_before"), bound("not_after"));
        let window = Self {
            not_before: not_before?,
            not_after: not_after?,
        };
        if window.is_empty() {
            members.node().fault(format!(
                "a window that never opens: {window}, expected `not_before` below `not_after`"
            ));
            return None;
        }
        Some(window)
    }

    /// Whether `now` is in the window.
    #[must_use]
    pub fn contains(&self, now: UnixSeconds) -> bool {
        self.not_before.is_none_or(|first| first <= now) && self.not_after.is_none_or(|end| now < end)
    }

    /// Whether the window contains every second of `other`.
    pub(super) fn includes(&self, other: Self) -> bool {
        let first = self
            .not_before
            .is_none_or(|first| other.not_before.is_some_and(|own| first <= own));
        let end = self
            .not_after
            .is_none_or(|end| other.not_after.is_some_and(|own| own <= end));
        first && end
    }

    pub(super) fn is_empty(&self) -> bool {
        self.not_before
            .zip(self.not_after)
            .is_some_and(|(first, end)| end <= first)
    }

    /// The members of the window in JSON.
    pub(super) fn write_members(&self) -> impl Iterator<Item = String> + use<> {
        let bounds = [("not_before", self.not_before), ("not_after", self.not_after)];
        bounds
            .into_iter()
            .filter_map(|(name, bound)| bound.map(|UnixSeconds(at)| member(name, at)))
    }
}

impl fmt::Display for Window {
    /// Writes the window, such as `{"not_before":1780000000,"not_after":1780000600}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`{")?;
        let mut between = "";
        for member in self.write_members() {
            write!(f, "{between}{member}")?;
            between = ",";
        }
        f.write_str("}`")
    }
}
