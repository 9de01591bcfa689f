//! Neighbours of numbers, which distinguish two bounds.

use super::Number;

impl Number {
    /// A number above this one, if one is found within the limits.
    pub(crate) fn greater(&self) -> Option<Self> {
        if self.negative {
            return Some(Self::zero());
        }
        let next = self.as_u64().and_then(|value| value.checked_add(1)).map(Self::from);
        next.or_else(|| self.clone().with_digits_behind(0))
    }

    /// A number below this one, if one is found within the limits.
    pub(crate) fn less(&self) -> Option<Self> {
        match self.negative || self.digits.is_empty() {
            true => self.clone().opposite().greater().map(Self::opposite),
            false => Some(Self::zero()),
        }
    }

    /// A number between this one and `high`, which is greater, if one is found within the limits.
    pub(crate) fn between(&self, high: &Self) -> Option<Self> {
        if high.negative || high.digits.is_empty() {
            let (low, high) = (high.clone().opposite(), self.clone().opposite());
            return low.between(&high).map(Self::opposite);
        }
        if self.negative {
            return Some(Self::zero());
        }
        if self.digits.is_empty() {
            return high.clone().tenth();
        }
        let next = self.greater().filter(|next| next < high);
        next.or_else(|| {
            let shorter = if self.point == high.point { high.digits.len() } else { 0 };
            self.clone().with_digits_behind(shorter)
        })
    }

    fn opposite(self) -> Self {
        Self {
            negative: !self.negative && !self.digits.is_empty(),
            nearest: self.nearest.opposite(),
            ..self
        }
    }

    fn tenth(self) -> Option<Self> {
        let point = self.point - 1;
        Self { point, ..self }.completed()
    }

    /// The digits of this number, padded with zeros to `length`, and a 5. The result is greater by
    /// less than one unit of the last digit.
    fn with_digits_behind(mut self, length: usize) -> Option<Self> {
        let zeros = length.saturating_sub(self.digits.len());
        self.digits.extend(core::iter::repeat_n('0', zeros));
        self.digits.push('5');
        self.completed()
    }
}
