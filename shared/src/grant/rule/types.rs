//! Sets of types of values.

use crate::grant::attempt::Param;

/// A set of types. Absence is one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ABSENT: Self = Self(1);
    pub(super) const TEXT: Self = Self(2);
    pub(super) const NUMBER: Self = Self(4);
    pub(super) const BOOL: Self = Self(8);
    pub(super) const LIST: Self = Self(16);
    pub(super) const ALL: Self = Self(31);

    pub(super) fn of(value: &Param) -> Self {
        match value {
            Param::Text(_) => Self::TEXT,
            Param::Number(_) | Param::Double(_) => Self::NUMBER,
            Param::Bool(_) => Self::BOOL,
            Param::List(_) => Self::LIST,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn has(self, value: &Param) -> bool {
        Self::of(value).is_within(self)
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        self.and(other) == self
    }
}
