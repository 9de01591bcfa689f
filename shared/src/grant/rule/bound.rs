//! `{"min": number}` and `{"max": number}`: the parameter is a number and at least, or at most, this. Both bounds belong to what
//! is admitted; numbers are compared by value, exactly.

use super::{Answer, Kind, Rule};
use crate::attempt::Param;
use crate::document::Node;
use crate::number::Number;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;

#[derive(Debug)]
struct Min(Number);

#[derive(Debug)]
struct Max(Number);

pub(super) fn read_min(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Min(node.number()?.clone())))
}

pub(super) fn read_max(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Max(node.number()?.clone())))
}

impl Kind for Min {
    fn answer(&self, found: Option<&Param>) -> Answer {
        match found {
            Some(Param::Number(number)) => Answer::of(*number >= self.0),
            _ => Answer::CannotTell,
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.0.to_string());
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        child.kind::<Self>().is_some_and(|child| child.0 >= self.0)
    }
}

impl Kind for Max {
    fn answer(&self, found: Option<&Param>) -> Answer {
        match found {
            Some(Param::Number(number)) => Answer::of(*number <= self.0),
            _ => Answer::CannotTell,
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.0.to_string());
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        child.kind::<Self>().is_some_and(|child| child.0 <= self.0)
    }
}
