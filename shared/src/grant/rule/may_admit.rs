//! The types that a rule may admit, whatever the value, for analyses of the reach of grants.

use super::{Rule, Types};

/// The type of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A truth value.
    Bool,
    /// A list of values.
    List,
}

impl Rule {
    /// Whether the rule may admit a value of this type, or absence with `None`. The answer `true`
    /// may be wrong, the answer `false` is not.
    #[must_use]
    pub fn may_admit(&self, value: Option<ParamType>) -> bool {
        let wanted = match value {
            None => Types::ABSENT,
            Some(ParamType::Text) => Types::TEXT,
            Some(ParamType::Number) => Types::NUMBER,
            Some(ParamType::Bool) => Types::BOOL,
            Some(ParamType::List) => Types::LIST,
        };
        wanted.is_within(self.types())
    }
}
