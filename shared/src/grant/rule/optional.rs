//! `{"optional": rule}`: the request does not have the parameter, or the rule admits its value.

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;

#[derive(Debug)]
struct Optional(Rule);

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Optional(Rule::read_inner(node)?)))
}

impl Kind for Optional {
    fn answer(&self, found: Option<&Param>) -> Answer {
        match found {
            None => Answer::Admits,
            Some(_) => self.0.answer(found),
        }
    }

    fn to_json(&self) -> String {
        self.0.to_string()
    }

    fn types(&self) -> Types {
        self.0.types().or(Types::ABSENT)
    }

    /// What the child says of values counts: that there may be none is admitted here.
    fn is_implied_by(&self, child: &Rule) -> bool {
        let child_of_values = child.kind::<Self>().map_or(child, |child| &child.0);
        child.types().is_within(Types::ABSENT) || self.0.is_implied_by(child_of_values)
    }
}
