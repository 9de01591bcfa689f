//! `{"each": rule}`: the parameter is a list that is not empty, and the rule admits every element.

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;

#[derive(Debug)]
struct Each(Rule);

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Each(Rule::read_inner(node)?)))
}

impl Kind for Each {
    fn answer(&self, found: Option<&Param>) -> Answer {
        let Some(Param::List(values)) = found else {
            return Answer::CannotTell;
        };
        if values.is_empty() {
            return Answer::Objects;
        }
        let mut answers = values.iter().map(|value| self.0.answer(Some(value)));
        answers
            .find(|answer| *answer != Answer::Admits)
            .unwrap_or(Answer::Admits)
    }

    fn to_json(&self) -> String {
        self.0.to_string()
    }

    fn types(&self) -> Types {
        Types::LIST
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        child.kind::<Self>().is_some_and(|child| self.0.is_implied_by(&child.0))
    }
}
