//! What a rule may admit by type alone, whatever the value: for those who ask what grants can reach at all.

use super::{Rule, Types};

/// The type of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A truth value.
    Bool,
    /// Several values.
    List,
}

impl Rule {
    /// Whether the rule may admit a value of this type, or with `None` that there is no value. May say yes although it admits none, never no although it admits some.
    #[must_use]
    pub fn may_admit(&self, value: Option<ParamType>) -> bool {
        let asked = match value {
            None => Types::ABSENT,
            Some(ParamType::Text) => Types::TEXT,
            Some(ParamType::Number) => Types::NUMBER,
            Some(ParamType::Bool) => Types::BOOL,
            Some(ParamType::List) => Types::LIST,
        };
        asked.is_within(self.types())
    }
}
