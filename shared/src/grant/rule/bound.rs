//! `{"min": number}` and `{"max": number}`: the parameter is a number and at least, or at most, this. Both bounds belong to what
//! is admitted; numbers are compared by value, exactly.

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use crate::number::Number;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;

#[derive(Debug)]
struct Bound<const IS_LEAST: bool>(Number);

pub(super) fn read_min(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Bound::<true>(node.number()?.clone())))
}

pub(super) fn read_max(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Bound::<false>(node.number()?.clone())))
}

impl<const IS_LEAST: bool> Bound<IS_LEAST> {
    fn admits(&self, number: &Number) -> bool {
        if IS_LEAST { *number >= self.0 } else { *number <= self.0 }
    }
}

impl<const IS_LEAST: bool> Kind for Bound<IS_LEAST> {
    fn answer(&self, found: Option<&Param>) -> Answer {
        match found {
            Some(Param::Number(number)) => Answer::of(self.admits(number)),
            _ => Answer::CannotTell,
        }
    }

    fn to_json(&self) -> String {
        self.0.to_string()
    }

    fn types(&self) -> Types {
        Types::NUMBER
    }

    /// A bound of the child that is itself admitted leaves nothing beyond.
    fn is_implied_by(&self, child: &Rule) -> bool {
        child.kind::<Self>().is_some_and(|child| self.admits(&child.0))
    }
}
