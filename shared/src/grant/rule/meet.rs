//! The intersection of two rules, as one rule. All kinds of a rule must hold, so only kinds of one
//! name must be joined.

use super::Rule;
use super::kind::RuleKind;
use super::types::Types;
use super::values::RuleValues;
use alloc::vec::Vec;

/// The intersection of two rules.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::grant) enum RuleIntersection {
    /// The rule that admits the intersection.
    Rule(Rule),
    /// The intersection is empty.
    Nothing,
    /// One rule cannot express the intersection.
    Inexpressible,
}

impl Rule {
    /// The intersection of both rules.
    pub(in crate::grant) fn meet(&self, other: &Self) -> RuleIntersection {
        let absence = self.admits(None) && other.admits(None);
        let values = match (self.of_some_value(), other.of_some_value()) {
            (Some(own), Some(others)) => meet(own, others),
            _ => RuleIntersection::Nothing,
        };
        let alone = |kind| RuleIntersection::Rule(Self { kinds: [kind].into() });
        match values {
            RuleIntersection::Rule(rule) if rule.admits_nothing() && absence => alone(RuleKind::Absent),
            RuleIntersection::Rule(rule) if rule.admits_nothing() => RuleIntersection::Nothing,
            RuleIntersection::Rule(rule) if absence => alone(RuleKind::Optional(rule)),
            RuleIntersection::Nothing if absence => alone(RuleKind::Absent),
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

fn meet(own: &[RuleKind], others: &[RuleKind]) -> RuleIntersection {
    let mut kinds: Vec<RuleKind> = own.to_vec();
    for other in others {
        match kinds.binary_search_by(|kind| kind.name().cmp(other.name())) {
            Err(place) => kinds.insert(place, other.clone()),
            Ok(place) => {
                let Some(kind) = kinds.get_mut(place) else { continue };
                match kind.meet(other) {
                    KindIntersection::Kind(joined) => *kind = joined,
                    KindIntersection::Nothing => return RuleIntersection::Nothing,
                    KindIntersection::Inexpressible => return RuleIntersection::Inexpressible,
                }
            }
        }
    }
    RuleIntersection::Rule(Rule { kinds })
}

/// The intersection of two kinds of one name.
enum KindIntersection {
    Kind(RuleKind),
    Nothing,
    Inexpressible,
}

impl KindIntersection {
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
    fn meet(&self, other: &Self) -> KindIntersection {
        use super::{cidr::Cidr, domain::Domain, under::Under};
        match (self, other) {
            (Self::Eq(own), Self::Eq(other)) => KindIntersection::some((own == other).then(|| Self::Eq(own.clone()))),
            (Self::In(own), Self::In(other)) => {
                let both = own.retained(|value| other.as_slice().contains(value));
                KindIntersection::some(both.map(Self::In))
            }
            (Self::NotIn(own), Self::NotIn(other)) => not_in(own, other),
            (Self::Min(own), Self::Min(other)) => KindIntersection::Kind(Self::Min(own.max(other).clone())),
            (Self::Max(own), Self::Max(other)) => KindIntersection::Kind(Self::Max(own.min(other).clone())),
            (Self::Length(own), Self::Length(other)) => KindIntersection::Kind(Self::Length(own.meet(other))),
            (Self::Under(own), Self::Under(other)) => {
                KindIntersection::nested(own, other, Under::includes, Self::Under)
            }
            (Self::Cidr(own), Self::Cidr(other)) => KindIntersection::nested(own, other, Cidr::includes, Self::Cidr),
            (Self::Domain(own), Self::Domain(other)) => {
                KindIntersection::nested(own, other, Domain::includes, Self::Domain)
            }
            (Self::Glob(own), Self::Glob(other)) => match own.meet(other).as_deref() {
                Some([]) => KindIntersection::Nothing,
                Some([pattern]) => KindIntersection::Kind(Self::Glob(pattern.clone())),
                _ => KindIntersection::Inexpressible,
            },
            (Self::Each(own), Self::Each(other)) => match own.meet(other) {
                RuleIntersection::Rule(rule) => KindIntersection::Kind(Self::Each(rule)),
                RuleIntersection::Nothing => KindIntersection::Nothing,
                RuleIntersection::Inexpressible => KindIntersection::Inexpressible,
            },
            _ => KindIntersection::Inexpressible,
        }
    }
}

/// None of the values of either, of a type that is among both.
fn not_in(own: &RuleValues, other: &RuleValues) -> KindIntersection {
    let types: Types = own.types().and(other.types());
    let (own, other) = (
        own.retained(|value| types.has(value)),
        other.retained(|value| types.has(value)),
    );
    match (own, other) {
        (Some(own), Some(other)) => own.joined(&other).map_or(KindIntersection::Inexpressible, |values| {
            KindIntersection::Kind(RuleKind::NotIn(values))
        }),
        _ => KindIntersection::Nothing,
    }
}
