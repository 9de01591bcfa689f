//! The intersection of two rules, as one rule. All kinds of a rule must hold, so only kinds of one
//! name must be joined.

use super::Rule;
use super::kind::RuleKind;
use super::types::Types;
use super::values::RuleValues;
use alloc::vec::Vec;

/// The intersection of two rules.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::grant) enum Meet {
    /// The rule that admits the intersection.
    Rule(Rule),
    /// The intersection is empty.
    Nothing,
    /// One rule cannot express the intersection.
    Unsaid,
}

impl Rule {
    /// The intersection of both rules.
    pub(in crate::grant) fn meet(&self, other: &Self) -> Meet {
        let absence = self.admits(None) && other.admits(None);
        let values = match (self.of_some_value(), other.of_some_value()) {
            (Some(own), Some(others)) => meet(own, others),
            _ => Meet::Nothing,
        };
        let alone = |kind| Meet::Rule(Self { kinds: [kind].into() });
        match values {
            Meet::Rule(rule) if rule.admits_nothing() && absence => alone(RuleKind::Absent),
            Meet::Rule(rule) if rule.admits_nothing() => Meet::Nothing,
            Meet::Rule(rule) if absence => alone(RuleKind::Optional(rule)),
            Meet::Nothing if absence => alone(RuleKind::Absent),
            values => values,
        }
    }

    /// The kinds about values, if the rule admits any value.
    fn of_some_value(&self) -> Option<&[RuleKind]> {
        match self.value_rule().kinds.as_slice() {
            [RuleKind::Absent] => None,
            kinds => Some(kinds),
        }
    }
}

fn meet(own: &[RuleKind], others: &[RuleKind]) -> Meet {
    let mut kinds: Vec<RuleKind> = own.to_vec();
    for other in others {
        match kinds.binary_search_by(|kind| kind.name().cmp(other.name())) {
            Err(place) => kinds.insert(place, other.clone()),
            Ok(place) => {
                let Some(kind) = kinds.get_mut(place) else { continue };
                match kind.meet(other) {
                    Join::Kind(joined) => *kind = joined,
                    Join::Nothing => return Meet::Nothing,
                    Join::Unsaid => return Meet::Unsaid,
                }
            }
        }
    }
    Meet::Rule(Rule { kinds })
}

/// The intersection of two kinds of one name.
enum Join {
    Kind(RuleKind),
    Nothing,
    Unsaid,
}

impl Join {
    /// The inner of two kinds. Each kind must be either within the other or apart from it.
    fn nested<T>(own: &T, other: &T, includes: fn(&T, &T) -> bool, kind: fn(T) -> RuleKind) -> Self
    where
        T: Clone,
    {
        if includes(own, other) {
            Self::Kind(kind(other.clone()))
        } else if includes(other, own) {
            Self::Kind(kind(own.clone()))
        } else {
            Self::Nothing
        }
    }

    fn some(kind: Option<RuleKind>) -> Self {
        kind.map_or(Self::Nothing, Self::Kind)
    }
}

impl RuleKind {
    fn meet(&self, other: &Self) -> Join {
        use super::{cidr::Cidr, domain::Domain, under::Under};
        match (self, other) {
            (Self::Eq(own), Self::Eq(other)) => Join::some((own == other).then(|| Self::Eq(own.clone()))),
            (Self::In(own), Self::In(other)) => {
                let both = own.retained(|value| other.as_slice().contains(value));
                Join::some(both.map(Self::In))
            }
            (Self::NotIn(own), Self::NotIn(other)) => not_in(own, other),
            (Self::Min(own), Self::Min(other)) => Join::Kind(Self::Min(own.max(other).clone())),
            (Self::Max(own), Self::Max(other)) => Join::Kind(Self::Max(own.min(other).clone())),
            (Self::Length(own), Self::Length(other)) => Join::Kind(Self::Length(own.meet(other))),
            (Self::Under(own), Self::Under(other)) => Join::nested(own, other, Under::includes, Self::Under),
            (Self::Cidr(own), Self::Cidr(other)) => Join::nested(own, other, Cidr::includes, Self::Cidr),
            (Self::Domain(own), Self::Domain(other)) => Join::nested(own, other, Domain::includes, Self::Domain),
            (Self::Glob(own), Self::Glob(other)) => match own.meet(other).as_deref() {
                Some([]) => Join::Nothing,
                Some([pattern]) => Join::Kind(Self::Glob(pattern.clone())),
                _ => Join::Unsaid,
            },
            (Self::Each(own), Self::Each(other)) => match own.meet(other) {
                Meet::Rule(rule) => Join::Kind(Self::Each(rule)),
                Meet::Nothing => Join::Nothing,
                Meet::Unsaid => Join::Unsaid,
            },
            _ => Join::Unsaid,
        }
    }
}

/// None of the values of either, of a type that is among both.
fn not_in(own: &RuleValues, other: &RuleValues) -> Join {
    let types: Types = own.types().and(other.types());
    let (own, other) = (
        own.retained(|value| types.has(value)),
        other.retained(|value| types.has(value)),
    );
    match (own, other) {
        (Some(own), Some(other)) => own
            .joined(&other)
            .map_or(Join::Unsaid, |values| Join::Kind(RuleKind::NotIn(values))),
        _ => Join::Nothing,
    }
}
